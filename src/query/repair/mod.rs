//! Commits that lost their trailer, and the tasks they belong to.
//!
//! A forge's squash or rebase merge, a graphical client, a shell without our hooks: the commit says nothing. But somewhere a commit that
//! made the same change may still say it: on a branch that was merged that way, in a reflog, among those that the ledger
//! knows.
//!
//! ```text
//! candidates: on the history, naming no task   ─┐  same trees before and after        ─▶ tree
//! sources:    naming one, wherever they are    ─┼─ same patch                         ─▶ patch
//! branches:   tips of those, as one change     ─┘  the branch as a whole, either way  ─▶ squash
//! ```
//!
//! What two sources say differently is not known, and nothing here guesses.

mod matching;
mod rewritten;
mod sources;
mod squash_of;

use std::collections::HashSet;

use crate::domain::named::named;
use crate::{
    domain::{
        id::TaskId,
        message::subject,
        repair::{Evidence, RepairVerdict, judge},
        task::Task,
        trailer::scan,
    },
    error::Result,
    git::{
        ObjectId, Repo,
        commit::{self, Commit},
        revwalk,
    },
    query::unstamped::{self, FollowUp},
    store::ledger::{
        View,
        commits::{Commits, Owners},
    },
};

/// Which commits are examined.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Examine this range; `None`: the commits of HEAD since the ledger was created.
    pub range: Option<Range>,
    /// The range is the squash of the branch with this tip.
    pub squash_of: Option<ObjectId>,
    /// The active tasks of this worktree: commits made while they were active belong to them.
    pub active: Vec<Task>,
}

/// A range of commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The excluded beginning; `None`: from the first commit.
    pub from: Option<ObjectId>,
    /// The newest commit of the range.
    pub tip: ObjectId,
}

/// The result of a repair.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Commits and the tasks that they belong to, oldest first.
    pub links: Vec<Link>,
    /// Commits that do not belong to a task which they name: rewritten forms of commits that are unlinked from it.
    pub unlinks: Vec<Link>,
    /// Commits whose task is unknown, oldest first.
    pub unknown: Vec<Unknown>,
    /// Remarks for the user.
    pub remarks: Vec<RepairRemark>,
}

/// A remark about a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RepairRemark {
    /// Commits that were made after a task had ended name no task.
    FollowUp(FollowUp),
    /// The tip of the branch is part of the range: its commits are there, with their trailers.
    BranchInRange(ObjectId),
    /// No commit of the branch with this tip names a task.
    NoTasks(ObjectId),
    /// A commit is linked because the caller said so: its content is not that of the branch.
    ContentDiffers {
        /// The commit that was linked.
        commit: ObjectId,
        /// The tip of the branch whose squash it is said to be.
        tip: ObjectId,
    },
    /// Tasks of the branch that are not in this ledger.
    NotInLedger(Vec<String>),
}

/// A commit belongs to a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub commit: ObjectId,
    pub subject: String,
    pub task: TaskId,
    /// How that is known: `reflog`, `tree`, `patch`, `squash`, `rewrite`.
    pub by: &'static str,
    /// The commit that says so: a tip, if it is a whole branch. None for what a reflog tells.
    pub source: Option<ObjectId>,
    /// The contents were compared, and are the same; otherwise the caller said so.
    pub compared: bool,
}

/// A commit whose task could not be determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub commit: ObjectId,
    pub subject: String,
    pub why: UnlinkedReason,
    /// The evidence that was not sufficient.
    pub candidates: Vec<Evidence<ObjectId>>,
}

named! {
    /// Why it is not known whose a commit is.
    pub enum UnlinkedReason {
        /// Nothing that names a task made the same change.
        NoSource = "no-source",
        /// What made the same change names different tasks.
        Ambiguous = "ambiguous",
        /// What made the same change is on the same history: then this is the same change once more, not the same commit.
        SameHistory = "same-history",
        /// What made the same change names only tasks that this ledger does not have.
        NotInLedger = "not-in-ledger",
        /// It changes no file.
        Empty = "empty",
        /// What it was made from is not in this shallow clone.
        CutOff = "shallow",
    }
}

/// Look for the tasks of commits that do not name any.
///
/// # Errors
///
/// When the repository or the ledger cannot be read.
pub fn find(view: &View<'_>, request: &Request) -> Result<Found> {
    let repo = view.repo();
    let ledger = Commits::read(view)?;
    let desk = Desk { repo, view, ledger, owners: Owners::read(view)?, shallow: revwalk::shallow(repo)? };
    match (request.range, request.squash_of) {
        (Some(range), Some(tip)) => squash_of::find(&desk, range, tip),
        _ => desk.find(request),
    }
}

/// What everybody needs.
struct Desk<'v> {
    repo: &'v Repo,
    view: &'v View<'v>,
    ledger: Commits,
    owners: Owners,
    shallow: HashSet<ObjectId>,
}

impl Desk<'_> {
    fn find(&self, request: &Request) -> Result<Found> {
        let mut found = Found::default();
        let Some(tip) = request.range.map_or(self.repo.head()?.commit, |range| Some(range.tip)) else {
            return Ok(found);
        };
        let walked = self.walk(request.range, tip)?;
        if request.range.is_none() {
            found.remarks.extend(unstamped::follow_up(self.repo)?.map(RepairRemark::FollowUp));
        }
        let mut reflog = unstamped::find(self.repo, &request.active)?;
        // What was made while one task was active may have been found to belong to another one.
        reflog.retain(|one| self.ledger.tasks(one.commit).next().is_none());
        let by_reflog = |entry: &Commit| reflog.iter().find(|one| one.commit == entry.id).map(|one| &one.task);
        let candidates: Vec<&Commit> = walked.iter().filter(|entry| self.is_candidate(entry)).collect();
        let gathered = matching::gather(self, &candidates, tip)?;
        for entry in &walked {
            let by_reflog = by_reflog(entry);
            let says_so = |one: &Evidence<ObjectId>| by_reflog.is_some_and(|id| one.tasks == [id.as_str()]);
            let evidence = gathered.of(entry.id);
            match judge(evidence) {
                // The message of another task's commit may have been replaced while this one was active.
                RepairVerdict::Belongs(one) if !says_so(one) => self.belongs(&mut found, entry, one)?,
                RepairVerdict::Ambiguous(several) if !several.iter().any(|one| says_so(one)) => {
                    let several = several.into_iter().cloned().collect();
                    found.unknown.push(unknown(entry, UnlinkedReason::Ambiguous, several));
                }
                _ => match (by_reflog, gathered.why_not(entry.id)) {
                    (Some(id), _) => found.links.push(link(entry, id, "reflog", None)),
                    (None, Some((why, candidates))) => found.unknown.push(unknown(entry, why, candidates.to_vec())),
                    (None, None) => {}
                },
            }
        }
        rewritten::find(self, &mut found, &walked, tip)?;
        found.unknown.retain(|one| !found.links.iter().any(|link| link.commit == one.commit));
        Ok(found)
    }

    /// The commits that are examined, oldest first.
    fn walk(&self, range: Option<Range>, tip: ObjectId) -> Result<Vec<Commit>> {
        let tip = tip.to_string();
        let words = match range.map(|range| range.from) {
            Some(Some(from)) => vec![tip, format!("^{from}")],
            Some(None) => vec![tip],
            // Before there was a ledger there was no task that a commit could have lost.
            None => match self.ledger.began {
                Some(began) => vec![tip, format!("--max-age={}", began.seconds())],
                None => return Ok(Vec::new()),
            },
        };
        let words: Vec<&str> =
            ["--topo-order", "--reverse"].into_iter().chain(words.iter().map(String::as_str)).collect();
        commit::walk(self.repo, &words)
    }

    /// Whether `entry` may have lost its trailer: it names no task, and no task links it.
    fn is_candidate(&self, entry: &Commit) -> bool {
        entry.parents.len() <= 1
            && scan::ids(&entry.message, self.owners.rules()).is_empty()
            && self.ledger.tasks(entry.id).next().is_none()
    }

    /// Link `entry` to the tasks of `evidence` that the ledger has.
    fn belongs(&self, found: &mut Found, entry: &Commit, evidence: &Evidence<ObjectId>) -> Result<()> {
        let mut any = false;
        for id in evidence.tasks.iter().filter_map(|id| TaskId::parse(id).ok()) {
            if self.view.task(&id)?.is_some() {
                found.links.push(link(entry, &id, evidence.by(), Some(evidence.source)));
                any = true;
            }
        }
        if !any {
            found.unknown.push(unknown(entry, UnlinkedReason::NotInLedger, vec![evidence.clone()]));
        }
        Ok(())
    }
}

fn link(entry: &Commit, task: &TaskId, by: &'static str, source: Option<ObjectId>) -> Link {
    let subject = subject(&entry.message).to_string();
    Link { commit: entry.id, subject, task: task.clone(), by, source, compared: true }
}

fn unknown(entry: &Commit, why: UnlinkedReason, candidates: Vec<Evidence<ObjectId>>) -> Unknown {
    Unknown { commit: entry.id, subject: subject(&entry.message).to_string(), why, candidates }
}
