//! Where an operation leads, and which paths it may touch on the way.

use bstr::{BStr, BString, ByteSlice as _};

use crate::{
    error::Result,
    git::{ObjectId, Repo, names, sparse::Sparse},
    recovery::{commit::PlannedCommit, operation::Touched, snapshot::WorktreeState},
};

/// The state that an operation aims at, and its scope.
#[derive(Clone, Debug)]
pub struct Target {
    /// The intended state.
    pub state: WorktreeState,
    /// The commit to create for HEAD; `None`: HEAD moves to that of `state`. Created after the snapshot that it names.
    pub commit: Option<PlannedCommit>,
    /// Which paths may change.
    pub scope: Scope,
    /// What happens to the flags of index entries.
    pub flags: Flagging,
    /// What happens to untracked files that are not in `state`.
    pub untracked: Untracked,
    /// The ignore rules of that time that are in no tree of `state`; `None`: those of today.
    pub rules: Option<ObjectId>,
    /// The paths of the sparse checkout.
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

    /// Whether `path`, or a path below it, may change.
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
    /// The scope of these paths, in the work tree and in the index.
    pub fn of(paths: impl IntoIterator<Item = BString>) -> Self {
        let touched = paths.into_iter().map(|path| Touched { path, on_disk: true, in_index: true });
        let mut touched: Vec<Touched> = touched.collect();
        touched.sort();
        Scope::Paths(touched)
    }
}

/// Which paths an operation may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All paths that differ.
    Everything,
    /// Only these, sorted by path.
    Paths(Vec<Touched>),
}

/// What happens to the flags of index entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flagging {
    /// They are set to those of the state.
    Exact,
    /// They are kept: the target is a commit, which has none.
    Kept,
}

/// What happens to untracked files that are not at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Untracked {
    /// They are removed: the state contains all files of the scope.
    Exact,
    /// They are removed: they did not exist at that time.
    BornLater,
    /// They are kept: they may have existed then.
    MayBeOlder,
    /// They are kept because the caller asked for it.
    Kept,
}
