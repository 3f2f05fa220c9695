//! Changing a text file that belongs to git, under git's own lock and in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::{Context as _, Error, Result};

/// How long another process may hold the lock.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file locked as git locks it: by `<file>.lock`, which becomes the file.
#[derive(Debug)]
pub struct LockedFile {
    file: PathBuf,
    lock: PathBuf,
    handle: File,
}

impl LockedFile {
    /// Lock `file`, which need not exist yet; a link is followed.
    ///
    /// # Errors
    ///
    /// `file-locked` when another process holds the lock for longer than two seconds.
    pub fn take(file: &Path) -> Result<Self> {
        let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let mut lock = file.clone().into_os_string();
        lock.push(".lock");
        let lock = PathBuf::from(lock);
        let start = Instant::now();
        loop {
            match OpenOptions::new().write(true).create_new(true).open(&lock) {
                Ok(handle) => return Ok(LockedFile { file, lock, handle }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists && start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    let message = format!("cannot change '{}': '{}' exists", file.display(), lock.display());
                    return Err(Error::busy("file-locked", message)
                        .hint("another git is at work, or one has crashed: then remove that file")
                        .hint("nothing was changed"));
                }
                Err(error) => return Err(error).or_environment(|| format!("cannot write '{}'", file.display())),
            }
        }
    }

    /// Make `text` the whole content of the file, which keeps its mode, and let go of the lock.
    pub fn commit(mut self, text: &[u8]) -> Result<()> {
        let failed = || format!("cannot write '{}'", self.file.display());
        self.handle.write_all(text).or_environment(failed)?;
        if let Ok(meta) = fs::metadata(&self.file) {
            self.handle.set_permissions(meta.permissions()).or_environment(failed)?;
        }
        fs::rename(&self.lock, &self.file).or_environment(failed)
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // After a commit there is no lock file any more.
        drop(fs::remove_file(&self.lock));
    }
}
