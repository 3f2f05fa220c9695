//! What a worktree held at a moment, in memory.

use std::collections::BTreeMap;

use crate::domain::named::named;
use crate::error::{Code, codes};
use crate::git::{Head, ObjectId, index::entries::Flags, tree::Entry};
use bstr::{BStr, BString, ByteSlice as _};

/// Work tree, index, HEAD and unfinished operations of git, together.
///
/// All paths are from the top of the work tree, with `/`, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorktreeState {
    /// HEAD at that time.
    pub head: Head,
    /// The tree of the files.
    pub worktree: ObjectId,
    /// The tree of the index: stage 0, without intent-to-add.
    pub staged: ObjectId,
    /// Entries at stages 1 to 3, in the order of the index.
    pub unmerged: Vec<Conflict>,
    /// Entries with a flag.
    pub flags: BTreeMap<BString, Flags>,
    /// Paths whose bytes in `worktree` are those on the disk, with their permission bits (`0o644`); of all others git's
    /// filters make the bytes on the disk.
    pub raw: BTreeMap<BString, u32>,
    /// Directories that an operation removes, with their permission bits.
    pub dirs: BTreeMap<BString, u32>,
    /// What is not in here.
    pub skipped: Vec<Skipped>,
    /// Repositories that the index lists.
    pub submodules: Vec<Submodule>,
    /// The tree that `AUTO_MERGE` names: what git has made of the files of a conflict.
    pub merged: Option<ObjectId>,
    /// The ignore rules that are in neither of the trees, where they are known: see [`crate::git::ignore`].
    pub rules: Option<ObjectId>,
    /// Files of the git directory that belong to an unfinished merge, rebase, …: the path from there, and the blob.
    pub in_progress: BTreeMap<BString, ObjectId>,
}

impl WorktreeState {
    /// Trees, as they would be right after a checkout: nothing in conflict, nothing in progress.
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

    /// The flags at `path`, where the index has `entry`.
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
    /// 1, 2 or 3.
    pub stage: u8,
    /// What it is.
    pub entry: Entry,
    /// The path.
    pub path: BString,
}

/// The flags of the index entry at `path`, which is there: its own, or those of the directory that a sparse index has in its
/// place.
pub fn flags_of(flags: &BTreeMap<BString, Flags>, path: &BStr) -> Flags {
    let directory = || path.find_iter("/").find_map(|end| flags.get(path[..=end].as_bstr()));
    flags.get(path).or_else(directory).copied().unwrap_or_default()
}

/// Something that a snapshot does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The path.
    pub path: BString,
    /// Why.
    pub why: SkipReason,
    /// Its size, where it has one.
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
    /// The code of the error that refuses a command because of it.
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

    /// As a part of a sentence: `it is larger than 'agent.maxFileSize'`.
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

/// A submodule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submodule {
    /// The path.
    pub path: BString,
    /// The commit that is checked out there; `None` when nothing is.
    pub head: Option<ObjectId>,
    /// Something in it is not committed.
    pub is_dirty: bool,
}
