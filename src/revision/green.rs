//! `T@green`: the newest checkpoint that passed.

use std::collections::HashMap;

use bstr::ByteSlice as _;

use crate::{
    core::{event::Payload, note::Events, time::Timestamp},
    error::Result,
    git::{ObjectId, walk},
    ledger::View,
};

/// The number of the newest of `commits` whose tree the newest verification of it, of whatever task, found in order.
pub(super) fn newest(view: &View<'_>, commits: &[ObjectId]) -> Result<Option<usize>> {
    let trees = commits.iter().map(|commit| walk::tree(view.repo(), *commit)).collect::<Result<Vec<_>>>()?;
    let verdicts = verdicts(view, &trees)?;
    let passed = |tree: &ObjectId| verdicts.get(&tree.to_string()).is_some_and(|(_, passed)| *passed);
    Ok(trees.iter().rposition(passed).map(|at| at + 1))
}

/// What the newest verification of each of `trees` said, and when.
fn verdicts(view: &View<'_>, trees: &[ObjectId]) -> Result<HashMap<String, (Timestamp, bool)>> {
    let mut verdicts: HashMap<String, (Timestamp, bool)> = HashMap::new();
    let wanted: std::collections::HashSet<String> = trees.iter().map(ToString::to_string).collect();
    if wanted.is_empty() {
        return Ok(verdicts);
    }
    for row in view.table()?.rows() {
        let note = view.note(&row.id())?;
        // Most notes hold no evidence; reading their events would be in vain.
        if note.find(" verify ").is_none() {
            continue;
        }
        for event in Events::read(&note).events {
            let Payload::Verify(verify) = event.payload else { continue };
            if wanted.contains(&verify.tree) {
                let verdict = (event.at, verify.exit == 0);
                verdicts.entry(verify.tree).and_modify(|known| *known = verdict.max(*known)).or_insert(verdict);
            }
        }
    }
    Ok(verdicts)
}
