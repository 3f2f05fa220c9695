//! Trees of files: look a path up, put paths in and take them out.
//!
//! Editing reads the directories on the way to the paths and no others, and stages the new ones in a [`Batch`].

use std::collections::BTreeMap;

use bstr::{BStr, BString, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{
        Kind, Tree, TreeRef, TreeRefIter,
        tree::{Entry as TreeEntry, EntryKind, EntryRef},
    },
};

use super::Batch;
use crate::{
    error::{Context as _, Error, Result, codes},
    git::{repo::Repo, tree::Entry},
};

/// The entries of tree `id`, in git's order.
///
/// # Errors
///
/// When a tree cannot be read, or is damaged.
pub fn entries(repo: &Repo, id: ObjectId) -> Result<Vec<TreeEntry>> {
    if id.is_empty_tree() {
        return Ok(Vec::new());
    }
    let bytes = repo.read_as(id, Kind::Tree)?;
    let tree = decode(repo, id, &bytes)?;
    let is_name = |name: &[u8]| !name.is_empty() && !name.contains(&b'/');
    match tree.entries.iter().all(|entry| is_name(entry.filename)) {
        true => Ok(tree.entries.iter().map(|entry| TreeEntry::from(*entry)).collect()),
        false => Err(Error::new(codes::DAMAGED_TREE, format!("tree {id} is damaged: a name in it is a path"))),
    }
}

/// The tree `id`, whose bytes these are.
///
/// # Errors
///
/// When it is damaged.
pub fn decode<'b>(repo: &Repo, id: ObjectId, bytes: &'b [u8]) -> Result<TreeRef<'b>> {
    TreeRef::from_bytes(bytes, repo.gix().object_hash()).or_environment(|| format!("tree {id} is damaged"))
}

/// The entries of the tree `id`, whose bytes these are, one after the other. Nothing is allocated for them.
///
/// # Errors
///
/// When it is damaged, in the place of the first entry that is.
pub fn scan<'b>(repo: &Repo, id: ObjectId, bytes: &'b [u8]) -> impl Iterator<Item = Result<EntryRef<'b>>> {
    TreeRefIter::from_bytes(bytes, repo.gix().object_hash())
        .map(move |entry| entry.or_environment(|| format!("tree {id} is damaged")))
}

/// How much of a tree, or of what differs between two, is walked. Real ones are far below; one that was made to be harmful names itself twice on every level.
#[derive(Debug)]
pub struct Bounds {
    left: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds { left: 1 << 20 }
    }
}

impl Bounds {
    /// More levels than any path has; git ends at 2048 (`core.maxTreeDepth`).
    const DEPTH: usize = 1000;

    /// Take note of one more directory or path, this many levels below the top.
    ///
    /// # Errors
    ///
    /// `tree-too-large`.
    pub fn count(&mut self, depth: usize) -> Result<()> {
        self.left = self.left.saturating_sub(1);
        match self.left > 0 && depth <= Self::DEPTH {
            true => Ok(()),
            false => Err(Error::new(codes::TREE_TOO_LARGE, "a tree has too many levels or paths")
                .hint("it is malicious or damaged: 'git ls-tree' shows it level by level")),
        }
    }
}

/// The tree that `id` is, or leads to: of a commit, of a tag.
pub fn peel(repo: &Repo, id: ObjectId) -> Option<ObjectId> {
    Some(repo.gix().find_object(id).ok()?.peel_to_kind(Kind::Tree).ok()?.id)
}

/// What `path` is in the tree `root`, a directory included.
///
/// # Errors
///
/// When a tree cannot be read, or is damaged.
pub fn find(repo: &Repo, root: ObjectId, path: &BStr) -> Result<Option<Entry>> {
    let mut at = Entry { kind: EntryKind::Tree, id: root };
    for name in path.split_str("/") {
        if at.kind != EntryKind::Tree {
            return Ok(None);
        }
        match entries(repo, at.id)?.into_iter().find(|entry| entry.filename == name) {
            Some(entry) => at = Entry { kind: entry.mode.kind(), id: entry.oid },
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// Paths with the intended entry of each; `None`: no file.
pub type Edits = BTreeMap<BString, Option<Entry>>;

/// The tree `root` (or an empty one) with `edits` made.
///
/// A new file takes the place of a directory with all below it, unless something below is put in as well; a file in the
/// way of a new path goes. Taking out a path leaves a directory of that name alone.
///
/// # Errors
///
/// When a tree cannot be read, or is damaged.
pub fn edit(repo: &Repo, batch: &mut Batch, root: Option<ObjectId>, edits: &Edits) -> Result<ObjectId> {
    if let (Some(root), true) = (root, edits.is_empty()) {
        return Ok(root);
    }
    let edits: Vec<Edit<'_>> = edits.iter().map(|(path, entry)| (path.as_bstr(), *entry)).collect();
    let base = root.map_or(Ok(Vec::new()), |root| entries(repo, root))?;
    let entries = edit_directory(repo, batch, base, &edits)?;
    directory(repo, batch, entries)
}

/// The rest of a path, and its intended entry.
type Edit<'p> = (&'p BStr, Option<Entry>);

/// `entries` with `edits` (sorted, so that all below one directory are together, but for its own) made, in any order.
fn edit_directory(
    repo: &Repo,
    batch: &mut Batch,
    entries: Vec<TreeEntry>,
    edits: &[Edit<'_>],
) -> Result<Vec<TreeEntry>> {
    let mut here: BTreeMap<BString, TreeEntry> =
        entries.into_iter().map(|entry| (entry.filename.clone(), entry)).collect();
    let mut below: BTreeMap<&BStr, Vec<Edit<'_>>> = BTreeMap::new();
    for (path, new) in edits {
        if let Some((name, rest)) = path.split_once_str("/") {
            below.entry(name.as_bstr()).or_default().push((rest.as_bstr(), *new));
            continue;
        }
        match new {
            Some(Entry { kind, id }) => {
                let entry = TreeEntry { mode: (*kind).into(), filename: (*path).to_owned(), oid: *id };
                here.insert((*path).to_owned(), entry);
            }
            None if here.get(*path).is_some_and(|entry| entry.mode.is_tree()) => {}
            None => drop(here.remove(*path)),
        }
    }
    for (name, edits) in below {
        let old = here.get(name).filter(|entry| entry.mode.is_tree()).map(|entry| entry.oid);
        if old.is_none() && edits.iter().all(|(_, new)| new.is_none()) {
            continue;
        }
        let inside = old.map_or(Ok(Vec::new()), |id| self::entries(repo, id))?;
        let inside = edit_directory(repo, batch, inside, &edits)?;
        if inside.is_empty() {
            here.remove(name);
            continue;
        }
        let oid = directory(repo, batch, inside)?;
        here.insert(name.to_owned(), directory_entry(name, oid));
    }
    Ok(here.into_values().collect())
}

/// The entry `name` of a directory: the blob `oid`.
pub fn blob_entry(name: impl Into<BString>, oid: ObjectId) -> TreeEntry {
    TreeEntry { mode: EntryKind::Blob.into(), filename: name.into(), oid }
}

/// The entry `name` of a directory: the directory `oid`.
pub fn directory_entry(name: impl Into<BString>, oid: ObjectId) -> TreeEntry {
    TreeEntry { mode: EntryKind::Tree.into(), filename: name.into(), oid }
}

/// Stage a directory of `entries`, in any order.
///
/// # Errors
///
/// When the tree cannot be staged.
pub fn directory(repo: &Repo, batch: &mut Batch, mut entries: Vec<TreeEntry>) -> Result<ObjectId> {
    entries.sort();
    batch.tree(repo, &Tree { entries })
}

/// Call `visit` with every leaf below `root`, which is not large, in git's order, by its path from there.
///
/// # Errors
///
/// When a tree cannot be read, is damaged or too large; those of `visit`.
pub fn leaves(repo: &Repo, root: ObjectId, visit: &mut impl FnMut(BString, Entry) -> Result<()>) -> Result<()> {
    walk(repo, root, &BString::default(), 0, &mut Bounds { left: 1 << 16 }, visit)
}

fn walk(
    repo: &Repo,
    tree: ObjectId,
    prefix: &BString,
    depth: usize,
    bounds: &mut Bounds,
    visit: &mut impl FnMut(BString, Entry) -> Result<()>,
) -> Result<()> {
    for entry in entries(repo, tree)? {
        bounds.count(depth)?;
        let path: BString = [prefix.as_slice(), &entry.filename].concat().into();
        match entry.mode.kind() {
            EntryKind::Tree => {
                walk(repo, entry.oid, &[path.as_slice(), b"/"].concat().into(), depth + 1, bounds, visit)?;
            }
            kind => visit(path, Entry { kind, id: entry.oid })?,
        }
    }
    Ok(())
}
