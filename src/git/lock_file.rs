//! A lock file of git's (`index.lock`, `config.lock`) that we take ourselves.
//!
//! It comes into being with our mark in it, in one step, and its maker holds the lock of the operating system on it as long as it
//! lives. So it can be distinguished from a lock of any other program, and one whose maker is dead from one that is in use. Only such
//! a one is removed. Locks that a git of ours left are the business of [`super::claims`].

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::files;

/// The longest mark.
const LONGEST: u64 = 128;

/// A lock, held until dropped.
#[derive(Debug)]
pub struct LockFile {
    path: PathBuf,
    file: File,
}

impl LockFile {
    /// Take the lock `path` with `mark` in it, waiting for others as long as `timeout`; `None` when it ran out.
    ///
    /// One with the same mark whose maker is dead is taken over.
    ///
    /// # Errors
    ///
    /// Where the directory of `path` cannot be written to.
    pub fn take(path: &Path, mark: &str, timeout: Duration) -> io::Result<Option<Self>> {
        let dir = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let mut ours = tempfile::Builder::new().prefix(".git-agent-lock-").tempfile_in(dir)?;
        ours.as_file().lock()?;
        ours.as_file().write_all(mark.as_bytes())?;
        let began = Instant::now();
        loop {
            match ours.persist_noclobber(path) {
                Ok(file) => return Ok(Some(LockFile { path: path.to_owned(), file })),
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => ours = taken.file,
                Err(failed) => return Err(failed.error),
            }
            if is_left_behind(path, mark) {
                files::remove(path)?;
                continue;
            }
            if began.elapsed() >= timeout {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// What stands in the lock `path`, if it is there and may be one of ours; git's own are not texts.
pub fn mark(path: &Path) -> Option<String> {
    let meta = fs::symlink_metadata(path).ok()?;
    let is_short = meta.is_file() && meta.len() < LONGEST;
    fs::read_to_string(path).ok().filter(|_| is_short)
}

/// Whether the lock `path` has this mark, and its maker is dead.
fn is_left_behind(path: &Path, mark: &str) -> bool {
    self::mark(path).as_deref() == Some(mark) && File::open(path).is_ok_and(|file| file.try_lock_shared().is_ok())
}

impl Drop for LockFile {
    fn drop(&mut self) {
        // What stands there may be another one by now, if ours was removed by hand.
        let found = fs::symlink_metadata(&self.path).ok().zip(self.file.metadata().ok());
        if found.is_some_and(|(there, ours)| files::is_same(&there, &ours)) {
            // What cannot be removed is taken over by the next one.
            files::remove(&self.path).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    #[test]
    fn only_a_dead_lock_with_the_same_mark_is_taken_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index.lock");
        let take = |mark: &str| LockFile::take(&path, mark, SHORT).unwrap();
        let held = take("git-agent a\n").expect("free");
        assert!(take("git-agent a\n").is_none(), "its maker lives");
        drop(held);
        assert!(!path.exists());
        fs::write(&path, "git-agent a\n").unwrap();
        assert!(take("git-agent b\n").is_none(), "that is another one's");
        let held = take("git-agent a\n").expect("its maker is dead");
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        drop(held);
        assert!(path.exists(), "it was not ours any more");
        assert!(take("git-agent a\n").is_none(), "git's");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left");
    }
}
