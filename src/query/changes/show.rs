//! The changes as `git diff` shows them; some of them as two trees of their own, so that git shows nothing else.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsString,
};

use bstr::{BStr, BString, ByteSlice as _};

use super::{Changes, lacking};
use crate::{
    error::{Advice, Error, Result, codes},
    git::{
        ObjectId,
        cmd::Git,
        diff::DiffStatus,
        partial,
        pathspec::Pathspecs,
        relay,
        tree::{Entry, Trees},
        worktree_tree::WorkTreeContent,
    },
};

impl Changes<'_> {
    /// `git diff`, about to show the same differences in a form of its own, where the user is; the options are to be added.
    ///
    /// # Errors
    ///
    /// `missing-objects` in a partial clone that does not have the contents.
    pub fn shown_by_git(&mut self, options: &[OsString], paths: &Pathspecs) -> Result<Git> {
        if partial::is_partial(self.repo) {
            let dirty = self.paths.iter().filter(|path| path.places.is_uncommitted());
            let dirty: HashSet<&BString> = dirty.map(|path| &path.change.path).collect();
            let changes = self.paths.iter().map(|path| &path.change);
            let lacking = lacking(self.repo, changes, |path| dirty.contains(path));
            if lacking > 0 {
                let message = "cannot show the changes: this partial clone does not have the contents of some files";
                let message = format!("{message} ({lacking} missing)");
                let trees = format!("{} {}", self.base_tree, self.tip.map_or_else(String::new, |tip| tip.to_string()));
                return Err(Error::new(codes::MISSING_OBJECTS, message)
                    .hint(Advice::NamesOnly)
                    .hint(format!("'git diff {}' fetches them from the remote", trees.trim_end())));
            }
        }
        let (old, new, renames) = match self.own {
            true => pruned(self)?,
            false => (self.base_tree, self.tree, self.renames.words().to_vec()),
        };
        let options = options.iter().cloned().chain(renames.into_iter().map(OsString::from));
        let paths = (!self.own).then_some(paths);
        relay::diff_trees(self.repo, self.content.as_ref(), [old, new], options, paths)
    }
}

/// The trees that differ in exactly the paths of `changes`, and what git is to be told to find the same renames and copies.
///
/// What was copied from a path that is not among them has that path next to it, unchanged in both trees.
fn pruned(changes: &mut Changes<'_>) -> Result<(ObjectId, ObjectId, Vec<&'static str>)> {
    let (mut old, mut new) = (BTreeMap::<&BString, Entry>::new(), BTreeMap::<&BString, Entry>::new());
    let mut words = changes.renames.words().to_vec();
    let trees = Trees::new(changes.repo);
    for path in &changes.paths {
        let change = &path.change;
        let before = change.renamed_from().unwrap_or(&change.path);
        if change.status != DiffStatus::Copied {
            old.extend(change.old.map(|entry| (before, entry)));
        }
        new.extend(change.new.map(|entry| (&change.path, entry)));
    }
    let removed: Vec<&BString> = old.keys().copied().collect();
    for path in &changes.paths {
        let change = &path.change;
        if let (DiffStatus::Copied, Some((from, _))) = (change.status, &change.from)
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
        changes.content = Some(WorkTreeContent::new(changes.repo));
    }
    let Some(content) = &changes.content else { return Ok((changes.base_tree, changes.tree, words)) };
    let entries = |side: &BTreeMap<&BString, Entry>| -> Result<ObjectId> {
        content.tree_of(side.iter().map(|(path, entry)| -> (&BStr, Entry) { (path.as_bstr(), *entry) }))
    };
    Ok((entries(&old)?, entries(&new)?, words))
}
