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

/// A moment that can be asked by path.
pub struct StateView<'r> {
    /// The moment.
    pub moment: WorktreeState,
    trees: Trees<'r>,
    conflicts: BTreeMap<BString, Vec<(u8, Entry)>>,
}

/// A file as it shall be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// What it is in the tree.
    pub entry: Entry,
    /// Its permission bits, when it is stored byte for byte; otherwise git's filters make its bytes.
    pub raw: Option<u32>,
}

/// An index entry as it shall be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// Stage 0.
    pub entry: Option<Entry>,
    /// Stages 1 to 3.
    pub conflicts: Vec<(u8, Entry)>,
    /// Its flags.
    pub flags: Flags,
}

impl<'r> StateView<'r> {
    /// `moment`, whose trees are in `repo`.
    pub fn new(repo: &'r Repo, moment: WorktreeState) -> Self {
        let mut conflicts: BTreeMap<BString, Vec<(u8, Entry)>> = BTreeMap::new();
        for conflict in &moment.unmerged {
            conflicts.entry(conflict.path.clone()).or_default().push((conflict.stage, conflict.entry));
        }
        StateView { moment, trees: Trees::new(repo), conflicts }
    }

    /// The file at `path`.
    pub fn file(&self, path: &BStr) -> Result<Option<Want>> {
        let entry = self.trees.find(self.moment.worktree, path)?;
        Ok(entry.map(|entry| Want { entry, raw: self.moment.raw.get(path).copied() }))
    }

    /// The index entry at `path`.
    pub fn staged(&self, path: &BStr) -> Result<Staged> {
        let entry = self.trees.find(self.moment.staged, path)?;
        let conflicts = self.conflicts.get(path).cloned().unwrap_or_default();
        let flags = self.moment.flags_at(path, entry);
        Ok(Staged { entry, conflicts, flags })
    }

    /// Whether the file at `path` is left out of the work tree on purpose (a sparse checkout).
    pub fn is_left_out(&self, path: &BStr) -> bool {
        flags_of(&self.moment.flags, path).skip_worktree && !self.moment.raw.contains_key(path)
    }
}
