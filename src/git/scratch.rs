//! A directory in `agent/` for temporary files: an index, objects that stay unreachable.

use std::{
    fs,
    path::{Path, PathBuf},
};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
    low_level::emulate_default_handler,
};

use super::{files, leftovers::STALE, processes, repo::Repo};
use crate::error::{Context as _, Result};

/// A temporary directory of this worktree, removed on drop.
#[derive(Debug)]
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// A new, empty one, whose name begins with `prefix`. Removes those with this prefix that killed processes left a day ago or
    /// earlier.
    pub fn new(repo: &Repo, prefix: &str) -> Result<Self> {
        let agent = files::absolute(repo.worktree_agent_dir())?;
        let failed = || format!("cannot write in '{}'", agent.display());
        repo.make_dir(&agent).or_environment(failed)?;
        sweep(&agent, prefix);
        tempfile::Builder::new().prefix(prefix).tempdir_in(&agent).map(Scratch).or_environment(failed)
    }

    /// The same, in a directory for temporary files where the git directory cannot be written: for questions, which sandboxes allow.
    pub fn for_a_question(repo: &Repo, prefix: &str) -> Result<Self> {
        Self::new(repo, prefix).or_else(|error| {
            let places = [std::env::temp_dir(), PathBuf::from("/dev/shm"), PathBuf::from("/var/tmp")];
            let mut made = places.iter().map(|place| tempfile::Builder::new().prefix(prefix).tempdir_in(place));
            made.find_map(std::result::Result::ok).map(Scratch).ok_or(error)
        })
    }

    /// From now on, also remove the directory when SIGINT or SIGTERM ends this process. One that it ignores stays ignored.
    ///
    /// # Errors
    ///
    /// If signals cannot be handled.
    pub fn remove_on_signal(&self) -> Result<()> {
        let failed = || "cannot install signal handlers".to_owned();
        let ending = [SIGINT, SIGTERM].into_iter().filter(|signal| !processes::ignores(*signal));
        let mut signals = Signals::new(ending).or_environment(failed)?;
        let dir = self.path().to_owned();
        // It ends with the process: without it the signals would have no effect.
        let handler = std::thread::Builder::new().spawn(move || {
            for signal in signals.forever() {
                fs::remove_dir_all(&dir).ok();
                emulate_default_handler(signal).ok();
            }
        });
        handler.or_environment(failed).map(drop)
    }

    /// The absolute path of the directory.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

fn sweep(agent: &Path, prefix: &str) {
    let is_old = |path: &Path| files::age(path).is_some_and(|age| age > STALE);
    for entry in fs::read_dir(agent).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()) && is_old(&entry.path()) {
            // What cannot be removed is tried again by the next one.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
}
