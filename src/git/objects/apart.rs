//! Objects that git creates for us in a directory that no gc examines: taken from there into a [`Batch`], they are safe before anything names them.
//!
//! What `git commit-tree`, `merge-tree` or `add` write into the repository is unreachable until a ref leads there, and a
//! `git gc --prune=now` of another process deletes it.

use std::path::Path;

use gix::{ObjectId, objs::Write as _};

use super::{Batch, Content};
use crate::{
    error::{Context as _, Result},
    git::{cmd::Git, index, repo::Repo, scratch::Scratch},
};

/// What the directories are called.
const PREFIX: &str = "apart-";

/// A temporary object directory, removed on drop.
pub struct Apart<'r> {
    repo: &'r Repo,
    dir: Scratch,
}

impl<'r> Apart<'r> {
    /// An empty object directory in the git directory.
    ///
    /// # Errors
    ///
    /// Those of [`Scratch::new`].
    pub fn new(repo: &'r Repo) -> Result<Self> {
        Ok(Apart { repo, dir: Scratch::new(repo, PREFIX)? })
    }

    /// The same for a question, which is asked where the git directory cannot be written, too.
    ///
    /// # Errors
    ///
    /// Those of [`Scratch::for_a_question`].
    pub fn for_a_question(repo: &'r Repo) -> Result<Self> {
        Ok(Apart { repo, dir: Scratch::for_a_question(repo, PREFIX)? })
    }

    /// Let `git` read the objects of this directory as well.
    pub fn shown_to(&self, git: Git) -> Git {
        index::objects_in(self.repo, git, self.path())
    }

    /// The path of the object directory.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The repository that the objects belong to.
    pub fn repo(&self) -> &'r Repo {
        self.repo
    }

    /// Write staged objects to this directory; only a git that is shown the directory finds them.
    ///
    /// # Errors
    ///
    /// `object-not-written`.
    pub fn put_in(&self, batch: &Batch) -> Result<()> {
        batch.write_to(self.repo, self.path())
    }

    /// Let `git` write new objects to this directory.
    pub fn git(&self, git: Git) -> Git {
        // On the disk, too: the process that adds them to the repository may be killed before.
        index::objects_in(self.repo, git, self.path()).args(["-c", "core.fsync=committed,loose-object"])
    }

    /// Stage all objects of the directory.
    ///
    /// # Errors
    ///
    /// When an object of the directory cannot be read.
    pub fn take_in(&self, batch: &mut Batch) -> Result<()> {
        let failed = || format!("cannot read the objects in '{}'", self.path().display());
        let store = gix::odb::loose::Store::at(self.path().to_owned(), self.repo.gix().object_hash());
        for id in store.iter() {
            let id: ObjectId = id.or_environment(failed)?;
            let mut bytes = Vec::new();
            let object = store.try_find(&id, &mut bytes).or_environment(failed)?;
            if let Some(kind) = object.map(|object| object.kind) {
                batch.add(id, kind, Content::Held(bytes));
            }
        }
        Ok(())
    }
}

impl Batch {
    /// Write what is staged into the directory of objects `dir`, which no git finds by itself.
    ///
    /// # Errors
    ///
    /// `object-not-written`.
    pub(in crate::git) fn write_to(&self, repo: &Repo, dir: &Path) -> Result<()> {
        let store = gix::odb::loose::Store::at(dir.to_owned(), repo.gix().object_hash());
        for object in &self.objects {
            let written = match &object.content {
                Content::Held(bytes) => store.write_buf(object.kind, bytes),
                Content::File { path, size } => {
                    let mut file = std::fs::File::open(path).map_err(|error| super::not_written(object, error))?;
                    store.write_stream(object.kind, *size, &mut file)
                }
            };
            written.map_err(|error| super::not_written(object, anyhow::anyhow!(error)))?;
        }
        Ok(())
    }
}
