//! Where an operation leads.

use bstr::{BStr, ByteSlice as _};

use super::is_below;
use crate::{
    git::{ObjectId, sparse::Sparse},
    recovery::{operation::Touched, snapshot::Moment},
};

/// A moment to bring the worktree to, and how much of it.
#[derive(Clone, Debug)]
pub struct Destination {
    /// What shall be there.
    pub moment: Moment,
    /// Which paths may be touched.
    pub scope: Scope,
    /// What becomes of flags in the index.
    pub flags: Flagging,
    /// What becomes of untracked files that are not in `moment`.
    pub untracked: Untracked,
    /// The ignore rules of that time that `moment` has no files of; `None`: those of today, for want of better ones.
    pub rules: Option<ObjectId>,
    /// Which paths a sparse checkout has.
    pub sparse: Sparse,
}

impl Destination {
    /// Whether what stands at `path`, or below it, may be touched.
    pub fn concerns(&self, path: &BStr) -> bool {
        match &self.scope {
            Scope::Everything => true,
            Scope::Paths(paths) => {
                let is_meant = |meant: &BStr| meant == path || is_below(meant, path);
                paths.iter().any(|touched| is_meant(touched.path.as_bstr()))
            }
        }
    }
}

/// Which paths may be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that differ.
    Everything,
    /// These, sorted by path.
    Paths(Vec<Touched>),
}

/// What becomes of the flags of index entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flagging {
    /// They become those of the moment.
    Exact,
    /// They stay with the path: a commit has none.
    Kept,
}

/// What becomes of untracked files that are not at the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untracked {
    /// They go: the moment knows all files of the paths in scope.
    Exact,
    /// They go: it is known that at that time there were none.
    BornLater,
    /// They stay: they may have been there.
    MayBeOlder,
    /// They stay, on demand.
    Kept,
}
