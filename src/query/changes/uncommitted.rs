//! What is not committed, by path.

use std::collections::HashMap;

use bstr::BString;

use super::Places;
use crate::domain::named::named;
use crate::git::status::Status;

/// The differences between HEAD, index and work tree.
#[derive(Debug, Default)]
pub(super) struct Seen {
    places: HashMap<BString, Places>,
    nested: Vec<BString>,
    /// What no tree of this repository has.
    pub unseen: Vec<Unseen>,
}

/// Something that was found and that no tree of this repository has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The path.
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
        /// It cannot be read.
        Unreadable = "unreadable",
    }
}

impl Seen {
    /// As `status` has it.
    pub fn of(status: Status) -> Self {
        let mut seen = Seen::default();
        for tracked in status.tracked {
            if tracked.submodule == Some(true) {
                seen.unseen.push(Unseen { path: tracked.path.clone(), why: UnseenReason::Submodule });
            }
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

    /// Where `path` differs.
    pub fn places(&self, path: &BString) -> Places {
        self.places.get(path).copied().unwrap_or_default()
    }

    /// Whether `path` differs anywhere.
    pub fn differs(&self, path: &BString) -> bool {
        self.places.contains_key(path)
    }

    /// All that differ.
    pub fn paths(&self) -> impl Iterator<Item = &BString> {
        self.places.keys()
    }

    /// Those that are in the work tree other than in the index.
    pub fn dirty(&self) -> Vec<&BString> {
        let is_dirty = |places: &Places| places.unstaged || places.untracked;
        let mut dirty: Vec<&BString> =
            self.places.iter().filter(|(_, places)| is_dirty(places)).map(|(path, _)| path).collect();
        dirty.sort_unstable();
        dirty
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
