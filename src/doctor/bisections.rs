//! Worktrees that a bisection left which was killed.

use super::{Check, Level, count, failed};
use crate::{bisect::worktree, error::Remedy, git::Repo};

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let name = "bisections";
    let check = worktree::leftovers(repo).map(|left| {
        Check::ok(name, "no worktree is left from a bisection").and(
            Level::Warning,
            left.iter().map(|path| path.display()),
            |trees| {
                format!("{} from a bisection that was killed", count(trees, "worktree is left", "worktrees are left"))
            },
            Remedy::NextBisect,
        )
    });
    vec![check.unwrap_or_else(|error| failed(name, &error))]
}
