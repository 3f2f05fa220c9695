//! Where a checkpoint is prepared: one directory in the git directory of the worktree, for one process at a time.
//!
//! ```text
//! <git dir>/agent/checkpoint.lock   held while a checkpoint is made
//! <git dir>/agent/checkpoint/       removed at the end, however it ends
//!     before    the index as it was (a second name of the same file, where the file system has them)
//!     index     the private copy that is staged in and committed
//!     message   the commit message
//!     pending … what it will be recorded as: see [`super::pending`]
//!     journal   HEAD as it was; written just before `git commit` runs
//! ```
//!
//! Whoever finds a directory that nobody holds the lock of finishes what was begun: if HEAD has moved on by exactly one
//! commit, the index was about to follow, and now does, and the commit is recorded. Otherwise nothing had happened.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Before, What,
    pending::{self, Label, Pending},
};
use crate::{
    error::{Context as _, Error, Result, codes},
    git::{
        ObjectId, Repo,
        index::{self, PrivateIndex},
        lock::Lock,
        revwalk,
    },
};

/// What the journal says of a branch without commits.
const UNBORN: &str = "unborn";

/// The place, held until dropped.
pub struct Desk<'r> {
    repo: &'r Repo,
    dir: PathBuf,
    _lock: Lock,
    keep: bool,
}

/// A checkpoint that a process had made which is dead.
pub struct Finished {
    /// The commit.
    pub commit: ObjectId,
    /// What it is to be recorded as; `None` when that is not known, or somebody else made the commit.
    pub pending: Option<Pending>,
}

/// Whether a dead process may have left something to be finished.
pub fn is_left(repo: &Repo) -> bool {
    repo.worktree_agent_dir().join("checkpoint/journal").exists()
}

impl<'r> Desk<'r> {
    /// Take the place, finishing what a dead process left there: that is answered, too.
    pub fn take(repo: &'r Repo) -> Result<(Self, Option<Finished>)> {
        let agent = repo.worktree_agent_dir();
        let agent = std::path::absolute(&agent).or_environment(|| "the current directory is gone".to_owned())?;
        let lock = Lock::acquire(repo, &agent.join("checkpoint.lock"))?;
        if !lock.is_held() {
            let message = "cannot make a checkpoint: another one is being made in this worktree";
            return Err(Error::new(codes::CHECKPOINT_BUSY, message).hint("try again when it is done"));
        }
        let mut desk = Desk { repo, dir: agent.join("checkpoint"), _lock: lock, keep: true };
        let finished = desk.finish_what_was_left()?;
        desk.clear()?;
        repo.make_dir(&desk.dir).or_environment(|| format!("cannot make '{}'", desk.dir.display()))?;
        desk.keep = false;
        Ok((desk, finished))
    }

    /// The index as it is now, to be staged in; what it was stays in [`Desk::before`].
    pub fn copy_index(&self) -> Result<PrivateIndex<'r>> {
        let before = self.before();
        let real = index::real(self.repo);
        if fs::hard_link(&real, &before).is_err() {
            PrivateIndex::copy(self.repo, &real, before.clone())?;
        }
        PrivateIndex::copy(self.repo, &before, self.dir.join("index"))
    }

    /// The index as it was.
    pub fn before(&self) -> PathBuf {
        self.dir.join("before")
    }

    /// Write the message into a file for `git commit`.
    pub fn write_message(&self, text: &[u8]) -> Result<PathBuf> {
        let path = self.dir.join("message");
        write(&path, text)?;
        Ok(path)
    }

    /// Note that from now on HEAD may move.
    pub fn begin(&self, head: Option<ObjectId>) -> Result<()> {
        write(&self.dir.join("journal"), head.map_or(UNBORN.to_owned(), |id| id.to_string()).as_bytes())
    }

    /// Leave everything to the next one, who will finish it.
    pub fn leave(&mut self) {
        self.keep = true;
    }

    /// Write down what the checkpoint will be recorded as.
    pub fn note(&self, label: &Label, before: &Before, tree: ObjectId, what: &What) -> Result<()> {
        pending::write(&self.dir, label, before, tree, what)
            .or_environment(|| format!("cannot write in '{}'", self.dir.display()))
    }

    fn finish_what_was_left(&self) -> Result<Option<Finished>> {
        let Ok(journal) = fs::read_to_string(self.dir.join("journal")) else { return Ok(None) };
        let Some(commit) = self.repo.head()?.commit else { return Ok(None) };
        let before = if journal == UNBORN { None } else { ObjectId::from_hex(journal.as_bytes()).ok() };
        if (journal != UNBORN && before.is_none()) || revwalk::parents(self.repo, commit)? != Vec::from_iter(before) {
            return Ok(None);
        }
        // Read first: the index that was is needed, and so is the one that comes.
        let mut pending = pending::read(self.repo, &self.dir, before, &self.before());
        let message = fs::read(self.dir.join("message")).unwrap_or_default();
        if !super::commit::is_ours(self.repo, commit, before, &message)? {
            pending = None;
        }
        index::merge(self.repo, &self.before(), commit, &revwalk::changed_paths(self.repo, commit)?)?;
        Ok(Some(Finished { commit, pending }))
    }

    fn clear(&self) -> Result<()> {
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).or_environment(|| format!("cannot remove '{}'", self.dir.display()))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Desk<'_> {
    fn drop(&mut self) {
        if !self.keep {
            // What stays behind is cleared by the next checkpoint.
            self.clear().unwrap_or_default();
        }
    }
}

fn write(path: &Path, text: &[u8]) -> Result<()> {
    fs::write(path, text).or_environment(|| format!("cannot write '{}'", path.display()))
}
