//! The commits of a task on a history: which they are, and what is known of them.

use std::collections::{BTreeSet, HashSet};

use bstr::BString;

use crate::{
    domain::{
        task::{Task, Verification},
        trailer::reverts::Reverted,
    },
    error::Result,
    git::{ObjectId, Repo, commit::Commit, diff, revwalk},
    store::{history, ledger::commits::Links},
};

/// The commits reachable from `tip` that belong to `task` by their message or the ledger, in git's topological order, oldest first.
pub fn on(repo: &Repo, tip: Option<ObjectId>, task: &Task) -> Result<Vec<ObjectId>> {
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let links = Links::of(task);
    history::ask(repo, tip, |past| past.on(task.id.as_str().as_bytes(), &links))
}

/// The number of the newest of `commits` that is verified: the newest verification of `task` on its tree passed.
pub(super) fn newest_verified(repo: &Repo, task: &Task, commits: &[ObjectId]) -> Result<Option<usize>> {
    if task.verifications.is_empty() {
        return Ok(None);
    }
    for (at, commit) in commits.iter().enumerate().rev() {
        let tree = revwalk::tree(repo, *commit)?.to_string();
        if task.verification_of(&tree).is_some_and(Verification::passed) {
            return Ok(Some(at + 1));
        }
    }
    Ok(None)
}

/// What the commits of each of `tasks` on the history of `tip` changed, each against its parent; a merge, against all of them.
pub fn touched(repo: &Repo, tip: Option<ObjectId>, tasks: &[Task]) -> Result<Vec<BTreeSet<BString>>> {
    let Some(tip) = tip else { return Ok(vec![BTreeSet::new(); tasks.len()]) };
    let commits = history::ask(repo, tip, |past| {
        let on = |task: &Task| past.on(task.id.as_str().as_bytes(), &Links::of(task));
        tasks.iter().map(on).collect::<Result<Vec<_>, _>>()
    })?;
    let every: BTreeSet<ObjectId> = commits.iter().flatten().copied().collect();
    let paths = diff::touched(repo, &every.into_iter().collect::<Vec<_>>())?;
    let of =
        |commits: &Vec<ObjectId>| commits.iter().filter_map(|commit| paths.get(commit)).flatten().cloned().collect();
    Ok(commits.iter().map(of).collect())
}

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
        if seen.see(&commit.to_string(), &Commit::read(repo, *commit)?.message) {
            reverted.insert(*commit);
        }
    }
    Ok(reverted)
}
