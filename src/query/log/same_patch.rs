//! Commits of one task with the same patch: cherry-picks of each other that met again in a merge.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hasher as _},
};

use bstr::{BString, ByteSlice as _};

use crate::{
    error::Result,
    git::{
        ObjectId, Repo,
        changed_paths::Comparer,
        partial,
        patch::{self, TreeChange},
        revwalk,
        tree::{Entry, Trees},
    },
};

/// Larger files, in bytes, are left to git.
const LARGE: u64 = 1024 * 1024;

/// Commits that may be the same patch, oldest first.
type Group = Vec<(ObjectId, TreeChange)>;

/// Each of `commits` (oldest first) that made the same patch as an older one of them, with the oldest one that did.
///
/// What cannot be compared, because objects are missing or it is a merge, is omitted. Nothing is fetched.
pub(super) fn find(repo: &Repo, commits: &[ObjectId]) -> HashMap<ObjectId, ObjectId> {
    if partial::is_partial(repo) {
        return HashMap::new();
    }
    search(repo, commits).unwrap_or_default()
}

fn search(repo: &Repo, commits: &[ObjectId]) -> Result<HashMap<ObjectId, ObjectId>> {
    let (mut comparer, trees) = (Comparer::new(repo), Trees::new(repo));
    // Only what touches the same paths can be the same patch, and most commits touch others than the rest.
    let mut by_paths: HashMap<Vec<BString>, Group> = HashMap::new();
    for commit in commits {
        let Some(change) = change(repo, *commit)? else { continue };
        let paths = comparer.differing(change.before, change.after)?;
        if !paths.is_empty() {
            by_paths.entry(paths).or_default().push((*commit, change));
        }
    }
    by_paths.retain(|_, commits| commits.len() > 1);
    let mut alike: HashMap<(Vec<BString>, u64), Group> = HashMap::new();
    for (paths, commits) in by_paths {
        for (commit, change) in commits {
            let lines = lines(repo, &trees, &paths, change)?;
            alike.entry((paths.clone(), lines)).or_default().push((commit, change));
        }
    }
    alike.retain(|_, commits| commits.len() > 1);
    if alike.is_empty() {
        return Ok(HashMap::new());
    }
    let changes: Vec<TreeChange> = alike.values().flatten().map(|(_, change)| *change).collect();
    let ids = patch::ids(repo, &changes)?;
    let mut same = HashMap::new();
    for commits in alike.into_values() {
        let mut oldest: HashMap<&BString, ObjectId> = HashMap::new();
        for (commit, change) in &commits {
            let Some(id) = ids.get(change) else { continue };
            match oldest.get(id) {
                Some(first) => drop(same.insert(*commit, *first)),
                None => drop(oldest.insert(id, *commit)),
            }
        }
    }
    Ok(same)
}

/// What `commit` changed; nothing for a merge.
fn change(repo: &Repo, commit: ObjectId) -> Result<Option<TreeChange>> {
    let parents = revwalk::parents(repo, commit)?;
    if parents.len() > 1 {
        return Ok(None);
    }
    let before = revwalk::tree_or_empty(repo, parents.first().copied())?;
    Ok(Some(TreeChange { before, after: revwalk::tree(repo, commit)? }))
}

/// The lines that `change` adds to `paths` less those that it removes, as one number: it is the same for the same patch, and asks
/// no git.
fn lines(repo: &Repo, trees: &Trees<'_>, paths: &[BString], change: TreeChange) -> Result<u64> {
    let mut sum = 0u64;
    for path in paths {
        let (before, after) = (trees.find(change.before, path.as_bstr())?, trees.find(change.after, path.as_bstr())?);
        let is_large =
            |entry: &Entry| !entry.is_submodule() && repo.header(entry.id).is_ok_and(|(_, size)| size > LARGE);
        if before.iter().chain(&after).any(is_large) {
            continue;
        }
        sum = sum.wrapping_add(weight(repo, after)?).wrapping_sub(weight(repo, before)?);
    }
    Ok(sum)
}

/// All lines of `entry`, in any order, as one number.
fn weight(repo: &Repo, entry: Option<Entry>) -> Result<u64> {
    let hash = |bytes: &[u8]| {
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        hasher.finish()
    };
    Ok(match entry {
        None => 0,
        Some(entry) if entry.is_submodule() => hash(entry.id.as_bytes()),
        Some(entry) => repo.read(entry.id)?.lines_with_terminator().map(hash).fold(0, u64::wrapping_add),
    })
}
