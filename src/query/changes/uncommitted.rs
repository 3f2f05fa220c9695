//! What is not committed, by path.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use super::Places;
use crate::{
    domain::named::named,
    error::Result,
    git::{
        EntryKind, Repo,
        attributes::Unchanged,
        objects::{Batch, Content, trees::Edits},
        status::Status,
    },
    recovery::snapshot::{Disk, Look},
};

/// The differences between HEAD, index and work tree.
#[derive(Debug, Default)]
pub(super) struct Seen {
    places: HashMap<BString, Places>,
    nested: Vec<BString>,
    /// The entries of the index that differ from HEAD.
    staged: Edits,
    /// The kinds of paths according to HEAD or the index.
    kinds: HashMap<BString, EntryKind>,
    /// A submodule is at another commit, or has changes inside.
    has_submodules: bool,
    /// Changes that no tree of this repository contains.
    pub unseen: Vec<Unseen>,
}

/// Of more files than this, and of larger ones, git is asked.
const FEW: usize = 1000;
const LARGE: u64 = 1 << 20;

/// A change that no tree of this repository contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    pub path: BString,
    pub why: UnseenReason,
}

named! {
    /// Why something is in no tree.
    pub enum UnseenReason {
        /// It is another repository, and no submodule.
        Repository = "nested-repository",
        /// What changed is inside a submodule, and not committed there.
        Submodule = "dirty-submodule",
        /// Reading it failed; its content was not compared.
        Unreadable = "unreadable",
    }
}

impl Seen {
    /// The kind of change for a status of `git diff --name-status`.
    pub fn of(status: Status) -> Self {
        let mut seen = Seen { staged: status.staged(), ..Seen::default() };
        for tracked in status.tracked {
            if tracked.submodule == Some(true) {
                seen.unseen.push(Unseen { path: tracked.path.clone(), why: UnseenReason::Submodule });
            }
            seen.has_submodules |= tracked.submodule.is_some();
            seen.kinds.extend(tracked.kind.map(|kind| (tracked.path.clone(), kind)));
            let place = Places { staged: tracked.staged.is_some(), unstaged: tracked.is_dirty, ..Places::default() };
            seen.add(tracked.path, place);
        }
        for path in status.unmerged {
            seen.add(path, Places { staged: true, unstaged: true, unmerged: true, ..Places::default() });
        }
        for path in status.untracked {
            match path.strip_suffix(b"/") {
                Some(dir) => {
                    seen.unseen.push(Unseen { path: dir.into(), why: UnseenReason::Repository });
                    seen.nested.push(path);
                }
                None => seen.add(path, Places { untracked: true, ..Places::default() }),
            }
        }
        seen.unseen.extend(status.unreadable.into_iter().map(|path| Unseen { path, why: UnseenReason::Unreadable }));
        seen
    }

    /// A path that is staged for removal but exists in the work tree is listed twice.
    fn add(&mut self, path: BString, place: Places) {
        let known = self.places.entry(path).or_default();
        *known = known.or(place);
    }

    /// In which comparisons `path` differs; in none if it is not among the differences.
    pub fn places(&self, path: &BString) -> Places {
        self.places.get(path).copied().unwrap_or_default()
    }

    /// Whether `path` differs anywhere.
    pub fn differs(&self, path: &BString) -> bool {
        self.places.contains_key(path)
    }

    /// All paths that differ anywhere.
    pub fn paths(&self) -> impl Iterator<Item = &BString> {
        self.places.keys()
    }

    /// Paths that differ between the index and the work tree.
    pub fn dirty(&self) -> Vec<&BString> {
        let is_dirty = |places: &Places| places.unstaged || places.untracked;
        let mut dirty: Vec<&BString> =
            self.places.iter().filter(|(_, places)| is_dirty(places)).map(|(path, _)| path).collect();
        dirty.sort_unstable();
        dirty
    }

    /// What a commit of everything would make of the paths that differ, read here as a snapshot reads it, and the contents of the files;
    /// `None` where git has to say what it stores: of conflicts and submodules, of what filters and attributes change, of many files.
    pub fn read(&self, repo: &Repo) -> Result<Option<(Edits, Batch)>> {
        let Some(top) = repo.work_dir().filter(|_| !self.has_submodules && self.places.len() <= FEW) else {
            return Ok(None);
        };
        let (mut disk, mut unchanged) = (Disk::new(repo, top), Unchanged::new(repo, None));
        let (mut edits, mut blobs) = (self.staged.clone(), Batch::default());
        for (path, places) in &self.places {
            if places.unmerged || path.ends_with(b".gitattributes") {
                return Ok(None);
            }
            if !(places.unstaged || places.untracked) {
                continue;
            }
            let leaf = match disk.look(repo, path.as_bstr(), self.kinds.get(path).copied(), Some(LARGE))? {
                Look::Absent | Look::Directory(_) => None,
                Look::Leaf(raw) => {
                    let Content::Held(bytes) = &raw.content else { return Ok(None) };
                    if raw.entry.kind != EntryKind::Link && !unchanged.is_stored(path.as_bstr(), bytes) {
                        return Ok(None);
                    }
                    blobs.known_blob(raw.entry.id, raw.content);
                    Some(raw.entry)
                }
                Look::Stopped(..) => return Ok(None),
            };
            edits.insert(path.clone(), leaf);
        }
        Ok(Some((edits, blobs)))
    }

    /// Whether the work tree is what HEAD has.
    pub fn is_clean(&self) -> bool {
        self.places.is_empty()
    }

    /// Untracked directories that are repositories.
    pub fn nested(&self) -> &[BString] {
        &self.nested
    }
}
