//! An operation: one recorded act that moved a ref or changed the work tree, and that can be undone.
//!
//! `refs/agent/ops/<worktree>` leads to a commit with the newest operations. While one is in progress the message says
//! `State: begun`; at its end that commit is replaced by one that says `done` (or `failed`, when everything was restored). The
//! tree:
//!
//! ```text
//! before/      what the worktree held before, as in a snapshot
//! after/       what it was to hold afterwards, as in a snapshot
//! paths.lst    <d|i|di> SP <path> NUL: the paths that were touched: on the disk, in the index, in both
//! late/        bytes that other processes wrote while the operation ran, by path
//! earlier/01/  the oldest of up to 63 earlier operations, in the same form, its message in the file operation
//! ```
//!
//! Its parents are the commit with still earlier operations, and commits that HEAD was before and after, as far as others do not
//! lead to them, which keeps those alive. Up to format 1 each operation was a commit, and the one before it a parent.

mod log;
mod message;
mod page;

pub(super) use log::came_in_between;
pub use log::{Contents, OpLog, PutBack, ReadError, interrupted, name_of, undone, undone_by};

use bstr::BString;
use ulid::Ulid;

use crate::{
    domain::{id::TaskId, named::named, time::Timestamp},
    git::{Head, ObjectId},
    recovery::execute::OperationAuthor,
    store,
};

/// The ref namespace of operation logs.
pub const REFS: &str = "refs/agent/ops/";

/// The version of the format that this program writes. A newer one is listed, never acted on.
pub const FORMAT: u32 = 2;

named! {
    /// The command that an operation belongs to.
    pub enum OperationKind {
        /// `git agent rollback`.
        Rollback = "rollback",
        /// `git agent undo`.
        Undo = "undo",
        /// `git agent redo`.
        Redo = "redo",
        /// `git agent snapshot restore`.
        Restore = "restore",
        /// `git agent checkpoint`.
        Checkpoint = "checkpoint",
        /// `git agent squash`.
        Squash = "squash",
    }
}

named! {
    /// The progress of an operation.
    pub enum OperationState {
        /// Under way, or interrupted.
        Begun = "begun",
        /// It was carried out completely.
        Done = "done",
        /// It could not be done, and everything was restored.
        Failed = "failed",
    }
}

/// The metadata of an operation, stored in the message of its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The id, which is also that of its command.
    pub id: Ulid,
    /// The command that the operation carries out.
    pub kind: OperationKind,
    /// Whether it was completed.
    pub state: OperationState,
    /// What it does, in one line: `rollback t-1 to t-1@2`.
    pub title: String,
    /// The time when it was started.
    pub at: Timestamp,
    /// The actor, as `name@host`.
    pub by: String,
    /// The task that it concerns, if any.
    pub task: Option<TaskId>,
    /// The snapshot that was taken before the first change.
    pub snapshot: Option<Ulid>,
    /// HEAD before the operation.
    pub before: Head,
    /// HEAD after the operation.
    pub after: Head,
    /// The operation that this one undoes.
    pub undoes: Option<Ulid>,
    /// Further lines that depend on the kind: `Mode: rewind`.
    pub more: Vec<(String, String)>,
}

impl Operation {
    /// An operation of `author` that begins now, from `before`. Where HEAD is afterwards, and its snapshot, are known later.
    pub fn new(author: &OperationAuthor<'_>, kind: OperationKind, title: String, before: &Head) -> Self {
        let at = (author.now)();
        Operation {
            id: author.command.unwrap_or_else(|| store::new_id(at)),
            kind,
            state: OperationState::Begun,
            title,
            at,
            by: author.actor.to_string(),
            task: None,
            snapshot: None,
            before: before.clone(),
            after: before.clone(),
            undoes: None,
            more: Vec::new(),
        }
    }

    /// The value of the further line `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.more.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether `undo` can undo an operation of this kind.
    pub fn is_undoable(&self) -> bool {
        self.state == OperationState::Done
    }
}

/// An operation in the log, with its trees.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its metadata.
    pub operation: Operation,
    /// The commit of the log that contains it.
    pub commit: ObjectId,
    /// Its directory in the tree of that commit: empty for the newest one, otherwise it ends with a slash.
    pub directory: String,
    /// The commit that the log pointed to before.
    pub previous: Option<ObjectId>,
    /// The state of the worktree before: a tree in the format of a snapshot.
    pub before: ObjectId,
    /// The intended state afterwards.
    pub after: ObjectId,
    /// The paths that it changed, sorted.
    pub touched: Vec<Touched>,
    /// A tree of what other processes wrote while it ran.
    pub late: Option<ObjectId>,
    /// It was not made in this repository: it is listed, but never undone or resumed.
    pub is_foreign: bool,
}

/// A path that an operation changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// The path, relative to the top of the work tree.
    pub path: BString,
    /// Whether its file is changed.
    pub on_disk: bool,
    /// Whether its index entry is changed.
    pub in_index: bool,
}

#[cfg(test)]
mod tests;
