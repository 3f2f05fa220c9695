//! Warnings about an incomplete setup of a clone, from the verbs that depend on it.

use super::Caller;
use crate::{error::Result, hook, store::ledger::View};

/// Why commits made in this worktree are not stamped, if there are tasks, and commits can be made, at all: see [`hook::install::missing_here`].
///
/// # Errors
///
/// As [`View::now`].
pub fn unstamping(caller: &Caller) -> Result<Option<String>> {
    let is_wanted = caller.repo().work_dir().is_some() && caller.repo().settings().hook_hint();
    let is_wanted = is_wanted && View::now(caller.repo())?.tip().is_some();
    Ok(is_wanted.then(|| hook::install::missing_here(caller.repo())).flatten())
}

/// Warn of [`unstamping`].
pub(super) fn warn_of_hooks(caller: &Caller) -> Result<()> {
    if let Some(why) = unstamping(caller)? {
        caller.warn(hooks_remark(&why));
    }
    Ok(())
}

/// `why` commits are not stamped, and what to do about it.
pub fn hooks_remark(why: &str) -> String {
    format!("commits in this worktree are not stamped: {why}; run 'git agent init' here")
}
