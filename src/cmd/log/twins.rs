//! Commits of one task that made the same patch: cherry-picks of each other, that met again in a merge.

use std::collections::HashMap;

use bstr::BString;

use crate::{
    error::Result,
    git::{
        ObjectId, Repo,
        patch::{self, Change},
        tree::Trees,
        walk,
    },
};

/// Each of `commits` (oldest first) that made the same patch as an older one of them, with the oldest one that did.
///
/// What cannot be compared, because objects are not here or it is a merge, has no twin. Nothing is fetched for this.
pub(super) fn find(repo: &Repo, commits: &[ObjectId]) -> HashMap<String, String> {
    match repo.settings().text("extensions.partialClone") {
        None => search(repo, commits).unwrap_or_default(),
        Some(_) => HashMap::new(),
    }
}

fn search(repo: &Repo, commits: &[ObjectId]) -> Result<HashMap<String, String>> {
    let trees = Trees::new(repo);
    // Only what touches the same paths can be the same patch, and most commits touch others than the rest.
    let mut by_paths: HashMap<Vec<BString>, Vec<(ObjectId, Change)>> = HashMap::new();
    for commit in commits {
        let Some(change) = change(repo, *commit)? else { continue };
        let paths = trees.differing(change.before, change.after)?;
        if !paths.is_empty() {
            by_paths.entry(paths).or_default().push((*commit, change));
        }
    }
    by_paths.retain(|_, commits| commits.len() > 1);
    let changes: Vec<Change> = by_paths.values().flatten().map(|(_, change)| *change).collect();
    let ids = patch::ids(repo, &changes)?;
    let mut twins = HashMap::new();
    for commits in by_paths.into_values() {
        let mut oldest: HashMap<&BString, ObjectId> = HashMap::new();
        for (commit, change) in &commits {
            let Some(id) = ids.get(change) else { continue };
            match oldest.get(id) {
                Some(first) => drop(twins.insert(commit.to_string(), first.to_string())),
                None => drop(oldest.insert(id, *commit)),
            }
        }
    }
    Ok(twins)
}

/// What `commit` changed; nothing for a merge.
fn change(repo: &Repo, commit: ObjectId) -> Result<Option<Change>> {
    let before = match walk::parents(repo, commit)?.as_slice() {
        [] => ObjectId::empty_tree(repo.gix().object_hash()),
        [parent] => walk::tree(repo, *parent)?,
        _ => return Ok(None),
    };
    Ok(Some(Change { before, after: walk::tree(repo, commit)? }))
}
