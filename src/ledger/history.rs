//! The past of the ledger: was anything taken out of it, is anything not in it any more?

use std::collections::{BTreeMap, HashSet};

use bstr::ByteSlice as _;
use gix::{
    ObjectId,
    objs::{CommitRef, Kind},
};

use super::{REF, View, tree, view::read_note};
use crate::{
    core::note,
    error::{Context as _, Result},
    git::{Repo, cmd},
};

/// Lines that a commit of the ledger took out of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The commit.
    pub commit: ObjectId,
    /// The note: its task, or its key.
    pub note: String,
    /// How many lines of its parent it does not have.
    pub lines: usize,
}

/// Every commit in the history of `view` that took lines away. Only another program does that.
///
/// # Errors
///
/// When a part of the history cannot be read.
pub fn removals(view: &View<'_>) -> Result<Vec<Removal>> {
    let repo = view.repo();
    let Some(tip) = view.tip() else { return Ok(Vec::new()) };
    let commits = repo.git().args(["rev-list", "--parents", &tip.to_string()]).run()?;
    let mut removals = Vec::new();
    for line in cmd::lines(&commits) {
        let mut ids = line.split_str(" ").filter_map(|hex| ObjectId::from_hex(hex).ok());
        let Some(commit) = ids.next() else { continue };
        let root = tree_of(repo, commit)?;
        // A merge has to have the lines of each of its parents.
        for parent in ids {
            compare(repo, commit, tree_of(repo, parent)?, root, &mut removals)?;
        }
    }
    Ok(removals)
}

fn compare(repo: &Repo, commit: ObjectId, old: ObjectId, new: ObjectId, removals: &mut Vec<Removal>) -> Result<()> {
    for key in tree::changed_keys(repo, old, new)? {
        let [before, after] = [old, new].map(|root| {
            let text = read_note(repo, &tree::find(repo, root, key)?)?;
            Ok::<_, crate::error::Error>(text)
        });
        let (before, after) = (before?, after?);
        let kept: HashSet<&[u8]> = after.lines().collect();
        let lines = before.lines().filter(|line| !line.is_empty() && !kept.contains(line)).count();
        if lines > 0 {
            let note = note::task_of_anchor(&before).map_or_else(|| key.to_string(), Into::into);
            removals.push(Removal { commit, note, lines });
        }
    }
    Ok(())
}

fn tree_of(repo: &Repo, commit: ObjectId) -> Result<ObjectId> {
    let bytes = repo.read_as(commit, Kind::Commit)?;
    let commit = CommitRef::from_bytes(&bytes, repo.gix().object_hash())
        .or_environment(|| format!("commit {commit} of the ledger is damaged"))?;
    Ok(commit.tree())
}

/// Commits that were the tip of the ledger once, by its reflog, and are not in its history: another program threw them
/// away. Newest first, without those that are in the history of another one.
pub fn lost_tips(view: &View<'_>) -> Result<Vec<ObjectId>> {
    let repo = view.repo();
    let Some(tip) = view.tip() else { return Ok(Vec::new()) };
    let reflog = repo.git().args(["log", "--walk-reflogs", "--format=%H", REF]).output()?;
    if !reflog.status.success() {
        // No reflog: a bare repository, or one that is set up without.
        return Ok(Vec::new());
    }
    let former: BTreeMap<ObjectId, usize> = cmd::lines(&reflog.stdout)
        .enumerate()
        .filter_map(|(age, hex)| Some((ObjectId::from_hex(&hex).ok()?, age)))
        .filter(|(id, _)| *id != tip && repo.has(*id))
        .collect();
    if former.is_empty() {
        return Ok(Vec::new());
    }
    let mut ask = format!("^{tip}\n");
    former.keys().for_each(|id| ask.push_str(&format!("{id}\n")));
    let unmerged = repo.git().args(["rev-list", "--parents", "--stdin"]).stdin(ask.into_bytes()).run()?;
    let (mut lost, mut covered) = (Vec::new(), HashSet::new());
    for line in cmd::lines(&unmerged) {
        let mut ids = line.split_str(" ").filter_map(|hex| ObjectId::from_hex(hex).ok());
        lost.extend(ids.next());
        covered.extend(ids);
    }
    lost.retain(|id| !covered.contains(id));
    lost.sort_by_key(|id| former.get(id).copied());
    Ok(lost)
}
