//! Objects that a git makes for us, where no gc looks: taken from there into a [`Batch`], they are safe before anything names them.
//!
//! What `git commit-tree`, `merge-tree` or `add` write into the repository belongs to nobody until a ref leads there, and a
//! `git gc --prune=now` of somebody else takes it.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use gix::{ObjectId, objs::Write as _};

use super::{Batch, Content};
use crate::{
    error::{Context as _, Result},
    git::{cmd::Git, index, repo::Repo},
};

/// What the directories are called.
const PREFIX: &str = "apart-";
/// When such a directory belongs to nobody any more.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// A directory of objects that is removed when it is dropped.
pub struct Apart<'r> {
    repo: &'r Repo,
    dir: tempfile::TempDir,
}

impl<'r> Apart<'r> {
    /// A new one, empty.
    pub fn new(repo: &'r Repo) -> Result<Self> {
        let agent = std::path::absolute(repo.worktree_agent_dir());
        let agent = agent.or_environment(|| "the current directory is gone".to_owned())?;
        let failed = || format!("cannot write in '{}'", agent.display());
        repo.make_dir(&agent).or_environment(failed)?;
        sweep(&agent);
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&agent).or_environment(failed)?;
        Ok(Apart { repo, dir })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The repository that it belongs to.
    pub fn repo(&self) -> &'r Repo {
        self.repo
    }

    /// Write what is staged here: nobody but a git that is let in finds it.
    pub fn put_in(&self, batch: &Batch) -> Result<()> {
        let store = gix::odb::loose::Store::at(self.path().to_owned(), self.repo.gix().object_hash());
        for object in &batch.objects {
            if let Content::Held(bytes) = &object.content {
                let written = store.write_buf(object.kind, bytes);
                written.map_err(|error| super::not_written(object, anyhow::anyhow!(error)))?;
            }
        }
        Ok(())
    }

    /// Let `git` put what it makes here.
    pub fn git(&self, git: Git) -> Git {
        // On the disk, too: whoever takes them in may be killed before.
        index::objects_in(self.repo, git, self.path()).args(["-c", "core.fsync=committed,loose-object"])
    }

    /// Stage all that was made.
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

/// Remove what processes left that were killed.
fn sweep(agent: &Path) {
    let is_old = |path: &PathBuf| {
        let age = fs::metadata(path).and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
        age.is_some_and(|age| age > STALE)
    };
    for entry in fs::read_dir(agent).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) && is_old(&entry.path()) {
            // What cannot be removed is tried again by the next one.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}
