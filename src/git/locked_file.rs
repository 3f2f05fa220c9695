//! Changing a text file that belongs to git, under git's own lock and in one step.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{blocking_lock, lock_file::LockFile};
use crate::error::{Context as _, Result, codes};

/// How long another process may hold the lock.
const TIMEOUT: Duration = Duration::from_secs(2);

/// What stands in our lock.
const MARK: &str = "git-agent setup\n";

/// A file locked as git locks it: by `<file>.lock`.
#[derive(Debug)]
pub struct LockedFile {
    file: PathBuf,
    _lock: LockFile,
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
        let taken = LockFile::take(&lock, MARK, TIMEOUT);
        match taken.or_environment(|| format!("cannot write '{}'", file.display()))? {
            Some(held) => Ok(LockedFile { file, _lock: held }),
            None => {
                let what = format!("cannot change '{}'", file.display());
                Err(blocking_lock::error(codes::FILE_LOCKED, &what, &lock).hint("nothing was changed"))
            }
        }
    }

    /// Make `text` the whole content of the file, which keeps its mode, and release the lock.
    ///
    /// # Errors
    ///
    /// When the file cannot be written whole; the old one stays then.
    pub fn commit(self, text: &[u8]) -> Result<()> {
        let failed = || format!("cannot write '{}'", self.file.display());
        // The lock reserves the name; the leftovers of a killed process are overwritten.
        let mut whole = self.file.clone().into_os_string();
        whole.push(".git-agent");
        fs::write(&whole, text).or_environment(failed)?;
        if let Ok(meta) = fs::metadata(&self.file) {
            fs::set_permissions(&whole, meta.permissions()).or_environment(failed)?;
        }
        fs::rename(&whole, &self.file).or_environment(failed)
    }
}
