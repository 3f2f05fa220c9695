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
pub use choose::{Choice, RevertSkipReason, Skipped, Step, choose};
pub use decide::{Facts, Options, Reachability, Refusal, decide};

named! {
    /// How the state of a checkpoint comes back.
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

/// A commit that came after the checkpoint, and what it is to the task. `I` is its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit<I> {
    /// Its id.
    pub id: I,
    /// Its parents.
    pub parents: Vec<I>,
    /// Whose it is.
    pub owner: Owner,
    /// Other tasks that it names, however it does.
    pub others: Vec<TaskId>,
    /// A remote branch or a tag has it.
    pub published: bool,
    /// The commits of the range that it says it reverts.
    pub reverts: Vec<I>,
    /// It says so of commits that are not in the range, too.
    pub reverts_older: bool,
    /// Of a merge: what it has that its first parent does not, itself omitted.
    pub brings: Vec<I>,
}

/// Whose a commit is, for changes: a question has a more generous answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The final trailer block names the task, or the ledger links the commit to it.
    Task,
    /// The task's id stands elsewhere in the message, as after a squash on a forge.
    Buried,
    /// It has nothing to do with the task.
    Other,
}

impl<I> Commit<I> {
    /// Whether it is the task's own.
    pub fn is_own(&self) -> bool {
        self.owner == Owner::Task
    }

    /// Whether it has several parents.
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}
