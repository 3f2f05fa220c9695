//! What made the same change as a commit.

use std::collections::{BTreeSet, HashMap, HashSet};

use bstr::BString;

use super::{
    Desk, UnlinkedReason,
    sources::{self, Reach},
};
use crate::{
    domain::repair::{Evidence, Same, Whole},
    error::Result,
    git::{
        ObjectId,
        commit::Commit,
        patch::{self, TreeChange},
        revwalk,
    },
};

/// The evidence for every candidate.
#[derive(Default)]
pub(super) struct Gathered {
    cases: HashMap<ObjectId, Case>,
}

/// What there is for one commit.
struct Case {
    evidence: Vec<Evidence<ObjectId>>,
    /// What the answer is without evidence.
    why_not: UnlinkedReason,
    /// What made the same change, and does not count.
    discarded: Vec<Evidence<ObjectId>>,
}

impl Gathered {
    /// The evidence that decides about `commit`; empty if there is none, or if it is ambiguous.
    pub fn of(&self, commit: ObjectId) -> &[Evidence<ObjectId>] {
        self.cases.get(&commit).map_or(&[], |case| &case.evidence)
    }

    /// Why nothing is known of `commit`, if it was a candidate.
    pub fn why_not(&self, commit: ObjectId) -> Option<(UnlinkedReason, &[Evidence<ObjectId>])> {
        self.cases.get(&commit).map(|case| (case.why_not, case.discarded.as_slice()))
    }
}

/// Something that made a change, and the tasks that it names.
pub(super) struct Origin {
    /// The commit with the change; of a branch, its tip.
    pub source: ObjectId,
    pub whole: Whole,
    /// Of a branch: where it left the history.
    pub base: Option<ObjectId>,
    pub change: TreeChange,
    pub tasks: BTreeSet<String>,
}

/// Gather what there is for `candidates`, which are on the history of `tip`.
pub(super) fn gather(desk: &Desk<'_>, candidates: &[&Commit], tip: ObjectId) -> Result<Gathered> {
    if candidates.is_empty() {
        return Ok(Gathered::default());
    }
    // What only the ledger knows may be half gone already; the rest is still examined.
    among(desk, candidates, &origins(desk, tip, Reach::Everything)?)
        .or_else(|_| among(desk, candidates, &origins(desk, tip, Reach::Refs)?))
}

/// What every commit that names a task did, and every branch.
fn origins(desk: &Desk<'_>, tip: ObjectId, reach: Reach) -> Result<Vec<Origin>> {
    let sources = sources::all(desk, reach)?;
    let branches = sources::branches(desk, &sources, tip)?;
    let mut origins = Vec::new();
    for source in sources {
        if let Some(change) = change(desk, source.commit, &source.parents) {
            let (source, tasks) = (source.commit, source.tasks);
            origins.push(Origin { source, whole: Whole::Commit, base: None, change, tasks });
        }
    }
    for branch in branches {
        let trees = [branch.base, branch.tip].map(|commit| revwalk::tree(desk.repo, commit));
        if let [Ok(before), Ok(after)] = trees {
            let change = TreeChange { before, after };
            let (source, base, tasks) = (branch.tip, Some(branch.base), branch.tasks);
            origins.push(Origin { source, whole: Whole::Branch, base, change, tasks });
        }
    }
    Ok(origins)
}

/// The evidence for `candidates` among `origins`.
pub(super) fn among(desk: &Desk<'_>, candidates: &[&Commit], origins: &[Origin]) -> Result<Gathered> {
    let mut cases: HashMap<ObjectId, Case> = HashMap::new();
    let mut changes: Vec<(&Commit, TreeChange)> = Vec::new();
    for entry in candidates {
        let change = change(desk, entry.id, &entry.parents);
        let why_not = match change {
            None => UnlinkedReason::CutOff,
            Some(change) if change.is_empty() => UnlinkedReason::Empty,
            Some(_) => UnlinkedReason::NoSource,
        };
        changes.extend(change.filter(|change| !change.is_empty()).map(|change| (*entry, change)));
        cases.insert(entry.id, Case { evidence: Vec::new(), why_not, discarded: Vec::new() });
    }
    for (entry, origin, same) in matches(desk, &changes, origins)? {
        let Some(case) = cases.get_mut(&entry.id) else { continue };
        let tasks = origin.tasks.iter().cloned().collect();
        let evidence = Evidence { source: origin.source, tasks, same, whole: origin.whole };
        if counts(desk, entry, origin)? {
            case.evidence.push(evidence);
        } else {
            case.why_not = UnlinkedReason::SameHistory;
            case.discarded.push(evidence);
        }
    }
    Ok(Gathered { cases })
}

/// What made the same change as one of `changes`. Patches are made only of what touches the same paths.
fn matches<'c>(
    desk: &Desk<'_>,
    changes: &[(&'c Commit, TreeChange)],
    origins: &'c [Origin],
) -> Result<Vec<(&'c Commit, &'c Origin, Same)>> {
    let all: HashSet<TreeChange> =
        changes.iter().map(|(_, change)| *change).chain(origins.iter().map(|origin| origin.change)).collect();
    let prints = patch::paths(desk.repo, &all.into_iter().collect::<Vec<_>>())?;
    let mut by_print: HashMap<&BString, Vec<&Origin>> = HashMap::new();
    for origin in origins {
        if let Some(print) = prints.get(&origin.change) {
            by_print.entry(print).or_default().push(origin);
        }
    }
    let alike = |change: &TreeChange| prints.get(change).and_then(|print| by_print.get(print)).into_iter().flatten();
    let mut compared: HashSet<TreeChange> = HashSet::new();
    for (_, change) in changes {
        for origin in alike(change).filter(|origin| origin.change != *change) {
            compared.extend([*change, origin.change]);
        }
    }
    let ids = patch::ids(desk.repo, &compared.into_iter().collect::<Vec<_>>())?;
    let mut found = Vec::new();
    for (entry, change) in changes {
        for origin in alike(change) {
            let same_patch = || ids.get(change).is_some_and(|id| ids.get(&origin.change) == Some(id));
            if origin.change == *change {
                found.push((*entry, *origin, Same::Trees));
            } else if same_patch() {
                found.push((*entry, *origin, Same::Patch));
            }
        }
    }
    Ok(found)
}

/// Whether `origin` may have become `entry`: a commit that is below it or above it did not, that one is there itself; and what
/// became of a branch comes after the place where it left.
fn counts(desk: &Desk<'_>, entry: &Commit, origin: &Origin) -> Result<bool> {
    match (origin.whole, origin.base, entry.parents.first()) {
        (Whole::Commit, ..) => Ok(!revwalk::is_ancestor(desk.repo, origin.source, entry.id)?
            && !revwalk::is_ancestor(desk.repo, entry.id, origin.source)?),
        (Whole::Branch, Some(base), Some(parent)) => revwalk::is_ancestor(desk.repo, base, *parent),
        (Whole::Branch, ..) => Ok(false),
    }
}

/// What a commit changes; `None` for merges, and where what it was made from is not here.
pub(super) fn change(desk: &Desk<'_>, commit: ObjectId, parents: &[ObjectId]) -> Option<TreeChange> {
    if parents.len() > 1 || desk.shallow.contains(&commit) {
        return None;
    }
    let tree = |commit: ObjectId| desk.repo.has(commit).then(|| revwalk::tree(desk.repo, commit).ok()).flatten();
    let before = match parents.first() {
        Some(parent) => tree(*parent)?,
        None => desk.repo.empty_tree(),
    };
    Some(TreeChange { before, after: tree(commit)? })
}
