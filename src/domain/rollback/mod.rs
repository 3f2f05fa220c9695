//! What a rollback means for the history: decided from facts about commits, without a repository.
//!
//! The *range* are the commits that came after the checkpoint, `to..HEAD`. Whose they are, and whether another repository has
//! them already, decides how the task's work can be undone ([`decide()`]); when other people's commits lie between, only
//! the task's own are reverted, and not all of those ([`choose()`]).

mod choose;
mod decide;
pub(crate) mod message;

use super::id::TaskId;
use crate::domain::named::named;
pub use choose::{RevertChoice, RevertSkipReason, RevertStep, SkippedCommit, choose};
pub use decide::{Options, RangeFacts, Reachability, Refusal, decide};

named! {
    /// How the state of a checkpoint is restored.
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Mode {
        /// Index and work tree only; HEAD stays.
        Files = "files",
        /// The branch moves back.
        Rewind = "rewind",
        /// A new commit on top has the tree of the checkpoint.
        Restore = "restore",
        /// A new commit on top undoes what the task's own commits changed, and nothing else.
        Revert = "revert",
    }
}

/// A commit after the checkpoint, and its relation to the task. `I` is the type of its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterCommit<I> {
    /// The id of the commit.
    pub id: I,
    /// The ids of its parents, the first one first.
    pub parents: Vec<I>,
    /// Its relation to the task.
    pub owner: Ownership,
    /// Other tasks named in its message.
    pub others: Vec<TaskId>,
    /// Whether a remote branch or tag contains it.
    pub published: bool,
    /// The commits of the range that its message says it reverts.
    pub reverts: Vec<I>,
    /// Whether it also reverts commits outside of the range.
    pub reverts_older: bool,
    /// For a merge: the commits that its first parent does not contain.
    pub brings: Vec<I>,
}

/// The relation of a commit to the task, for changes; queries are more lenient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Its final trailers name the task, or the ledger links it.
    Task,
    /// It names the task elsewhere in its message, as after a squash on a forge.
    Buried,
    /// It does not belong to the task.
    Other,
}

impl<I> LaterCommit<I> {
    /// Whether it belongs to the task.
    pub fn is_own(&self) -> bool {
        self.owner == Ownership::Task
    }

    /// Whether it is a merge.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}
