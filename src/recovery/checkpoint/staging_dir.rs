//! The directory in which a checkpoint is prepared, in the git directory of the worktree.
//!
//! ```text
//! <git dir>/agent/checkpoint/       removed at the end, however it ends
//!     before     the index as it was
//!     index      the private copy that is staged in and committed
//!     message    the commit message
//!     stamped    its last line: our hook has nothing to add while that is there
//!     journal …  what the commit will be recorded as: see [`super::journal`]
//! ```
//!
//! Only the holder of the worktree's operation lock touches it.

use std::{fs, path::PathBuf};

use bstr::ByteSlice as _;

use super::journal::{self, Journal};
use crate::{
    error::{Context as _, Result},
    git::{
        Repo, files,
        index::{self, TempIndex},
    },
};

/// The private directory of a checkpoint; removed on drop unless kept.
pub(super) struct StagingDir<'r> {
    repo: &'r Repo,
    dir: PathBuf,
    keep: bool,
}

impl<'r> StagingDir<'r> {
    /// An empty one.
    pub(crate) fn create(repo: &'r Repo) -> Result<Self> {
        let staging = Self { repo, dir: path(repo)?, keep: false };
        files::remove_dir(&staging.dir)?;
        repo.make_dir(&staging.dir).or_environment(|| format!("cannot create '{}'", staging.dir.display()))?;
        Ok(staging)
    }

    /// The one that a killed process left. It is kept until [`StagingDir::discard`].
    pub(crate) fn left_behind(repo: &'r Repo) -> Result<Self> {
        Ok(Self { repo, dir: path(repo)?, keep: true })
    }

    /// The index as it is now, to be staged in; what it was stays in [`StagingDir::index_before`].
    pub(crate) fn copy_index(&self) -> Result<TempIndex<'r>> {
        let before = self.index_before();
        TempIndex::copy(self.repo, &index::real(self.repo), before.clone())?;
        TempIndex::copy(self.repo, &before, self.dir.join("index"))
    }

    pub fn index_before(&self) -> PathBuf {
        self.dir.join("before")
    }

    /// The path of the commit message.
    pub fn message(&self) -> PathBuf {
        self.dir.join("message")
    }

    /// Write the file that tells the hook, once, that `message` is already stamped.
    pub(crate) fn stamp(&self, message: &[u8]) -> Result<PathBuf> {
        let (path, trailer) = (self.dir.join("stamped"), message.trim_end().lines().next_back().unwrap_or_default());
        let written = fs::write(&path, [trailer, b"\n"].concat());
        written.or_environment(|| format!("cannot write '{}'", path.display())).map(|()| path)
    }

    /// Write `journal` and `message`: from now on HEAD may move.
    pub(crate) fn begin(&self, journal: &Journal, message: &[u8]) -> Result<()> {
        fs::write(self.message(), message)
            .and_then(|()| journal.write(&self.dir))
            .or_environment(|| format!("cannot write in '{}'", self.dir.display()))
    }

    /// The journal of an unfinished checkpoint, if there is one.
    pub fn journal(&self) -> Option<journal::Begun> {
        journal::read(self.repo, &self.dir, &self.index_before())
    }

    /// Keep the directory for the next command, which completes the checkpoint.
    pub fn keep(&mut self) {
        self.keep = true;
    }

    /// Remove the directory, ignoring errors.
    pub fn discard(mut self) {
        self.keep = false;
    }
}

impl Drop for StagingDir<'_> {
    fn drop(&mut self) {
        if !self.keep {
            // What stays behind is removed by the next checkpoint.
            files::remove_dir(&self.dir).ok();
        }
    }
}

/// Absolute: git runs in other directories.
fn path(repo: &Repo) -> Result<PathBuf> {
    files::absolute(repo.worktree_agent_dir().join("checkpoint"))
}
