//! Commits that name tasks, wherever they are: what a commit without a trailer is compared with.

use std::collections::{BTreeSet, HashMap, HashSet};

use bstr::ByteSlice as _;

use super::Desk;
use crate::{
    error::Result,
    git::{
        ObjectId,
        commit::{self, Commit},
        objects::Identity,
        refs,
        revwalk::{self, Link},
    },
};

/// Refs that are branches, here or on a forge.
const BRANCHES: [&str; 4] = ["refs/heads", "refs/remotes", "refs/pull", "refs/merge-requests"];

/// A commit that names tasks.
pub(super) struct Source {
    pub commit: ObjectId,
    pub parents: Vec<ObjectId>,
    /// The ids of the tasks, sorted.
    pub tasks: BTreeSet<String>,
}

/// A branch that is not merged, as far as its tip.
pub(super) struct Branch {
    pub tip: ObjectId,
    /// Where it left the history.
    pub base: ObjectId,
    /// The tasks of all its commits.
    pub tasks: BTreeSet<String>,
}

/// How far is looked for sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Also commits that only the ledger knows; they may be damaged, git may be about to remove them.
    Everything,
    /// What refs and reflogs have.
    Refs,
}

/// The tasks that `entry` names for changes: by its final trailers, or because the ledger says so. What a message only mentions
/// must not make another commit a task's own.
pub(super) fn tasks(desk: &Desk<'_>, entry: &Commit) -> BTreeSet<String> {
    let named = desk.owners.of_block(entry.id, &entry.message);
    let named = named.iter().map(|id| id.to_str_lossy().into_owned());
    let unlinked = desk.owners.unlinked(entry.id);
    let known = desk.ledger.tasks(entry.id).filter(|id| !unlinked.contains(id));
    named.chain(known.map(ToString::to_string)).collect()
}

/// Every commit that names a task.
pub(super) fn all(desk: &Desk<'_>, reach: Reach) -> Result<Vec<Source>> {
    // The ledger itself has many commits, and names every task.
    let mut words: Vec<String> = [
        "--exclude=refs/notes/*",
        "--exclude=refs/agent/remotes/*",
        "--exclude=refs/agent/ledger/*",
        "--all",
        "--reflog",
    ]
    .into_iter()
    .chain(["--regexp-ignore-case", "--fixed-strings"])
    .map(str::to_owned)
    .collect();
    words.extend(desk.repo.settings().trailer_keys().into_iter().map(|key| format!("--grep={key}")));
    words.extend(desk.ledger.began.map(|began| format!("--max-age={}", began.seconds())));
    let mut found = commit::walk(desk.repo, &words.iter().map(String::as_str).collect::<Vec<_>>())?;
    let walked: HashSet<ObjectId> = found.iter().map(|entry| entry.id).collect();
    let known = desk.ledger.ids().filter(|id| !walked.contains(id) && desk.repo.has(*id));
    let mut known: Vec<ObjectId> = known.collect();
    known.sort();
    if reach == Reach::Refs {
        let gone: HashSet<ObjectId> = revwalk::lost(desk.repo, &known)?.into_iter().collect();
        known.retain(|id| !gone.contains(id));
    }
    found.extend(commit::of(desk.repo, &known)?);
    let ours = Identity::ours().email;
    let source = |entry: Commit| Source { tasks: tasks(desk, &entry), commit: entry.id, parents: entry.parents };
    let sources = found.into_iter().filter(|entry| entry.committer != ours).map(source);
    Ok(sources.filter(|source| !source.tasks.is_empty()).collect())
}

/// The branches that `sources` are on and that are not in the history of `head`: up to each source, and up to each ref.
pub(super) fn branches(desk: &Desk<'_>, sources: &[Source], head: ObjectId) -> Result<Vec<Branch>> {
    let named: HashMap<ObjectId, &Source> = sources.iter().map(|source| (source.commit, source)).collect();
    let refs = refs::commits(desk.repo, &BRANCHES)?;
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let tips: Vec<ObjectId> = named.keys().copied().chain(refs).filter(|tip| seen.insert(*tip)).collect();
    let links = revwalk::beyond(desk.repo, &tips, head)?;
    let graph: HashMap<ObjectId, &Link> = links.iter().map(|link| (link.commit, link)).collect();
    let mut found = Vec::new();
    let mut tips: Vec<ObjectId> = tips.into_iter().filter(|tip| graph.contains_key(tip)).collect();
    tips.sort();
    for tip in tips {
        let (mut open, mut met) = (vec![tip], HashSet::from([tip]));
        let (mut tasks, mut ends, mut is_whole) = (BTreeSet::new(), BTreeSet::new(), true);
        while let Some(at) = open.pop() {
            tasks.extend(named.get(&at).into_iter().flat_map(|source| source.tasks.iter().cloned()));
            is_whole &= !desk.shallow.contains(&at);
            for parent in graph.get(&at).into_iter().flat_map(|link| &link.parents) {
                match graph.contains_key(parent) {
                    true if met.insert(*parent) => open.push(*parent),
                    true => {}
                    false => drop(ends.insert(*parent)),
                }
            }
        }
        let base = match ends.len() {
            // A history of its own.
            0 => None,
            1 => ends.first().copied(),
            _ => revwalk::merge_base(desk.repo, tip, head)?,
        };
        if let Some(base) = base
            && is_whole
            && !tasks.is_empty()
        {
            found.push(Branch { tip, base, tasks });
        }
    }
    Ok(found)
}
