//! The index of a worktree: its lock, its entries, and how a [`TempIndex`] takes its place.

pub(crate) mod entries;
mod stat_data;
mod temp;

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

pub use temp::TempIndex;

use super::{
    blocking_lock,
    cmd::Git,
    files,
    lock_file::{self, LockFile},
    repo::Repo,
};
use crate::error::{Context as _, Error, Result, codes};

/// How long to wait for the `index.lock` of another process.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long a concurrent `git add` may take.
const MOMENT: Duration = Duration::from_secs(2);

/// Let `git` put new objects into the directory `objects`, and find there what is not in the repository.
pub fn objects_in(repo: &Repo, git: Git, objects: &Path) -> Git {
    let here = repo.objects_dir();
    let here = std::path::absolute(here).unwrap_or_else(|_| here.to_owned());
    // Quoted as git reads it: a path may have a colon.
    let mut quoted = vec![b'"'];
    for byte in here.as_os_str().as_bytes() {
        if matches!(byte, b'"' | b'\\') {
            quoted.push(b'\\');
        }
        quoted.push(*byte);
    }
    quoted.push(b'"');
    git.env("GIT_OBJECT_DIRECTORY", objects).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", OsStr::from_bytes(&quoted))
}

/// The path of the index of this worktree.
pub fn real(repo: &Repo) -> PathBuf {
    repo.git_dir().join("index")
}

/// Whether no process is writing the index now or in a moment from now. Who died while doing it is writing it for ever.
pub fn becomes_free(repo: &Repo) -> bool {
    let began = Instant::now();
    while lock_file(repo).exists() {
        if began.elapsed() > MOMENT {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}

/// Put `temp`, which was made from `before`, in the place of the index. Answers whether that was done: not when the index
/// is no longer what `before` is; then use [`merge`].
///
/// # Errors
///
/// `index-locked`.
pub fn install(repo: &Repo, temp: &TempIndex<'_>, before: &Path) -> Result<bool> {
    let _lock = IndexLock::take_marked(repo, CHECKPOINT)?;
    let failed = || "cannot replace the index".to_owned();
    // Mostly a link to the file that is still the index: git never writes to one, it puts another in its place.
    let is_link = || Some(files::is_same(&real(repo).metadata().ok()?, &before.metadata().ok()?));
    let read = |path: &Path| files::read(path).or_environment(failed);
    if is_link() != Some(true) && read(&real(repo))? != read(before)? {
        return Ok(false);
    }
    become_real(repo, temp.path()).map(|()| true).or_environment(failed)
}

/// Take the changes of `paths` from `commit` into the index as it is now, except those that were staged again since `before`.
///
/// # Errors
///
/// When the index is held, or cannot be written.
pub fn merge(repo: &Repo, before: &Path, commit: ObjectId, paths: &[BString]) -> Result<()> {
    let _lock = IndexLock::take_marked(repo, CHECKPOINT)?;
    let next = TempIndex::copy(repo, &real(repo), before.with_extension("next"))?;
    let old = TempIndex::existing(repo, before.to_owned());
    let unchanged: Vec<&BString> = {
        let (then, now) = (old.entries(paths)?, next.entries(paths)?);
        paths.iter().zip(then.iter().zip(&now)).filter(|(_, (then, now))| then == now).map(|(path, _)| path).collect()
    };
    let tree = repo.git().args(["ls-tree", "-r", "-z", "--full-tree"]).arg(commit.to_string()).run()?;
    let lines = tree.split_str("\0").filter_map(|line| line.split_once_str("\t"));
    let committed: std::collections::HashMap<&[u8], &[u8]> = lines.map(|(entry, path)| (path, entry)).collect();
    let mut script = Vec::new();
    for path in unchanged {
        match committed.get(path.as_slice()) {
            Some(entry) => script.extend_from_slice(entry),
            None => script.extend_from_slice(format!("0 {}", repo.null_id()).as_bytes()),
        }
        script.push(b'\t');
        script.extend_from_slice(path);
        script.push(0);
    }
    next.git().args(["update-index", "-z", "--index-info"]).stdin(script).run()?;
    // Exit code 1 says that some files are modified.
    next.git().args(["update-index", "-q", "--refresh"]).output()?;
    become_real(repo, next.path()).or_environment(|| "cannot replace the index".to_owned())
}

/// Put the index file `path` in the place of the index.
fn become_real(repo: &Repo, path: &Path) -> io::Result<()> {
    repo.share(path)?;
    fs::rename(path, real(repo))?;
    // If both were still the same file, nothing was renamed.
    files::remove(path)
}

fn lock_file(repo: &Repo) -> PathBuf {
    repo.git_dir().join("index.lock")
}

/// What stands in the lock of a checkpoint, which takes its commit over into the index.
const CHECKPOINT: &str = "git-agent checkpoint\n";

/// Git's own lock of the index; removed when dropped.
#[derive(Debug)]
pub struct IndexLock {
    _held: LockFile,
}

impl IndexLock {
    /// Take the lock with `mark` in it, so that its owner can be identified. One with the same mark whose maker is dead
    /// is taken over.
    ///
    /// # Errors
    ///
    /// `index-locked`.
    pub fn take_marked(repo: &Repo, mark: &str) -> Result<Self> {
        let path = lock_file(repo);
        let taken = LockFile::take(&path, mark, TIMEOUT).map_err(|error| held(&path).because(error))?;
        taken.map(|held| IndexLock { _held: held }).ok_or_else(|| held(&path))
    }

    /// What stands in the lock of the index, if there is one; git's own are not texts.
    pub fn marked(repo: &Repo) -> Option<String> {
        lock_file::mark(&lock_file(repo))
    }

    /// Whether `mark` was written by a checkpoint.
    pub fn is_of_checkpoint(mark: &str) -> bool {
        mark == CHECKPOINT
    }

    /// Replace the index with `temp`. The lock is kept.
    ///
    /// # Errors
    ///
    /// When the file cannot be replaced; the index is unchanged then.
    pub fn install(&self, repo: &Repo, temp: &TempIndex<'_>) -> Result<()> {
        become_real(repo, temp.path()).or_environment(|| "cannot replace the index".to_owned())
    }
}

/// The error for an `index.lock` that another process has held for too long.
pub fn is_held(repo: &Repo) -> Error {
    held(&lock_file(repo))
}

/// The same error for `what`.
pub fn is_held_for(repo: &Repo, what: &str) -> Error {
    blocking_lock::error(codes::INDEX_LOCKED, what, &lock_file(repo))
}

fn held(path: &Path) -> Error {
    blocking_lock::error(codes::INDEX_LOCKED, "cannot lock the index", path)
}
