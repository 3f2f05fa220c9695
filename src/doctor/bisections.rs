//! Worktrees that a bisection left which was killed.

use super::{Check, count, failed, list};
use crate::{bisect::worktree, error::Remedy, git::Repo};

pub(super) fn checks(repo: &Repo) -> Vec<Check> {
    let name = "bisections";
    let check = worktree::leftovers(repo).map(|left| {
        let shown: Vec<String> = left.iter().map(|path| path.display().to_string()).collect();
        if left.is_empty() {
            Check::ok(name, "no worktree is left from a bisection")
        } else {
            Check::warning(
                name,
                format!(
                    "{} from a bisection that was killed: {}",
                    count(left.len(), "worktree is left", "worktrees are left"),
                    list(&shown)
                ),
                Remedy::NextBisect,
            )
        }
    });
    vec![check.unwrap_or_else(|error| failed(name, &error))]
}
