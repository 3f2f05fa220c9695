//! `T@green`: the newest checkpoint that passed.

use crate::{
    error::Result,
    git::{ObjectId, walk},
    ledger::{View, evidence},
};

/// The number of the newest of `commits` whose tree the newest verification of it, of whatever task, found in order.
pub(super) fn newest(view: &View<'_>, commits: &[ObjectId]) -> Result<Option<usize>> {
    if commits.is_empty() {
        return Ok(None);
    }
    let trees = commits.iter().map(|commit| walk::tree(view.repo(), *commit).map(|tree| tree.to_string()));
    let trees = trees.collect::<Result<Vec<_>>>()?;
    let verdicts = evidence::verdicts(view, &trees.iter().cloned().collect())?;
    let passed = |tree: &String| verdicts.get(tree).is_some_and(|(_, passed)| *passed);
    Ok(trees.iter().rposition(passed).map(|at| at + 1))
}
