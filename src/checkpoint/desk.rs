//! Where a checkpoint is prepared: one directory in the git directory of the worktree, for one process at a time.
//!
//! ```text
//! <git dir>/agent/checkpoint.lock   held while a checkpoint is made
//! <git dir>/agent/checkpoint/       removed at the end, however it ends
//!     before    the index as it was (a second name of the same file, where the file system has them)
//!     index     the private copy that is staged in and committed
//!     message   the commit message
//!     journal   HEAD as it was; written just before `git commit` runs
//! ```
//!
//! Whoever finds a directory that nobody holds the lock of finishes what was begun: if HEAD has moved on by exactly one
//! commit, the index was about to follow, and now does. Otherwise nothing had happened.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    error::{Context as _, Error, Result},
    git::{
        ObjectId, Repo,
        index::{self, PrivateIndex},
        lock::Lock,
        walk,
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

impl<'r> Desk<'r> {
    /// Take the place, finishing what somebody left there. Also says whether there was something to finish.
    pub fn take(repo: &'r Repo) -> Result<(Self, bool)> {
        let agent = repo.worktree_agent_dir();
        let agent = std::path::absolute(&agent).or_environment(|| "the current directory is gone".to_owned())?;
        let lock = Lock::acquire(&agent.join("checkpoint.lock"))?;
        if !lock.is_held() {
            let message = "cannot make a checkpoint: another one is being made in this worktree";
            return Err(Error::busy("checkpoint-busy", message).hint("try again when it is done"));
        }
        let mut desk = Desk { repo, dir: agent.join("checkpoint"), _lock: lock, keep: true };
        let finished = desk.finish_what_was_left()?;
        desk.clear()?;
        fs::create_dir_all(&desk.dir).or_environment(|| format!("cannot make '{}'", desk.dir.display()))?;
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
    pub fn leave(mut self) {
        self.keep = true;
    }

    fn finish_what_was_left(&self) -> Result<bool> {
        let Ok(journal) = fs::read_to_string(self.dir.join("journal")) else { return Ok(false) };
        let Some(head) = self.repo.head()?.commit else { return Ok(false) };
        let parents = walk::parents(self.repo, head)?;
        let follows = match journal.as_str() {
            UNBORN => parents.is_empty(),
            before => ObjectId::from_hex(before.as_bytes()).is_ok_and(|before| parents == [before]),
        };
        if follows {
            index::merge(self.repo, &self.before(), head, &walk::changed_paths(self.repo, head)?)?;
        }
        Ok(follows)
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
