//! Worktrees to test in: made by `git worktree add` in a temporary directory, gone when the test is over.
//!
//! ```text
//! $TMPDIR/git-agent-bisect-XXXXXX/lock           held while the bisection runs
//! $TMPDIR/git-agent-bisect-XXXXXX/0123456789ab   a worktree, detached at this commit
//! ```
//!
//! If such a worktree is in git's list and its lock is free, its bisection was killed, and the worktree can be removed. A
//! worktree that is kept has no lock next to it. No option that forces git is needed: the directory is removed here, and `git worktree
//! remove` then only forgets it. (`git worktree prune` would forget the user's that are on a disk which is not there.)

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use crate::{
    error::{Context as _, Error, Result},
    git::{ObjectId, Repo, lock::Lock, worktree},
};

/// The prefix of temporary directories.
const PREFIX: &str = "git-agent-bisect-";
/// The lock in each of them.
const LOCK: &str = "lock";

/// The worktrees of one bisection.
pub(super) struct Worktrees<'r> {
    repo: &'r Repo,
    dir: Option<TempDir>,
    lock: Option<Lock>,
    made: Vec<PathBuf>,
}

pub(super) struct Worktree {
    path: PathBuf,
}

impl Worktree {
    /// The top of the worktree.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl<'r> Worktrees<'r> {
    /// A directory for the worktrees of `repo`.
    pub fn open(repo: &'r Repo) -> Result<Self> {
        // git lists worktrees by their real paths.
        let temp = std::env::temp_dir();
        let temp = temp.canonicalize().or_environment(|| format!("directory '{}' does not exist", temp.display()))?;
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&temp);
        let dir = dir.or_environment(|| format!("cannot create a directory in '{}'", temp.display()))?;
        let lock = Lock::acquire(repo, &dir.path().join(LOCK))?;
        Ok(Worktrees { repo, dir: Some(dir), lock: Some(lock), made: Vec::new() })
    }

    /// A fresh worktree of `commit`.
    pub fn make(&mut self, commit: ObjectId) -> Result<Worktree> {
        let dir = self.dir.as_ref().ok_or_else(|| Error::bug("a worktree was requested after the bisection ended"))?;
        let path = dir.path().join(commit.to_hex_with_len(12).to_string());
        self.made.push(path.clone());
        worktree::add(self.repo, &path, commit)?;
        Ok(Worktree { path })
    }

    /// Remove `worktree`.
    pub fn remove(&mut self, worktree: Worktree) -> Result<()> {
        remove(self.repo, &worktree.path)?;
        self.made.retain(|made| *made != worktree.path);
        Ok(())
    }

    /// Remove all of them but `kept`, whose path is answered.
    pub fn close(&mut self, kept: Option<Worktree>) -> Result<Option<PathBuf>> {
        let kept = kept.map(|worktree| worktree.path);
        for path in std::mem::take(&mut self.made).iter().filter(|path| Some(*path) != kept.as_ref()) {
            remove(self.repo, path)?;
        }
        let dir = self.dir.take();
        if let (Some(_), Some(dir)) = (&kept, dir) {
            // From now on it is the user's.
            let lock = dir.keep().join(LOCK);
            fs::remove_file(&lock).or_environment(|| format!("cannot remove '{}'", lock.display()))?;
        }
        drop(self.lock.take());
        Ok(kept)
    }
}

impl Drop for Worktrees<'_> {
    fn drop(&mut self) {
        // What cannot be removed is found by the next bisection.
        drop(self.close(None));
    }
}

/// Remove what killed bisections left.
pub(super) fn sweep(repo: &Repo) -> Result<()> {
    for path in leftovers(repo)? {
        remove(repo, &path)?;
        if let Some(dir) = path.parent() {
            // Unless another worktree is in it, whose turn comes.
            let is_last = fs::read_dir(dir).map_or(0, Iterator::count) <= 1;
            if is_last {
                remove_dir(dir).or_environment(|| format!("cannot remove '{}'", dir.display()))?;
            }
        }
    }
    Ok(())
}

/// Worktrees of bisections that were killed.
pub fn leftovers(repo: &Repo) -> Result<Vec<PathBuf>> {
    Ok(worktree::listed(repo)?.into_iter().filter(|path| is_left(path)).collect())
}

fn is_left(path: &Path) -> bool {
    let Some(dir) = path.parent() else { return false };
    let is_ours = dir.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(PREFIX.as_bytes()));
    let lock = dir.join(LOCK);
    // A cleaner of temporary files may have been there first.
    is_ours && (!dir.exists() || lock.exists() && !Lock::is_taken(&lock))
}

/// Remove the worktree at `path`, of which there may be a part only.
fn remove(repo: &Repo, path: &Path) -> Result<()> {
    remove_dir(path).or_environment(|| format!("cannot remove '{}'", path.display()))?;
    worktree::forget(repo, path)
}

/// Remove a directory with all that is in it, also where a build has made parts of it read-only.
fn remove_dir(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => {
            make_writable(path);
            fs::remove_dir_all(path)
        }
        Ok(()) => Ok(()),
    }
}

fn make_writable(dir: &Path) {
    // What this cannot change, the removal says.
    drop(fs::set_permissions(dir, fs::Permissions::from_mode(0o700)));
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_writable(&entry.path());
        }
    }
}
