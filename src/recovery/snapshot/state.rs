//! What a worktree held at a moment, in memory.

use std::collections::BTreeMap;

use crate::domain::named::named;
use crate::error::{Code, codes};
use crate::git::{Head, ObjectId, index::entries::Flags, tree::Entry};
use bstr::{BStr, BString, ByteSlice as _};

/// The work tree, the index, HEAD and unfinished operations of git.
///
/// All paths are bytes, relative to the top of the work tree, separated by `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorktreeState {
    /// HEAD: the commit, and the branch unless it is detached.
    pub head: Head,
    /// The tree of the files.
    pub worktree: ObjectId,
    /// The tree of the index: stage 0, without intent-to-add.
    pub staged: ObjectId,
    /// Entries at stages 1 to 3, in the order of the index.
    pub unmerged: Vec<Conflict>,
    /// The flags of index entries that have any.
    pub flags: BTreeMap<BString, Flags>,
    /// Paths whose bytes in `worktree` are those on the disk, with their permission bits (`0o644`); of all others git's
    /// filters make the bytes on the disk.
    pub raw: BTreeMap<BString, u32>,
    /// Directories that an operation removes, with their permission bits.
    pub dirs: BTreeMap<BString, u32>,
    /// Paths that are not stored, with the reasons.
    pub skipped: Vec<SkippedPath>,
    /// The submodules of the index.
    pub submodules: Vec<Submodule>,
    /// The tree that `AUTO_MERGE` names: git's automatic merge of conflicting files.
    pub merged: Option<ObjectId>,
    /// The ignore rules that are in none of the trees: see [`crate::git::ignore`]. `None`: unknown.
    pub rules: Option<ObjectId>,
    /// Files of the git directory that belong to an unfinished merge, rebase, …: the path from there, and the blob.
    pub in_progress: BTreeMap<BString, ObjectId>,
}

impl WorktreeState {
    /// The state right after a checkout of these trees: no conflicts, nothing in progress.
    pub fn plain(head: Head, worktree: ObjectId, staged: ObjectId) -> Self {
        WorktreeState {
            head,
            worktree,
            staged,
            unmerged: Vec::new(),
            flags: [].into(),
            raw: [].into(),
            dirs: [].into(),
            skipped: Vec::new(),
            submodules: Vec::new(),
            merged: None,
            rules: None,
            in_progress: [].into(),
        }
    }

    /// The flags of the index entry `entry` at `path`.
    pub fn flags_at(&self, path: &BStr, entry: Option<Entry>) -> Flags {
        // Intent-to-add is a flag of what is not an entry yet.
        match entry {
            Some(_) => flags_of(&self.flags, path),
            None => self.flags.get(path).copied().unwrap_or_default(),
        }
    }
}

/// One index entry of a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The stage: 1, 2 or 3.
    pub stage: u8,
    /// Its mode and blob.
    pub entry: Entry,
    /// The path, relative to the top of the work tree.
    pub path: BString,
}

/// The flags of the index entry at `path`, which is there: its own, or those of the directory that a sparse index has in its
/// place.
pub fn flags_of(flags: &BTreeMap<BString, Flags>, path: &BStr) -> Flags {
    let directory = || path.find_iter("/").find_map(|end| flags.get(path[..=end].as_bstr()));
    flags.get(path).or_else(directory).copied().unwrap_or_default()
}

/// A path that a snapshot does not contain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedPath {
    /// The path, relative to the top of the work tree.
    pub path: BString,
    /// The reason.
    pub why: SkipReason,
    /// Its size in bytes; 0 if it has none.
    pub bytes: u64,
}

named! {
    /// Why something is not in a snapshot.
    pub enum SkipReason {
        /// New, and larger than `agent.maxFileSize`.
        TooLarge = "too-large",
        /// The operating system does not let us read it.
        Unreadable = "unreadable",
        /// A repository of its own.
        NestedRepository = "nested-repository",
        /// Neither file nor link: a socket, a pipe, a device.
        Special = "special",
        /// It changed each time that we read it.
        Unstable = "unstable",
        /// A name that git refuses in a tree (`.git` in other spellings).
        Name = "name",
        /// The index lists an object that is not in the repository.
        MissingObject = "missing-object",
        /// Others share the repository, and may not read the file.
        Private = "private",
    }
}

impl SkipReason {
    /// The code of the error for a command that is refused because of it.
    pub fn code(self) -> Code {
        match self {
            SkipReason::TooLarge => codes::TOO_LARGE,
            SkipReason::Unreadable => codes::UNREADABLE,
            SkipReason::NestedRepository => codes::NESTED_REPOSITORY,
            SkipReason::Special => codes::SPECIAL,
            SkipReason::Unstable => codes::UNSTABLE,
            SkipReason::Name => codes::NAME,
            SkipReason::MissingObject => codes::MISSING_OBJECT,
            SkipReason::Private => codes::PRIVATE,
        }
    }

    /// The reason as a part of a sentence: `it is larger than 'agent.maxFileSize'`.
    pub fn reason(self) -> &'static str {
        match self {
            SkipReason::TooLarge => "it is larger than 'agent.maxFileSize'",
            SkipReason::Unreadable => "it cannot be read",
            SkipReason::NestedRepository => "it is a nested repository",
            SkipReason::Special => "it is neither a regular file nor a symbolic link",
            SkipReason::Unstable => "it changes while it is read",
            SkipReason::Name => "git refuses its name",
            SkipReason::MissingObject => "the index lists a missing object",
            SkipReason::Private => "this repository is shared, and other users cannot read the file",
        }
    }
}

/// The state of a submodule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submodule {
    /// The path, relative to the top of the work tree.
    pub path: BString,
    /// The commit that is checked out; `None` if nothing is.
    pub head: Option<ObjectId>,
    /// Whether it has uncommitted changes.
    pub is_dirty: bool,
}
