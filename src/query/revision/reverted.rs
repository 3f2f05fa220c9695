//! Which commits are reverted on a history.

use std::collections::HashSet;

use crate::{
    domain::{message::of_commit, trailer::reverts::Reverted},
    error::Result,
    git::{ObjectId, Repo},
    store::history,
};

/// Those of `commits` that later commits on the history of `tip` revert, and nothing brought back: see [`Reverted`].
///
/// # Errors
///
/// When the history cannot be read.
pub fn reverted(repo: &Repo, tip: ObjectId, commits: &[ObjectId]) -> Result<HashSet<ObjectId>> {
    // What reverts them, what reverts that, and so on.
    let bearing = history::ask(repo, tip, |past| {
        let mut bearing = commits.to_vec();
        let mut known: HashSet<ObjectId> = commits.iter().copied().collect();
        let (mut at, mut any) = (0, false);
        while let Some(commit) = bearing.get(at) {
            let by = past.reverting(*commit)?;
            any |= !by.is_empty();
            bearing.extend(by.into_iter().filter(|commit| known.insert(*commit)));
            at += 1;
        }
        if any { past.sorted(&bearing) } else { Ok(Vec::new()) }
    })?;
    let (mut seen, mut reverted) = (Reverted::default(), HashSet::new());
    for commit in bearing.iter().rev() {
        if seen.see(&commit.to_string(), of_commit(&repo.read(*commit)?)) {
            reverted.insert(*commit);
        }
    }
    Ok(reverted)
}
