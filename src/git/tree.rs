//! Trees: what a path is in one, and one with some paths changed.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use bstr::{BStr, ByteSlice as _};
use gix::{
    ObjectId,
    objs::tree::{self, EntryKind},
};

use super::{
    changed_paths::Difference,
    objects::{
        Batch,
        trees::{self, Edits},
    },
    repo::Repo,
};
use crate::error::Result;

/// What a path is in a tree: a file, an executable file, a link or a submodule; where directories are asked for, one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// The blob, the submodule's commit, or the tree.
    pub id: ObjectId,
}

impl Entry {
    /// The octal mode that git prints: `100644`.
    pub fn mode(self) -> &'static str {
        MODES.iter().find(|(kind, _)| *kind == self.kind).map_or("000000", |(_, mode)| mode)
    }

    /// Whether it is a submodule.
    pub fn is_submodule(self) -> bool {
        self.kind == EntryKind::Commit
    }

    /// Whether it is a regular file.
    pub fn is_file(self) -> bool {
        matches!(self.kind, EntryKind::Blob | EntryKind::BlobExecutable)
    }
}

const MODES: [(EntryKind, &str); 5] = [
    (EntryKind::Tree, "040000"),
    (EntryKind::Blob, "100644"),
    (EntryKind::BlobExecutable, "100755"),
    (EntryKind::Link, "120000"),
    (EntryKind::Commit, "160000"),
];

/// The kind that an octal mode means; `Some(None)`: nothing there.
pub fn kind_of_mode(mode: &[u8]) -> Option<Option<EntryKind>> {
    match MODES.iter().find(|(_, known)| known.as_bytes() == mode) {
        Some((kind, _)) => Some(Some(*kind)),
        None if mode == b"000000" => Some(None),
        // Of an old git.
        None => mode.starts_with(b"100").then_some(Some(EntryKind::Blob)),
    }
}

/// Reads trees, and caches those it has read.
pub struct Trees<'r> {
    repo: &'r Repo,
    known: RefCell<HashMap<ObjectId, Rc<Vec<tree::Entry>>>>,
}

impl<'r> Trees<'r> {
    /// A reader with an empty cache.
    pub fn new(repo: &'r Repo) -> Self {
        Trees { repo, known: RefCell::default() }
    }

    /// How `edits` change `differences`, which are all between `base` and the tree that they are made in: what differs between `base` and that
    /// tree afterwards, in git's order.
    ///
    /// # Errors
    ///
    /// When a tree cannot be read, or is damaged.
    pub fn overlaid(&self, base: ObjectId, differences: &[Difference], edits: &Edits) -> Result<Vec<Difference>> {
        let mut all: BTreeMap<&BStr, Difference> = BTreeMap::new();
        all.extend(differences.iter().map(|difference| (difference.path.as_bstr(), difference.clone())));
        for (path, new) in edits {
            let old = match all.get(path.as_bstr()) {
                Some(difference) => difference.old,
                None => self.find(base, path.as_bstr())?,
            };
            all.insert(path.as_bstr(), Difference { path: path.clone(), old, new: *new });
        }
        Ok(all.into_values().filter(|difference| difference.old != difference.new).collect())
    }

    /// The entry at `path` in `root`; `None` for a directory or if there is none.
    ///
    /// # Errors
    ///
    /// When a tree cannot be read, or is damaged.
    pub fn find(&self, root: ObjectId, path: &BStr) -> Result<Option<Entry>> {
        let mut at = root;
        let mut names = path.split_str("/").peekable();
        while let Some(name) = names.next() {
            let entries = self.entries(at)?;
            let Some(entry) = entries.iter().find(|entry| entry.filename == name) else { return Ok(None) };
            match (names.peek().is_some(), entry.mode.is_tree()) {
                (true, true) => at = entry.oid,
                (false, false) => return Ok(Some(Entry { kind: entry.mode.kind(), id: entry.oid })),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    fn entries(&self, id: ObjectId) -> Result<Rc<Vec<tree::Entry>>> {
        if let Some(known) = self.known.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let entries = Rc::new(trees::entries(self.repo, id)?);
        self.known.borrow_mut().insert(id, Rc::clone(&entries));
        Ok(entries)
    }
}

/// The tree `root` with `changes`: the new entry of each path, or its removal. New trees are staged in `batch`;
/// `root` and what it holds must be in the repository.
///
/// # Errors
///
/// When a tree cannot be read, or is damaged.
pub fn edit<'a>(
    repo: &Repo,
    batch: &mut Batch,
    root: ObjectId,
    changes: impl IntoIterator<Item = (&'a BStr, Option<Entry>)>,
) -> Result<ObjectId> {
    let edits: Edits = changes.into_iter().map(|(path, entry)| (path.to_owned(), entry)).collect();
    trees::edit(repo, batch, Some(root), &edits)
}
