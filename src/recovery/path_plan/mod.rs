//! What an operation will do to each path, worked out in memory before anything is touched.
//!
//! Only paths that differ are planned. Who is not planned keeps its bytes, its times and its index entry.

mod ignored;
mod keep;
mod target;

pub use keep::{KeepReason, Kept};
pub use target::{Flagging, Scope, Target, Untracked};

use std::collections::{BTreeMap, BTreeSet};

use super::{
    operation::Touched,
    snapshot::{Captured, Entry, Flags, SkipReason, WorktreeState, flags_of},
};
use crate::domain::named::named;
use crate::{
    error::Result,
    git::{EntryKind, Repo, changed_paths::Comparer, names, objects::Batch, tree},
    recovery::restore::state_view::{Staged, StateView, Want},
};
use bstr::{BStr, BString, ByteSlice as _};

/// What an operation does to each path.
#[derive(Clone, Debug, Default)]
pub struct PathPlan {
    /// Changes of files, by path.
    pub files: BTreeMap<BString, PathChange>,
    /// The new index entries, by path.
    pub staged: BTreeMap<BString, Staged>,
    /// Paths that are kept although they differ from the target, with the reasons.
    pub kept: Vec<Kept>,
}

/// A change of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathChange {
    /// Write this content; the previous one is in the snapshot.
    Write(Want),
    /// Remove the file, which is in the snapshot.
    Remove(Reason),
}

named! {
    /// Why a file is removed.
    pub enum Reason {
        /// It is not at the target.
        NotThere = "it did not exist then",
        /// It was made after the checkpoint.
        Untracked = "untracked, created after the checkpoint",
        /// It stands where something else belongs.
        InTheWay = "it is in the way of another path",
    }
}

impl PathPlan {
    /// Plan the way from `captured` to `target`.
    pub(crate) fn new(repo: &Repo, captured: &Captured<'_>, target: &Target) -> Result<Self> {
        let goal = StateView::new(repo, target.state.clone());
        let mut planner = Planner { captured, target, goal: &goal, now: Now::new(captured), plan: PathPlan::default() };
        for path in planner.candidates(repo)? {
            planner.plan_path(path.as_bstr())?;
        }
        let mut plan = planner.plan;
        keep::what_was_ignored(repo, &goal, target, &mut plan)?;
        keep::what_is_not_held(target, &mut plan);
        keep::what_is_skipped(captured, &goal, target, &mut plan)?;
        for path in plan.files.keys().chain(plan.staged.keys()) {
            let kind = goal.file(path.as_bstr())?.map_or(EntryKind::Blob, |want| want.entry.kind);
            names::check(path.as_bstr(), kind)?;
        }
        Ok(plan)
    }

    /// Whether neither files nor index entries change.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.staged.is_empty()
    }

    /// Whether a kept path may differ from the target. Repositories inside of this one do not count.
    pub fn leaves_differences(&self) -> bool {
        self.kept.iter().any(|kept| kept.why != KeepReason::Skipped(SkipReason::NestedRepository))
    }

    /// The paths whose files change.
    pub fn paths(&self) -> Vec<BString> {
        self.files.keys().cloned().collect()
    }

    /// Add what blocks the operation, which is known once the planned paths were captured: `captured` are all whose bytes were.
    pub fn add_what_is_in_the_way<'p>(&mut self, captured: impl Iterator<Item = &'p BStr>) {
        let written: Vec<&BString> = self
            .files
            .iter()
            .filter(|(_, change)| matches!(change, PathChange::Write(_)))
            .map(|(path, _)| path)
            .collect();
        let mut found: Vec<BString> = Vec::new();
        for path in captured.filter(|path| !self.files.contains_key(*path)) {
            // Sorted, all that is below a directory is together; a parent is looked up.
            let parents = path.find_iter("/").map(|at| path[..at].as_bstr());
            let is_inside =
                parents.into_iter().any(|parent| written.binary_search_by(|w| w.as_bstr().cmp(parent)).is_ok());
            let from = written.partition_point(|w| w.as_bstr() <= path);
            let is_parent = written[from..]
                .iter()
                .take_while(|w| w.starts_with(path.as_bytes()))
                .any(|w| names::is_below(w.as_bstr(), path));
            if is_inside || is_parent {
                found.push(path.to_owned());
            }
        }
        self.kept.retain(|kept| !found.contains(&kept.path));
        self.files.extend(found.into_iter().map(|path| (path, PathChange::Remove(Reason::InTheWay))));
    }

    /// Drop what turns out to be there already, byte for byte.
    pub(crate) fn drop_what_is_there(&mut self, before: &StateView<'_>) -> Result<()> {
        let mut there = BTreeSet::new();
        for (path, change) in &self.files {
            if let PathChange::Write(want) = change
                && want.raw.is_some()
                && before.file(path.as_bstr())? == Some(*want)
            {
                there.insert(path.clone());
            }
        }
        self.files.retain(|path, _| !there.contains(path));
        Ok(())
    }

    /// All paths that change, and whether their file or index entry does.
    pub fn touched(&self) -> Vec<Touched> {
        let paths: BTreeSet<&BString> = self.files.keys().chain(self.staged.keys()).collect();
        let touched = paths.into_iter().map(|path| Touched {
            path: path.clone(),
            on_disk: self.files.contains_key(path),
            in_index: self.staged.contains_key(path),
        });
        touched.collect()
    }

    /// What the worktree will hold, when `before` is what it holds now; new trees are staged in `batch`.
    pub(crate) fn after(
        &self,
        repo: &Repo,
        batch: &mut Batch,
        before: &WorktreeState,
        target: &Target,
    ) -> Result<WorktreeState> {
        let mut after = before.clone();
        let files = self.files.iter().map(|(path, change)| match change {
            PathChange::Write(want) => (path.as_bstr(), Some(want.entry)),
            PathChange::Remove(_) => (path.as_bstr(), None),
        });
        after.worktree = tree::edit(repo, batch, before.worktree, files)?;
        let staged = self.staged.iter().map(|(path, staged)| (path.as_bstr(), staged.entry));
        after.staged = tree::edit(repo, batch, before.staged, staged)?;
        after.unmerged.retain(|conflict| !self.staged.contains_key(&conflict.path));
        for (path, staged) in &self.staged {
            after.set_conflicts(path.as_bstr(), &staged.conflicts);
            after.set_flags(path.as_bstr(), staged.flags);
        }
        for (path, change) in &self.files {
            match change {
                PathChange::Write(Want { raw: Some(bits), .. }) => drop(after.raw.insert(path.clone(), *bits)),
                PathChange::Write(_) | PathChange::Remove(_) => drop(after.raw.remove(path)),
            }
        }
        after.dirs = target.state.dirs.clone();
        after.head = target.state.head.clone();
        after.in_progress = target.state.in_progress.clone();
        Ok(after)
    }
}

impl WorktreeState {
    fn set_conflicts(&mut self, path: &BStr, stages: &[(u8, Entry)]) {
        let conflict = |(stage, entry): &(u8, Entry)| super::snapshot::Conflict {
            stage: *stage,
            entry: *entry,
            path: path.to_owned(),
        };
        self.unmerged.extend(stages.iter().map(conflict));
        self.unmerged.sort_by(|one, other| (&one.path, one.stage).cmp(&(&other.path, other.stage)));
    }

    fn set_flags(&mut self, path: &BStr, flags: Flags) {
        self.flags.remove(path);
        // One without flags in a directory that has some says so.
        if flags_of(&self.flags, path) != flags {
            self.flags.insert(path.to_owned(), flags);
        }
    }
}

/// What is captured, by path.
struct Now<'c> {
    captured: &'c Captured<'c>,
    conflicts: BTreeMap<&'c BStr, Vec<(u8, Entry)>>,
}

impl<'c> Now<'c> {
    fn new(captured: &'c Captured<'c>) -> Self {
        let mut conflicts: BTreeMap<&BStr, Vec<(u8, Entry)>> = BTreeMap::new();
        for conflict in captured.unmerged() {
            conflicts.entry(conflict.path.as_bstr()).or_default().push((conflict.stage, conflict.entry));
        }
        Now { captured, conflicts }
    }

    fn file(&self, path: &BStr) -> Result<Option<Want>> {
        let entry = self.captured.on_disk(path)?;
        Ok(entry.map(|entry| Want { entry, raw: self.captured.raw(path) }))
    }

    fn staged(&self, path: &BStr) -> Result<Staged> {
        let entry = self.captured.staged(path)?;
        let flags = self.captured.flags();
        Ok(Staged {
            entry,
            conflicts: self.conflicts.get(path).cloned().unwrap_or_default(),
            flags: match entry {
                Some(_) => flags_of(flags, path),
                None => flags.get(path).copied().unwrap_or_default(),
            },
        })
    }
}

struct Planner<'a> {
    captured: &'a Captured<'a>,
    target: &'a Target,
    goal: &'a StateView<'a>,
    now: Now<'a>,
    plan: PathPlan,
}

impl Planner<'_> {
    /// The paths that may differ.
    fn candidates(&self, repo: &Repo) -> Result<BTreeSet<BString>> {
        if let Scope::Paths(touched) = &self.target.scope {
            return Ok(touched.iter().map(|touched| touched.path.clone()).collect());
        }
        let empty = repo.empty_tree();
        let head = self.captured.head_tree().unwrap_or(empty);
        let mut comparer = Comparer::new(repo);
        let goal = &self.target.state;
        let mut paths: BTreeSet<BString> = self.captured.changed().map(ToOwned::to_owned).collect();
        paths.extend(comparer.differing(head, goal.worktree)?);
        if goal.staged != goal.worktree {
            paths.extend(comparer.differing(head, goal.staged)?);
        }
        paths.extend(self.captured.unmerged().iter().map(|conflict| conflict.path.clone()));
        paths.extend(goal.unmerged.iter().map(|conflict| conflict.path.clone()));
        paths.extend(goal.raw.keys().cloned());
        if self.target.flags == Flagging::Exact {
            paths.extend(goal.flags.keys().chain(self.captured.flags().keys()).cloned());
        }
        // A sparse index has whole directories as entries.
        paths.retain(|path| !path.ends_with(b"/"));
        Ok(paths)
    }

    fn plan_path(&mut self, path: &BStr) -> Result<()> {
        let (in_files, in_index) = match &self.target.scope {
            Scope::Everything => (true, true),
            Scope::Paths(touched) => {
                let touched =
                    touched.binary_search_by(|touched| touched.path.as_bstr().cmp(path)).ok().map(|at| &touched[at]);
                touched.map_or((false, false), |touched| (touched.on_disk, touched.in_index))
            }
        };
        let staged = self.now.staged(path)?;
        let then = self.staged_then(path, &staged)?;
        if in_index && staged != then {
            self.plan.staged.insert(path.to_owned(), then.clone());
        }
        if in_files {
            self.plan_file(path, &then)?;
        }
        Ok(())
    }

    /// What the index entry becomes.
    fn staged_then(&self, path: &BStr, now: &Staged) -> Result<Staged> {
        let mut then = self.goal.staged(path)?;
        if self.target.flags == Flagging::Kept {
            let stays = then.entry.is_some() && then.conflicts.is_empty();
            let is_outside = now.entry.is_none() && stays && !self.target.sparse.contains(path);
            then.flags = Flags {
                assume_unchanged: stays && now.flags.assume_unchanged,
                skip_worktree: stays && (now.flags.skip_worktree || is_outside || self.captured.is_virtual(path)),
                intent_to_add: false,
            };
        }
        Ok(then)
    }

    fn plan_file(&mut self, path: &BStr, staged_then: &Staged) -> Result<()> {
        let now = self.now.file(path)?.filter(|_| !self.captured.is_virtual(path));
        let goal = self.goal.file(path)?;
        let is_left_out = staged_then.flags.skip_worktree && goal.is_some_and(|goal| goal.raw.is_none());
        let then = goal.filter(|_| !is_left_out);
        if is_left_out && !(now.is_some() && self.target.untracked == Untracked::Exact) {
            // A sparse checkout is not expanded; a file that the user put there anyway stays.
            if now.is_some() {
                self.plan.keep(path, KeepReason::SkipWorktree);
            }
            return Ok(());
        }
        match (now, then) {
            (Some(now), Some(then)) if now.entry.is_submodule() && then.entry.is_submodule() => {
                if self.captured.is_other_submodule(path, then.entry.id) {
                    self.plan.keep(path, KeepReason::Submodule);
                }
            }
            (Some(now), Some(then)) if now.entry == then.entry && (now.raw == then.raw || then.raw.is_none()) => {}
            (None, None) => {}
            (_, Some(then)) => {
                self.plan.files.insert(path.to_owned(), PathChange::Write(then));
            }
            (Some(now), None) if now.entry.is_submodule() => match self.captured.is_empty_directory(path) {
                // Nothing is checked out there.
                true => drop(self.plan.files.insert(path.to_owned(), PathChange::Remove(Reason::NotThere))),
                false => self.plan.keep(path, KeepReason::Submodule),
            },
            (Some(_), None) if !self.captured.is_untracked(path) => {
                self.plan.files.insert(path.to_owned(), PathChange::Remove(Reason::NotThere));
            }
            (Some(_), None) => match self.target.untracked {
                Untracked::Exact => {
                    self.plan.files.insert(path.to_owned(), PathChange::Remove(Reason::NotThere));
                }
                Untracked::BornLater => {
                    self.plan.files.insert(path.to_owned(), PathChange::Remove(Reason::Untracked));
                }
                Untracked::Kept => self.plan.keep(path, KeepReason::Asked),
                Untracked::MayBeOlder => self.plan.keep(path, KeepReason::MayBeOlder),
            },
        }
        Ok(())
    }
}

impl PathPlan {
    fn keep(&mut self, path: &BStr, why: KeepReason) {
        self.kept.push(Kept { path: path.to_owned(), why });
    }
}
