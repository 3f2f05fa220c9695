//! A snapshot: what a worktree held at a moment, as one commit with a ref of its own.
//!
//! `refs/agent/snap/<ulid>` is made once and never moved. Its parents are HEAD's commit and the commits that an unfinished
//! merge, cherry-pick or revert names, so that they stay alive. Its tree:
//!
//! ```text
//! worktree/       every file as it is on the disk: index blobs where git calls a file clean, raw bytes elsewhere
//! staged/         the index, stage 0, without intent-to-add
//! unmerged/1/ …   the blobs of conflict stages, so that they stay alive
//! merged/         the tree that AUTO_MERGE names, so that it stays alive
//! rules/          ignore rules that no commit has: info/exclude, core.excludesFile, ignored .gitignore files
//! state/          MERGE_HEAD, rebase-merge/ and their like, as they lay in the git directory
//! unmerged.lst    <mode> <object> <stage> TAB <path> NUL, as `git ls-files -u -z`
//! flags.lst       <letters> SP <path> NUL: a assume-unchanged, s skip-worktree, i intent-to-add
//! raw.lst         <permissions, octal> SP <path> NUL: stored byte for byte, not through git's filters
//! dirs.lst        <permissions, octal> SP <path> NUL: directories that an operation removes, for restoring them
//! skipped.lst     <reason> SP <bytes> SP <path> NUL: what is not in here, and why
//! submodules.lst  <commit or -> SP <committed|dirty> SP <path> NUL
//! refs.lst        <object> SP <name> NUL: refs/heads/* and refs/notes/agent*, for people; nothing depends on it
//! ```
//!
//! Lists that would be empty are omitted. What HEAD was stands in the message, with everything else about the snapshot:
//! see [`Metadata`].

mod capture;
mod codec;
mod create;
mod disk;
mod ensure;
mod metadata;
mod put_back;
pub(crate) mod restore;
pub(crate) mod state;
mod store;
mod stored;

pub use crate::git::{index::entries::Flags, tree::Entry};
pub use crate::recovery::snapshot::create::{Request, Taken, take, take_captured};
pub use crate::recovery::snapshot::state::{Conflict, SkipReason, SkippedPath, Submodule, WorktreeState, flags_of};
pub use capture::{Captured, capture, merged};
pub use disk::{Disk, Look};
pub use put_back::{put_back, taken};
pub use store::{Unpublished, tree};
pub use stored::{Listed, files, find, last_of, list, load, load_tree, named, remove, saved, tidy};

use ulid::Ulid;

use crate::{
    domain::{id::TaskId, named::named, session::SessionId, time::Timestamp},
    git::{Head, ObjectId},
};

/// The ref namespace of snapshots.
pub const REFS: &str = "refs/agent/snap/";

/// The version of the format that this program writes, in the first line of the message. A newer one is read, never acted on.
pub const FORMAT: u32 = 1;

named! {
    /// Why a snapshot was taken.
    pub enum SnapshotKind {
        /// `git agent snapshot`.
        Manual = "manual",
        /// `git agent guard`, before a risky command.
        Guard = "guard",
        /// An operation, before it changed anything.
        Safety = "safety",
        /// A session of an agent host, as its agent worked.
        Session = "session",
    }
}

/// What stands in the message of a snapshot.
///
/// ```text
/// git-agent snapshot 1: before 'git reset --hard'
///
/// Snapshot: 01JD…
/// Kind: guard
/// At: 2026-11-22T14:35:00.000Z
/// By: claude@devbox
/// Worktree: main
/// Head: refs/heads/main 9fceb02…        (or '(detached) 9fceb02…', or 'refs/heads/main (unborn)')
/// Session: claude/6f1c                  (of the agent host that it was taken in)
/// Task-Id: t-1                          (the active tasks)
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The reason for taking it.
    pub kind: SnapshotKind,
    /// The description: one line, which may be empty.
    pub message: String,
    /// The time of the capture.
    pub at: Timestamp,
    /// The actor, as `name@host`.
    pub by: String,
    /// The worktree, as in [`crate::git::Repo::worktree_name`].
    pub worktree: String,
    /// HEAD at the time of the capture.
    pub head: Head,
    /// The session of an agent host that it was taken in, if any.
    pub session: Option<SessionId>,
    /// The active tasks of the worktree at that time.
    pub tasks: Vec<TaskId>,
}

/// A stored snapshot.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The id, which is also in the name of its ref.
    pub id: Ulid,
    /// The commit that the ref points to.
    pub commit: ObjectId,
    /// The tree of that commit; `worktree/` in it are the files.
    pub tree: ObjectId,
    /// The metadata in the message of the commit.
    pub about: Metadata,
    /// The version of its format; only [`FORMAT`] can be restored.
    pub format: u32,
    /// It was not made in this repository: it is listed, but restored only with `--foreign`.
    pub is_foreign: bool,
}

/// The full name of the ref of snapshot `id`.
pub fn ref_name(id: Ulid) -> String {
    format!("{REFS}{id}")
}

impl Snapshot {
    /// The full name of its ref: `refs/agent/snap/<id>`.
    pub fn ref_name(&self) -> String {
        ref_name(self.id)
    }
}
