//! One side of an operation: what its paths are before, or after.

use std::collections::BTreeMap;

use bstr::{BStr, BString};

use crate::{
    error::Result,
    git::{
        Repo,
        tree::{Entry, Trees},
    },
    recovery::snapshot::{Flags, WorktreeState, flags_of},
};

/// A worktree state with lookup by path.
pub struct StateView<'r> {
    pub state: WorktreeState,
    trees: Trees<'r>,
    conflicts: BTreeMap<BString, Vec<(u8, Entry)>>,
}

/// The intended content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// Its mode and blob.
    pub entry: Entry,
    /// Its permission bits, if it is stored byte for byte; otherwise git's filters produce its content.
    pub raw: Option<u32>,
}

/// An intended index entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// The entry at stage 0.
    pub entry: Option<Entry>,
    /// The entries at stages 1 to 3.
    pub conflicts: Vec<(u8, Entry)>,
    pub flags: Flags,
}

impl<'r> StateView<'r> {
    /// `state`, whose trees are in `repo`.
    pub fn new(repo: &'r Repo, state: WorktreeState) -> Self {
        let mut conflicts: BTreeMap<BString, Vec<(u8, Entry)>> = BTreeMap::new();
        for conflict in &state.unmerged {
            conflicts.entry(conflict.path.clone()).or_default().push((conflict.stage, conflict.entry));
        }
        StateView { state, trees: Trees::new(repo), conflicts }
    }

    pub(crate) fn file(&self, path: &BStr) -> Result<Option<Want>> {
        let entry = self.trees.find(self.state.worktree, path)?;
        Ok(entry.map(|entry| Want { entry, raw: self.state.raw.get(path).copied() }))
    }

    /// The index entry at `path`.
    pub(crate) fn staged(&self, path: &BStr) -> Result<Staged> {
        let entry = self.trees.find(self.state.staged, path)?;
        let conflicts = self.conflicts.get(path).cloned().unwrap_or_default();
        let flags = self.state.flags_at(path, entry);
        Ok(Staged { entry, conflicts, flags })
    }

    /// Whether the file at `path` is omitted from the work tree on purpose (a sparse checkout).
    pub fn is_left_out(&self, path: &BStr) -> bool {
        flags_of(&self.state.flags, path).skip_worktree && !self.state.raw.contains_key(path)
    }
}
