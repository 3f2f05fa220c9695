//! The work tree as a tree, without a trace in the repository.

use std::{
    cell::{OnceCell, RefCell},
    path::{Path, PathBuf},
};

use bstr::{BStr, BString};

use crate::{
    error::{Context as _, Result},
    git::{
        ObjectId, Repo,
        changed_paths::Difference,
        cmd::Git,
        diff::{self, DiffEntry, Renames},
        index::{self, TempIndex},
        objects::{
            Batch,
            trees::{self, Edits},
        },
        pathspec::Pathspecs,
        renames,
        scratch::Scratch,
        status::Status,
        tree::Entry,
    },
};

/// What the directories of [`WorkTreeContent`] are called.
const PREFIX: &str = "verify-";

/// The tree of the work tree, computed without side effects: index and new objects are in a temporary directory, which is created when git
/// needs it.
pub struct WorkTreeContent<'r> {
    repo: &'r Repo,
    dir: OnceCell<Scratch>,
    /// Objects in memory that git has not seen yet.
    unwritten: RefCell<Batch>,
}

impl<'r> WorkTreeContent<'r> {
    /// For the work tree of `repo`.
    pub fn new(repo: &'r Repo) -> Self {
        WorkTreeContent { repo, dir: OnceCell::new(), unwritten: RefCell::default() }
    }

    fn dir(&self) -> Result<&Path> {
        if self.dir.get().is_none() {
            let dir = Scratch::for_a_question(self.repo, PREFIX)?;
            let failed = || format!("cannot write in '{}'", dir.path().display());
            std::fs::create_dir(dir.path().join("objects")).or_environment(failed)?;
            self.dir.set(dir).ok();
        }
        Ok(self.dir.get().map_or(Path::new(""), Scratch::path))
    }

    /// See [`Scratch::remove_on_signal`]: to be called before trees are made.
    ///
    /// # Errors
    ///
    /// As there, and when the directory cannot be created.
    pub fn remove_on_signal(&self) -> Result<()> {
        self.dir()?;
        self.dir.get().map_or(Ok(()), Scratch::remove_on_signal)
    }

    /// The tree of all files that are not ignored.
    ///
    /// # Errors
    ///
    /// When a file of the work tree cannot be read, or a filter fails.
    pub fn tree(&self) -> Result<ObjectId> {
        let status = Status::of_index(&self.index_copy()?, None)?;
        let nested: Vec<BString> = status.nested().cloned().collect();
        let private = self.index_copy()?.with_objects_in(self.objects()?);
        private.add(None, &nested)?;
        private.write_tree()
    }

    /// The tree of `head`, the tree of HEAD, with the `edits` made that the work tree makes; `blobs` has their contents.
    ///
    /// # Errors
    ///
    /// When a tree cannot be read, or is damaged.
    pub fn edited(&self, head: ObjectId, edits: &Edits, blobs: Batch) -> Result<ObjectId> {
        let mut unwritten = self.unwritten.borrow_mut();
        *unwritten = blobs;
        trees::edit(self.repo, &mut unwritten, Some(head), edits)
    }

    /// `differences`, which are all between two trees, as [`renames::of`] lists them; the objects of these trees are found, too.
    pub fn with_renames(&self, differences: &[Difference]) -> Option<Vec<DiffEntry>> {
        renames::of(self.repo, &self.unwritten.borrow(), differences)
    }

    /// The tree of everything, where `git status` has told already which paths are not as `head`, the tree of HEAD, has them, which of these are `dirty`: not
    /// as the index has them, and which untracked directories are repositories. Also answers what is at these paths, unless git had to
    /// be asked for the tree.
    ///
    /// # Errors
    ///
    /// When a file of the work tree cannot be read, or a filter fails.
    pub fn tree_after<'p>(
        &self,
        head: ObjectId,
        changed: impl Iterator<Item = &'p BString>,
        dirty: &[&BString],
        nested: &[BString],
    ) -> Result<(ObjectId, Option<Edits>)> {
        let private = self.index_copy()?.with_objects_in(self.objects()?);
        private.add_dirty(dirty, nested)?;
        let Some(edits) = private.entries_of(changed)? else {
            return Ok((private.write_tree()?, None));
        };
        let tree = trees::edit(self.repo, &mut self.unwritten.borrow_mut(), Some(head), &edits)?;
        Ok((tree, Some(edits)))
    }

    /// The tree of these `entries`.
    ///
    /// # Errors
    ///
    /// When a tree cannot be written.
    pub fn tree_of<'a>(&self, entries: impl Iterator<Item = (&'a BStr, Entry)>) -> Result<ObjectId> {
        let mut script = Vec::new();
        for (path, entry) in entries {
            script.extend_from_slice(format!("{} {}\t", entry.mode(), entry.id).as_bytes());
            script.extend_from_slice(path);
            script.push(0);
        }
        let path = tempfile::Builder::new().prefix("index-").tempdir_in(self.dir()?);
        let path = path.or_environment(|| "cannot create a temporary directory".to_owned())?;
        let private = TempIndex::existing(self.repo, path.path().join("index")).with_objects_in(self.objects()?);
        private.update_entries(script)?;
        private.write_tree()
    }

    /// `git`, which finds the objects of these trees.
    ///
    /// # Errors
    ///
    /// `object-not-written`.
    pub(super) fn shown_to(&self, git: Git) -> Result<Git> {
        let unwritten = self.unwritten.take();
        if unwritten.is_empty() && self.dir.get().is_none() {
            return Ok(git);
        }
        unwritten.write_to(self.repo, &self.objects()?)?;
        Ok(index::objects_in(self.repo, git, &self.objects()?))
    }

    /// The paths that differ between two trees.
    ///
    /// # Errors
    ///
    /// `git-failed`.
    pub fn differences(&self, one: ObjectId, other: ObjectId) -> Result<Vec<BString>> {
        let everything = Pathspecs::default();
        let (changes, _) = diff::trees(self.repo, Some(self), Renames::Off, [one, other], &everything)?;
        Ok(changes.into_iter().map(|change| change.path).collect())
    }

    fn index_copy(&self) -> Result<TempIndex<'r>> {
        TempIndex::copy(self.repo, &index::real(self.repo), self.dir()?.join("index"))
    }

    fn objects(&self) -> Result<PathBuf> {
        Ok(self.dir()?.join("objects"))
    }
}
