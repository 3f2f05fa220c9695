//! Warnings about an incomplete setup of a clone, from the verbs that depend on it.

use super::Caller;
use crate::{domain::stamp::Unstamping, error::Result, hook, store::ledger::View};

/// Why commits made in this worktree are not stamped, if there are tasks, and commits can be made, at all: see [`hook::install::missing_here`].
///
/// # Errors
///
/// As [`View::now`].
pub fn unstamping(caller: &Caller) -> Result<Option<Unstamping>> {
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

/// Why commits are not stamped, and what to do about it.
pub(super) fn hooks_remark(unstamping: &Unstamping) -> String {
    format!("commits in this worktree are not stamped: {}; {}", unstamping.why, remedy(unstamping))
}

/// What to do about `unstamping`.
pub fn remedy(unstamping: &Unstamping) -> String {
    match unstamping.origin() {
        Some(command) => format!("to see where: {command}"),
        None => "run 'git agent init' here".to_owned(),
    }
}
