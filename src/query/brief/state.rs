//! How everything stands: is anything half done, where is the branch, has anybody else been at the ledger?

use crate::{
    domain::task::Task,
    error::Result,
    git::{
        Head, ObjectId, Repo, revwalk,
        state::{self, InProgress},
        status::{self, Summary},
    },
    query::unstamped,
    recovery::{self, operation::Operation},
    store::ledger::View,
    sync,
};

use super::ENOUGH;

/// How everything stands.
#[derive(Debug)]
pub struct State {
    /// An operation of ours that was interrupted.
    pub interrupted: Option<Operation>,
    /// An operation of git's that is under way.
    pub in_progress: Option<InProgress>,
    /// Where HEAD is.
    pub head: Head,
    /// The ledger against the one of the remote, as it was last fetched.
    pub ledger: Option<Ledger>,
    /// Commits made while the task was active that name none.
    pub unstamped: usize,
}

/// Our ledger against a fetched copy of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Whose.
    pub remote: String,
    /// Commits of the ledger that only we have.
    pub ahead: usize,
    /// Commits of the ledger that only they have.
    pub behind: usize,
}

impl State {
    /// How everything stands now, and what is not committed.
    pub(super) fn of(view: &View<'_>, task: Option<&Task>) -> Result<(Self, Summary)> {
        let repo = view.repo();
        let unstamped = match task {
            Some(task) => unstamped::find(repo, std::slice::from_ref(task))?.len(),
            None => 0,
        };
        let state = State {
            // A log of operations that cannot be read is for 'doctor' to tell of.
            interrupted: recovery::interrupted(repo).unwrap_or_default(),
            in_progress: state::in_progress(repo),
            head: repo.head()?,
            ledger: compare(repo, view.tip())?,
            unstamped,
        };
        Ok((state, status::summary(repo, ENOUGH)?))
    }

    /// Whether something of ours or git's must be ended before anything else.
    pub fn is_stuck(&self) -> bool {
        self.interrupted.is_some() || self.in_progress.is_some()
    }
}

/// The ledger at `ours` against the copy of the remote's; `None` when there is no copy.
fn compare(repo: &Repo, ours: Option<ObjectId>) -> Result<Option<Ledger>> {
    let Some(remote) = sync::default_remote(repo)? else { return Ok(None) };
    let Some(theirs) = repo.find_ref(&sync::fetched_ref(&remote))? else { return Ok(None) };
    let (ahead, behind) = match ours {
        Some(ours) if ours == theirs => (0, 0),
        Some(ours) => revwalk::apart(repo, ours, theirs)?,
        // All of theirs; how many does not matter.
        None => (0, 1),
    };
    Ok(Some(Ledger { remote, ahead, behind }))
}
