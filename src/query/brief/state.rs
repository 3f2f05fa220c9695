//! The state of the repository: is anything incomplete, where is the branch, has another program changed the ledger?

use crate::{
    domain::{stamp::Unstamping, task::Task, time::Timestamp},
    error::Result,
    git::{
        Head, ObjectId, Repo, revwalk,
        state::{self, InProgress},
        status::{self, StatusSummary},
    },
    query::{
        missing_ledger,
        unstamped::{self, FollowUp},
    },
    recovery::{self, operation::Operation},
    store::{
        ledger::{self, View},
        session::{self, Session, Standing},
    },
};

use super::ENOUGH;

/// The state of the worktree and of the ledger.
#[derive(Debug)]
pub struct State {
    /// An interrupted operation of git-agent.
    pub interrupted: Option<Operation>,
    /// An unfinished merge, rebase or other operation of git.
    pub in_progress: Option<InProgress>,
    pub head: Head,
    /// The ledger against the one of the remote, as it was last fetched.
    pub ledger: Option<Ledger>,
    /// How many commits were made while the task was active and name no task.
    pub unstamped: usize,
    /// The last session of an agent host in this worktree, if it broke off: its process is gone, and it never ended.
    pub broke_off: Option<Session>,
    /// Other live sessions in this worktree.
    pub other_sessions: Vec<Session>,
    /// Why commits made here are not stamped.
    pub unstamping: Option<Unstamping>,
    /// See [`crate::query::missing_ledger`].
    pub is_ledger_elsewhere: bool,
    /// See [`missing_ledger::is_deleted`].
    pub is_ledger_deleted: bool,
    /// There is no ledger here, and a remote may have one.
    pub may_be_elsewhere: bool,
    /// Commits made after the last active task ended, which may belong to it.
    pub follow_up: Option<FollowUp>,
}

/// The local ledger compared with the fetched ledger of a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The name of the remote, as in `git remote`.
    pub remote: String,
    /// Commits that only the local ledger has.
    pub ahead: usize,
    /// Commits that only the ledger of the remote has.
    pub behind: usize,
}

impl State {
    /// How everything stands now, and what is not committed.
    pub(super) fn of(
        view: &View<'_>,
        task: Option<&Task>,
        now: Timestamp,
        unstamping: Option<Unstamping>,
    ) -> Result<(Self, StatusSummary)> {
        let repo = view.repo();
        let unstamped = match task {
            Some(task) => unstamped::find(repo, std::slice::from_ref(task))?.len(),
            None => 0,
        };
        let (broke_off, other_sessions) = sessions(repo, now);
        let state = State {
            // An operation log that cannot be read is for 'doctor' to report.
            interrupted: recovery::interrupted(repo).unwrap_or_default(),
            in_progress: state::in_progress(repo),
            head: repo.head()?,
            ledger: compare(repo, view.tip())?,
            unstamped,
            broke_off,
            other_sessions,
            unstamping,
            may_be_elsewhere: missing_ledger::may_be_elsewhere(view),
            is_ledger_elsewhere: missing_ledger::is_elsewhere(view)?,
            is_ledger_deleted: missing_ledger::is_deleted(view)?,
            follow_up: unstamped::follow_up(repo)?,
        };
        Ok((state, status::summary(repo, ENOUGH)?))
    }

    /// Whether an operation of git-agent or git must be finished first.
    pub fn is_stuck(&self) -> bool {
        self.interrupted.is_some() || self.in_progress.is_some()
    }
}

/// The session that worked in this worktree before and broke off, and those that are at work here now.
fn sessions(repo: &Repo, now: Timestamp) -> (Option<Session>, Vec<Session>) {
    let (alive, over): (Vec<Session>, Vec<Session>) =
        session::others(repo).into_iter().partition(|session| session.standing(now) == Standing::Alive);
    let last = over.into_iter().next();
    (last.filter(|session| session.standing(now) == Standing::BrokeOff), alive)
}

/// The ledger at `ours` against the copy of the remote's; `None` when there is no copy.
fn compare(repo: &Repo, ours: Option<ObjectId>) -> Result<Option<Ledger>> {
    let Some(remote) = ledger::default_remote(repo)? else { return Ok(None) };
    let Some(theirs) = repo.find_ref(&ledger::fetched_ref(&remote))? else { return Ok(None) };
    let (ahead, behind) = match ours {
        Some(ours) if ours == theirs => (0, 0),
        Some(ours) => revwalk::apart(repo, ours, theirs)?,
        // All of theirs; how many does not matter.
        None => (0, 1),
    };
    Ok(Some(Ledger { remote, ahead, behind }))
}
