//! The lock that makes writers queue: an OS file lock in the common git directory.
//!
//! It is a courtesy, not the truth. What keeps the ledger whole is that every ref update names the old value; the lock
//! only keeps sixteen agents from racing each other into one retry after another. So when a holder does not release it (it was
//! stopped, or the file system does not know locks), the writer goes on without.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};

use super::repo::Repo;
use crate::error::{Error, Result, codes};

/// How long a writer queues before it goes on without the lock.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Held until dropped. The operating system releases it when the process dies, however it dies.
#[derive(Debug)]
pub struct Lock {
    file: Option<File>,
}

impl Lock {
    /// Queue for the lock file `path`.
    ///
    /// # Errors
    ///
    /// `read-only` when the file cannot be made, which means that nothing else can be written either.
    pub fn acquire(repo: &Repo, path: &Path) -> Result<Self> {
        let file = Self::open(repo, path)?;
        if file.try_lock().is_ok() {
            return Ok(Lock { file: Some(file) });
        }
        let (sender, locked) = mpsc::channel();
        let waiter = thread::Builder::new().spawn(move || {
            let outcome = file.lock().map(|()| file);
            // The waiting side may have given up; then the file is dropped, and the lock with it.
            drop(sender.send(outcome));
        });
        if waiter.is_err() {
            return Ok(Lock { file: None });
        }
        match locked.recv_timeout(TIMEOUT) {
            Ok(Ok(file)) => Ok(Lock { file: Some(file) }),
            Ok(Err(_)) | Err(_) => Ok(Lock { file: None }),
        }
    }

    /// Whether a process holds the lock file `path` at this moment.
    pub fn is_taken(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Whether the lock was got, and not given up after the timeout.
    pub fn is_held(&self) -> bool {
        self.file.is_some()
    }

    /// Let the processes that are started from now on hold the lock, too, until they end: a git that outlives us still writes.
    pub fn share_with_children(&self) -> std::io::Result<()> {
        match &self.file {
            Some(file) => Ok(rustix::io::fcntl_setfd(file, rustix::io::FdFlags::empty())?),
            None => Ok(()),
        }
    }

    fn open(repo: &Repo, path: &Path) -> Result<File> {
        let open = || {
            let is_new = !path.exists();
            let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
            if is_new { repo.share(path).map(|()| file) } else { Ok(file) }
        };
        let opened = open().or_else(|error| match (error.kind(), path.parent()) {
            (std::io::ErrorKind::NotFound, Some(dir)) => repo.make_dir(dir).and_then(|()| open()),
            _ => Err(error),
        });
        opened.map_err(|error| {
            Error::new(codes::READ_ONLY, format!("cannot write in '{}'", path.display()))
                .because(error)
                .hint("the git directory must be writable; if a sandbox protects .git, run git outside the sandbox")
        })
    }
}
