//! A commit that git has made while objects are being collected.

use std::collections::HashMap;

use gix::{
    ObjectId,
    objs::{Kind, tree::EntryKind},
};

use super::{Batch, Content, gc, trees};
use crate::{
    error::Result,
    git::{repo::Repo, revwalk},
};

/// Keep `commit`, which git has just made on `parent`, and what it adds to that: a `git prune` that listed the objects in use before HEAD
/// moved deletes it otherwise. Nothing is written when none is running.
///
/// # Errors
///
/// When the objects cannot be read, because they are deleted already, or cannot be written.
pub fn keep_commit(repo: &Repo, commit: ObjectId, parent: Option<ObjectId>) -> Result<()> {
    if !gc::is_running(repo) {
        return Ok(());
    }
    let mut batch = Batch::default();
    batch.add(commit, Kind::Commit, Content::Held(repo.read_own(commit, Kind::Commit)?));
    let before = revwalk::tree_or_empty(repo, parent)?;
    add_tree(repo, &mut batch, revwalk::tree(repo, commit)?, Some(before), 0, &mut trees::Bounds::default())?;
    batch.keep_durable(repo)
}

/// Add `tree`, and all in it that is not at the same place in `before`.
fn add_tree(
    repo: &Repo,
    batch: &mut Batch,
    tree: ObjectId,
    before: Option<ObjectId>,
    depth: usize,
    bounds: &mut trees::Bounds,
) -> Result<()> {
    if before == Some(tree) || batch.has(tree) {
        return Ok(());
    }
    batch.add(tree, Kind::Tree, Content::Held(repo.read_own(tree, Kind::Tree)?));
    let before = before.map(|before| trees::entries(repo, before)).transpose()?.unwrap_or_default();
    let before: HashMap<_, _> = before.iter().map(|entry| (&entry.filename, entry)).collect();
    for entry in trees::entries(repo, tree)? {
        bounds.count(depth)?;
        let was = before.get(&entry.filename);
        match entry.mode.kind() {
            _ if was.is_some_and(|was| was.oid == entry.oid) => {}
            EntryKind::Commit => {}
            EntryKind::Tree => {
                let was = was.filter(|was| was.mode.is_tree()).map(|was| was.oid);
                add_tree(repo, batch, entry.oid, was, depth + 1, bounds)?;
            }
            _ if batch.has(entry.oid) => {}
            _ => batch.add(entry.oid, Kind::Blob, Content::Held(repo.read_own(entry.oid, Kind::Blob)?)),
        }
    }
    Ok(())
}
