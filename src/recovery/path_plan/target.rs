//! Where an operation leads, and which paths it may touch on the way.

use bstr::{BStr, BString, ByteSlice as _};

use crate::{
    error::Result,
    git::{ObjectId, Repo, names, sparse::Sparse},
    recovery::{commit::PlannedCommit, operation::Touched, snapshot::WorktreeState},
};

/// What an operation brings the worktree to, and how much of it.
#[derive(Clone, Debug)]
pub struct Target {
    /// What shall be there.
    pub state: WorktreeState,
    /// The commit that HEAD shall be at instead of that of `state`: made when the snapshot, which it names, is stored.
    pub commit: Option<PlannedCommit>,
    /// Which paths may be touched.
    pub scope: Scope,
    /// What becomes of flags in the index.
    pub flags: Flagging,
    /// What becomes of untracked files that are not in `state`.
    pub untracked: Untracked,
    /// The ignore rules of that time that `state` has no files of; `None`: those of today, for want of better ones.
    pub rules: Option<ObjectId>,
    /// Which paths a sparse checkout has.
    pub sparse: Sparse,
}

impl Target {
    /// Nothing changes but HEAD, which goes to `state.head`, and the state of unfinished operations.
    ///
    /// # Errors
    ///
    /// When the patterns of a sparse checkout cannot be read.
    pub fn head_only(repo: &Repo, state: WorktreeState) -> Result<Self> {
        Ok(Target {
            state,
            commit: None,
            scope: Scope::Paths(Vec::new()),
            flags: Flagging::Kept,
            untracked: Untracked::Kept,
            rules: None,
            sparse: Sparse::of(repo)?,
        })
    }

    /// Whether what stands at `path`, or below it, may be touched.
    pub fn concerns(&self, path: &BStr) -> bool {
        match &self.scope {
            Scope::Everything => true,
            Scope::Paths(paths) => {
                let is_meant = |meant: &BStr| meant == path || names::is_below(meant, path);
                paths.iter().any(|touched| is_meant(touched.path.as_bstr()))
            }
        }
    }
}

impl Scope {
    /// These paths, on the disk and in the index.
    pub fn of(paths: impl IntoIterator<Item = BString>) -> Self {
        let touched = paths.into_iter().map(|path| Touched { path, on_disk: true, in_index: true });
        let mut touched: Vec<Touched> = touched.collect();
        touched.sort();
        Scope::Paths(touched)
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
    /// They become those of the state.
    Exact,
    /// They stay with the path: a commit has none.
    Kept,
}

/// What becomes of untracked files that are not at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untracked {
    /// They go: the state has all files of the paths in scope.
    Exact,
    /// They go: it is known that at that time there were none.
    BornLater,
    /// They stay: they may have been there.
    MayBeOlder,
    /// They stay, on demand.
    Kept,
}
