//! Destructive commands that may run although `agent.guard` refuses them: there is nothing to lose.

use bstr::{BString, ByteSlice as _};

use super::{Stake, is_about_changes, is_clean, save::ignored_files};
use crate::{
    error::Result,
    git::Repo,
    guard::paths::RepoPaths,
    recovery::snapshot,
    shell::{Level, Risk, Target},
};

/// Whether nothing that `stake` destroys would be in a snapshot; no, if that cannot be determined.
pub(super) fn is_harmless(stake: &Stake) -> bool {
    let repo = &*stake.repo;
    let is_spared = |risk: &Risk| match &risk.targets {
        Some(targets) => keeps_nothing(repo, risk, targets).unwrap_or(false),
        None => is_about_changes(risk) && is_clean(repo),
    };
    // What git discards may be what the rest of the line has made.
    let is_git = stake.risks.iter().any(|risk| risk.level == Level::Destroys && risk.targets.is_none());
    stake.risks.iter().filter(|risk| is_git || risk.level == Level::Destroys).all(is_spared)
}

/// Whether a snapshot would have nothing of what is at `targets`: it is committed, or ignored and not named one by one, or not
/// there.
fn keeps_nothing(repo: &Repo, risk: &Risk, targets: &[Target]) -> Result<bool> {
    let from = std::env::current_dir().unwrap_or_else(|_| ".".into());
    let is_repository = |target: &Target| match target {
        Target::At(path) | Target::Whole(path) => from.join(&*path.to_os_str_lossy()).join(".git").exists(),
        _ => false,
    };
    if targets.iter().any(is_repository) || !ignored_files(repo, &[risk])?.is_empty() {
        return Ok(false);
    }
    let captured = snapshot::capture(repo)?;
    let mut paths: Vec<BString> = captured.uncommitted()?;
    paths.extend(captured.skipped().map(|skipped| skipped.path.clone()));
    paths.extend(captured.unmerged().iter().map(|conflict| conflict.path.clone()));
    paths.extend(captured.submodules().iter().map(|submodule| submodule.path.clone()));
    let repo_paths = RepoPaths::of(repo);
    Ok(!paths.iter().any(|path| targets.iter().any(|target| repo_paths.reaches(&from, target, path.as_bstr()))))
}
