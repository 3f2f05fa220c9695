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
    recovery::execute::Author,
};

/// The ref namespace of operation logs.
pub const REFS: &str = "refs/agent/ops/";

/// The version of the format that this program writes. A newer one is listed, never acted on.
pub const FORMAT: u32 = 2;

named! {
    /// What was done.
    pub enum Kind {
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
    /// How far it is.
    pub enum State {
        /// Under way, or interrupted.
        Begun = "begun",
        /// At its end.
        Done = "done",
        /// It could not be done, and everything was restored.
        Failed = "failed",
    }
}

/// An operation as its message tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Names it.
    pub id: Ulid,
    /// What was done.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// In words, one line: `rollback t-1 to t-1@2`.
    pub title: String,
    /// When it began.
    pub at: Timestamp,
    /// The actor.
    pub by: String,
    /// The task it is about.
    pub task: Option<TaskId>,
    /// The snapshot that was taken before anything was changed.
    pub snapshot: Option<Ulid>,
    /// HEAD at that time.
    pub before: Head,
    /// HEAD after the operation.
    pub after: Head,
    /// The operation that this one undoes.
    pub undoes: Option<Ulid>,
    /// Anything else that its kind has to remember: `Mode: rewind`.
    pub more: Vec<(String, String)>,
}

impl Operation {
    /// An operation of `author` that begins now, from `before`. Where HEAD is afterwards, and its snapshot, are known later.
    pub fn new(author: &Author<'_>, kind: Kind, title: String, before: &Head) -> Self {
        let at = (author.now)();
        Operation {
            id: author.command.unwrap_or_else(|| new_id(at)),
            kind,
            state: State::Begun,
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

    /// The value of one of the further lines.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.more.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether `undo` may take it back.
    pub fn is_undoable(&self) -> bool {
        self.state == State::Done
    }
}

/// A new id of an operation or a snapshot: ids sort by the time that they were made at.
pub fn new_id(at: Timestamp) -> Ulid {
    Ulid::from_parts(u64::try_from(at.millis()).unwrap_or(0), Ulid::generate().random())
}

/// An operation with what its commit holds.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// What it was.
    pub operation: Operation,
    /// The commit of the log that has it.
    pub commit: ObjectId,
    /// Where it is in the tree of that commit: empty at the top, otherwise it ends in a slash.
    pub directory: String,
    /// The commit of the log before it.
    pub previous: Option<ObjectId>,
    /// What the worktree held before: a tree as in a snapshot.
    pub before: ObjectId,
    /// What it was to hold afterwards.
    pub after: ObjectId,
    /// What was touched.
    pub touched: Vec<Touched>,
    /// What others wrote while it ran.
    pub late: Option<ObjectId>,
    /// It was not made in this repository: it is listed, and never acted on.
    pub is_foreign: bool,
}

/// A path that an operation changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    /// From the top of the work tree.
    pub path: BString,
    /// Its file.
    pub on_disk: bool,
    /// Its index entry.
    pub in_index: bool,
}

#[cfg(test)]
mod tests;
