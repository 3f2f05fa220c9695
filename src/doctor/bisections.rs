//! Worktrees that a bisection left which was killed.

use super::{Check, count, failed, list};
use crate::{bisect::worktree, git::Repo};

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let name = "bisections";
    let check = worktree::leftovers(repo).map(|left| {
        let shown: Vec<String> = left.iter().map(|path| path.display().to_string()).collect();
        if left.is_empty() {
            Check::ok(name, "no bisection left a worktree behind")
        } else {
            Check::warning(
                name,
                format!(
                    "{} of a bisection that was killed: {}",
                    count(left.len(), "worktree is left", "worktrees are left"),
                    list(&shown)
                ),
                "the next 'git agent bisect' takes it away",
            )
        }
    });
    vec![check.unwrap_or_else(|error| failed(name, &error))]
}
