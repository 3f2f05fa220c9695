//! Locks of refs that a git which was killed has left behind.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

use super::Refs;
use crate::git::repo::Repo;

/// No transaction of a few refs takes that long.
const OLD: Duration = Duration::from_secs(2);

/// The lock files that a transaction on the refs `names` makes.
pub fn lock_files(repo: &Repo, names: &[&str]) -> Vec<PathBuf> {
    let files = match repo.refs() {
        Refs::Binary => {
            [repo.common_dir(), repo.git_dir()].map(|dir| dir.join("reftable/tables.list.lock")).into_iter().collect()
        }
        Refs::Files => names
            .iter()
            .map(|name| {
                let is_shared = name.starts_with("refs/") && !name.starts_with("refs/worktree/");
                let dir = if is_shared { repo.common_dir() } else { repo.git_dir() };
                dir.join(format!("{name}.lock"))
            })
            .collect::<Vec<_>>(),
    };
    files.into_iter().filter(|file| file.symlink_metadata().is_ok()).collect()
}

/// Remove the locks of the refs `names`. The caller knows that a git of its own was killed while it moved them, and that none of
/// its own runs any more; a lock that is young may be somebody else's, and is waited for.
pub fn free(repo: &Repo, names: &[&str]) -> std::io::Result<()> {
    for file in lock_files(repo, names) {
        let began = Instant::now();
        while let Ok(meta) = file.symlink_metadata() {
            let age = meta.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
            if began.elapsed() >= OLD || age.is_some_and(|age| age >= OLD) {
                fs::remove_file(&file)?;
            } else {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
    Ok(())
}
