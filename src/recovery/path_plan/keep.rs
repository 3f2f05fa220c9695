//! What an operation skips although it is not at its target, and why.

use bstr::{BString, ByteSlice as _};

use super::{PathChange, PathPlan, Reason, Scope, Target, Untracked, ignored};
use crate::{
    error::Result,
    git::{Repo, names},
    recovery::{
        restore::state_view::StateView,
        snapshot::{Captured, SkipReason},
    },
};

/// A path that is not changed although it differs from the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The path, relative to the top of the work tree.
    pub path: BString,
    /// The reason.
    pub why: KeepReason,
}

/// Why a path is not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepReason {
    /// `--keep-untracked` was given.
    Asked,
    /// Untracked, and possibly older than the checkpoint.
    MayBeOlder,
    /// Ignored by the rules of the checkpoint, so it may have existed then.
    Ignored,
    /// It is the directory of a submodule.
    Submodule,
    /// The index marks it skip-worktree.
    SkipWorktree,
    /// It cannot be saved in a snapshot.
    Skipped(SkipReason),
    /// The snapshot to restore does not contain it.
    NotHeld,
}

impl KeepReason {
    /// The reason as a part of a sentence.
    pub fn as_str(self) -> &'static str {
        match self {
            KeepReason::Asked => "untracked, and --keep-untracked was given",
            KeepReason::MayBeOlder => "untracked, possibly older than the checkpoint",
            KeepReason::Ignored => "ignored at the checkpoint, so it may have existed then",
            KeepReason::Submodule => "submodule directories are not changed",
            KeepReason::SkipWorktree => "the index marks it skip-worktree",
            KeepReason::Skipped(why) => why.reason(),
            KeepReason::NotHeld => "it is not in the snapshot",
        }
    }
}

/// Keep the files that the rules of the target ignore: `.gitignore` goes back with everything else, and what it protected
/// may be older than all of it.
pub(crate) fn what_was_ignored(repo: &Repo, goal: &StateView<'_>, target: &Target, plan: &mut PathPlan) -> Result<()> {
    let removed = plan
        .files
        .iter()
        .filter(|(_, change)| matches!(change, PathChange::Remove(Reason::NotThere | Reason::Untracked)));
    let removed: Vec<BString> = removed.map(|(path, _)| path.clone()).collect();
    if target.untracked == Untracked::Exact || removed.is_empty() {
        return Ok(());
    }
    for path in ignored::at(repo, goal, target.rules, &removed)? {
        plan.files.remove(&path);
        plan.keep(path.as_bstr(), KeepReason::Ignored);
    }
    Ok(())
}

/// List what cannot be stored now, and so stays whatever it is.
pub(crate) fn what_is_skipped(
    captured: &Captured<'_>,
    goal: &StateView<'_>,
    target: &Target,
    plan: &mut PathPlan,
) -> Result<()> {
    for skipped in captured.skipped().filter(|skipped| target.concerns(skipped.path.as_bstr())) {
        let path = skipped.path.as_bstr();
        let is_planned = plan.files.contains_key(path);
        let is_everything = target.scope == Scope::Everything;
        // Planned, it blocks the operation: it is stored with everything else in the way, or that is refused.
        if is_planned && (!is_everything || goal.file(path)?.is_some() && skipped.why != SkipReason::MissingObject) {
            continue;
        }
        plan.files.remove(path);
        plan.kept.retain(|kept| kept.path != path);
        plan.keep(path, KeepReason::Skipped(skipped.why));
    }
    Ok(())
}

/// Keep the paths that the snapshot to restore skipped: they existed then.
pub fn what_is_not_held(target: &Target, plan: &mut PathPlan) {
    if target.untracked == Untracked::Exact {
        return;
    }
    for left_out in &target.state.skipped {
        let is_meant =
            |path: &BString| *path == left_out.path || names::is_below(path.as_bstr(), left_out.path.as_bstr());
        let meant: Vec<BString> = plan.files.keys().filter(|path| is_meant(path)).cloned().collect();
        for path in meant {
            plan.files.remove(&path);
            plan.keep(path.as_bstr(), KeepReason::NotHeld);
        }
    }
}
