//! What the commit that is being made changes, path by path.
//!
//! What stands in git's state files can be about something else: `git merge --squash` leaves a message that waits for whatever
//! commit comes next, and an `edit` stop lasts until the user continues. What is in the index is what is being committed.

use std::path::PathBuf;

use crate::{
    error::Result,
    git::{
        ObjectId, Repo, changed_paths::differences_of, index, index::entries::Entries, objects::trees, reflog, revwalk,
        tree::Entry,
    },
};
use bstr::{BStr, ByteSlice as _};

/// The index that is about to be committed, and the tree that it is committed on.
pub(super) struct Staged<'r> {
    repo: &'r Repo,
    entries: Entries,
    head: Option<ObjectId>,
}

impl<'r> Staged<'r> {
    /// Read the index that git prepared (`GIT_INDEX_FILE`); `head` is what the commit continues top of.
    pub fn read(repo: &'r Repo, head: Option<ObjectId>) -> Result<Self> {
        let path = std::env::var_os("GIT_INDEX_FILE").map_or_else(|| index::real(repo), PathBuf::from);
        let head = head.map(|head| revwalk::tree(repo, head)).transpose()?;
        Ok(Staged { repo, entries: Entries::read_at(repo, &path)?, head })
    }

    /// Whether `path` will be another one than in HEAD.
    fn changes(&self, path: &BStr) -> Result<bool> {
        let staged = match (self.entries.find(path), self.entries.collapsed(path)) {
            (None, Some((tree, rest))) => trees::find(self.repo, tree, rest)?,
            (found, _) => found,
        };
        Ok(staged != self.in_head(path)?)
    }

    fn in_head(&self, path: &BStr) -> Result<Option<Entry>> {
        self.head.map_or(Ok(None), |tree| trees::find(self.repo, tree, path))
    }

    /// Whether a path that `commit` changed is changed by what is staged, too.
    pub fn shares_a_path(&self, commit: ObjectId) -> Result<bool> {
        for difference in differences_of(self.repo, commit)? {
            if self.changes(difference.path.as_bstr())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether HEAD lacks something of what `commit` made of its paths.
    fn is_left_of(&self, commit: ObjectId) -> Result<bool> {
        for difference in differences_of(self.repo, commit)? {
            if self.in_head(difference.path.as_bstr())? != difference.new {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The commit that the user has stopped at to edit it, if he went back behind it and this is one of its parts.
    ///
    /// A commit at such a stop may also be one that is put in: before the commit (nothing of its paths), after it (HEAD did not go
    /// back) or after its parts (nothing of it is left).
    pub fn part_of(&self) -> Result<Option<ObjectId>> {
        let file = self.repo.git_dir().join("rebase-merge/amend");
        let whole = std::fs::read(file).ok().and_then(|hex| ObjectId::from_hex(hex.trim()).ok());
        let Some(whole) = whole.filter(|whole| self.repo.has(*whole)) else { return Ok(None) };
        let Some(parent) = revwalk::parents(self.repo, whole)?.first().copied() else { return Ok(None) };
        let moves = reflog::of_head(self.repo, 0)?;
        let since = moves.iter().rposition(|one| one.new == whole).map_or(&[][..], |at| &moves[at + 1..]);
        let went_back = since.iter().any(|one| one.new == parent);
        let is_part = went_back && self.is_left_of(whole)? && self.shares_a_path(whole)?;
        Ok(is_part.then_some(whole))
    }
}
