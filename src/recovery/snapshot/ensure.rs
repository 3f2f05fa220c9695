//! What an operation is going to touch, captured whole: it must be in the snapshot, or the operation must not begin.

use std::os::unix::fs::MetadataExt as _;

use super::{
    Captured, SkipReason,
    capture::Found,
    disk::{self, Look},
};
use crate::{
    error::{Advice, Error, Result},
    git::{EntryKind, ObjectId, names},
};
use bstr::{BStr, BString, ByteSlice as _};

impl Captured<'_> {
    /// Capture these paths byte for byte, whatever stands there: a file or link (clean, ignored, of any size); a directory
    /// with all below it, its empty directories too; a file or link where a directory on the way should be.
    ///
    /// # Errors
    ///
    /// The word of the [`SkipReason`] as code if something there cannot be stored: `unreadable`, `nested-repository`, `special`,
    /// `unstable`, `name`.
    pub fn touch(&mut self, paths: &[BString]) -> Result<()> {
        paths.iter().try_for_each(|path| {
            let in_the_way = self.disk.in_the_way(path.as_bstr()).map(ToOwned::to_owned);
            if in_the_way.is_none() {
                self.note_directories(path.as_bstr())?;
            }
            self.touch_one(in_the_way.as_ref().unwrap_or(path))
        })
    }

    /// Remember the directories above `path`, so that emptied ones can be restored.
    fn note_directories(&mut self, path: &BStr) -> Result<()> {
        for end in path.find_iter("/") {
            let directory = &path[..end];
            if !self.dirs.contains_key(directory.as_bstr().as_bytes().as_bstr())
                && let Ok(meta) = self.disk.place(directory.as_bstr()).symlink_metadata()
                && meta.is_dir()
            {
                if self.is_repository(directory.as_bstr()) {
                    return Err(refused(directory.as_bstr(), SkipReason::NestedRepository));
                }
                self.dirs.insert(directory.into(), meta.mode() & 0o7777);
            }
        }
        Ok(())
    }

    /// Keep these commits reachable as parents of the snapshot.
    pub fn hold(&mut self, commits: impl IntoIterator<Item = ObjectId>) {
        for commit in commits {
            if !self.named.contains(&commit) {
                self.named.push(commit);
            }
        }
    }

    fn touch_one(&mut self, path: &BString) -> Result<()> {
        let tracked = self.on_disk(path.as_bstr())?.map(|entry| entry.kind);
        match self.disk.look(self.repo, path.as_bstr(), tracked, None)? {
            Look::Absent => {
                // Outside of a sparse checkout nothing is missing.
                if tracked.is_some() && !self.is_virtual(path.as_bstr()) {
                    self.changed.insert(path.clone());
                    self.found.insert(path.clone(), Found::Nothing);
                }
                Ok(())
            }
            Look::Stopped(why, _) => Err(refused(path.as_bstr(), why)),
            Look::Leaf(raw) if !names::is_allowed(path.as_bstr(), raw.entry.kind) => {
                Err(refused(path.as_bstr(), SkipReason::Name))
            }
            Look::Leaf(raw) if tracked.is_none() && self.disk.is_secret(self.repo, path, &raw) => {
                Err(refused(path.as_bstr(), SkipReason::Private))
            }
            Look::Leaf(raw) => {
                self.keep(path, raw, tracked.is_some());
                self.touched.insert(path.clone());
                Ok(())
            }
            Look::Directory(meta) => {
                if self.is_repository(path.as_bstr()) {
                    return Err(refused(path.as_bstr(), SkipReason::NestedRepository));
                }
                if !names::is_allowed(path.as_bstr(), EntryKind::Tree) {
                    return Err(refused(path.as_bstr(), SkipReason::Name));
                }
                self.dirs.insert(path.clone(), meta.mode() & 0o7777);
                let names = disk::list(&self.disk, path.as_bstr());
                let names = names.map_err(|error| refused(path.as_bstr(), SkipReason::Unreadable).because(error))?;
                if tracked == Some(EntryKind::Commit) && !names.is_empty() {
                    // Where a submodule belongs, but is not: unowned files.
                    self.found.insert(path.clone(), Found::Nothing);
                    self.changed.insert(path.clone());
                }
                names.iter().try_for_each(|path| self.touch_one(path))
            }
        }
    }

    /// A directory with a `.git` in it.
    fn is_repository(&self, path: &BStr) -> bool {
        self.disk.place(path).join(".git").symlink_metadata().is_ok()
    }

    /// The [changed](Self::changed) paths that have no file, and where something else stands, which may be ignored: a
    /// directory, what is in the way to it, a file that the index has no more.
    pub(crate) fn in_places_of_files(&self) -> Result<Vec<BString>> {
        let mut paths = Vec::new();
        for path in &self.changed {
            let is_there = || {
                self.disk.in_the_way(path.as_bstr()).is_some()
                    || self.disk.place(path.as_bstr()).symlink_metadata().is_ok()
            };
            if self.on_disk(path.as_bstr())?.is_none() && is_there() {
                paths.push(path.clone());
            }
        }
        Ok(paths)
    }

    /// Whether `path` is an empty directory.
    pub fn is_empty_directory(&self, path: &BStr) -> bool {
        self.disk.place(path).symlink_metadata().is_ok_and(|meta| meta.is_dir())
            && self.disk.in_the_way(path).is_none()
            && disk::list(&self.disk, path).is_ok_and(|names| names.is_empty())
    }
}

fn refused(path: &BStr, why: SkipReason) -> Error {
    let path = path.to_str_lossy();
    let message = format!("'{}' is in the way and cannot be saved first: {}", path.escape_debug(), why.reason());
    Error::new(why.code(), message)
        .hint("it must be saved in a snapshot first: move it away yourself, then try again")
        .hint(Advice::SkipPath)
}
