//! Some of the changes as two trees of their own, so that git can show them and nothing else.

use std::collections::BTreeMap;

use bstr::{BStr, BString, ByteSlice as _};

use super::Changes;
use crate::{
    error::Result,
    git::{
        ObjectId,
        diff::Status,
        tree::{Entry, Trees},
    },
    verify::Content,
};

/// The trees that differ in exactly the paths of `changes`, and what git is to be told to find the same renames and copies.
///
/// What was copied from a path that is not among them has that path beside it, unchanged in both trees.
pub(super) fn pruned(changes: &mut Changes<'_>) -> Result<(ObjectId, ObjectId, Vec<&'static str>)> {
    let (mut old, mut new) = (BTreeMap::<&BString, Entry>::new(), BTreeMap::<&BString, Entry>::new());
    let mut words = changes.renames.words().to_vec();
    let trees = Trees::new(changes.repo);
    for path in &changes.paths {
        let change = &path.change;
        let before = change.renamed_from().unwrap_or(&change.path);
        if change.status != Status::Copied {
            old.extend(change.old.map(|entry| (before, entry)));
        }
        new.extend(change.new.map(|entry| (&change.path, entry)));
    }
    let removed: Vec<&BString> = old.keys().copied().collect();
    for path in &changes.paths {
        let change = &path.change;
        if let (Status::Copied, Some((from, _))) = (change.status, &change.from)
            && !removed.contains(&from)
            && let Some(entry) = trees.find(changes.base_tree, from.as_bstr())?
        {
            old.insert(from, entry);
            new.insert(from, entry);
            if !words.contains(&"--find-copies-harder") {
                words.push("--find-copies-harder");
            }
        }
    }
    if changes.content.is_none() {
        changes.content = Some(Content::open(changes.repo)?);
    }
    let Some(content) = &changes.content else { return Ok((changes.base_tree, changes.tree, words)) };
    let entries = |side: &BTreeMap<&BString, Entry>| -> Result<ObjectId> {
        content.tree_of(side.iter().map(|(path, entry)| -> (&BStr, Entry) { (path.as_bstr(), *entry) }))
    };
    Ok((entries(&old)?, entries(&new)?, words))
}
