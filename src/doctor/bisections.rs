//! Worktrees that a bisection left which was killed.

use super::{Finding, Level, count};
use crate::{
    bisect::worktree,
    error::{Remedy, Result},
    git::Repo,
};

pub(super) fn check(repo: &Repo) -> Result<Finding> {
    Ok(Finding::ok("no worktree is left from a bisection").and(
        Level::Warning,
        worktree::leftovers(repo)?.iter().map(|path| path.display()),
        |trees| format!("{} from a bisection that was killed", count(trees, "worktree is left", "worktrees are left")),
        Remedy::NextBisect,
    ))
}
