//! What killed processes left: files that had not been given their names yet.
//!
//! They may be as large as the objects that they were to become. `git gc` removes only what git calls `tmp_*`, and not while a process may
//! write to it: our objects are written under other names, so that a `git prune` leaves them alone.

use std::{fs, path::PathBuf, time::Duration};

use super::{files, repo::Repo};

/// What was last written to so long ago belongs to no running process.
pub(super) const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// Remove them. What cannot be removed is tried again the next time.
pub fn sweep(repo: &Repo) {
    let objects = repo.objects_dir();
    let mut dirs = vec![objects.to_owned(), objects.join("pack")];
    for ours in [repo.agent_dir(), repo.worktree_agent_dir(), repo.id_dir()] {
        let below = fs::read_dir(&ours).into_iter().flatten().flatten();
        dirs.extend(below.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()));
        dirs.push(ours);
    }
    for entry in dirs.iter().filter_map(|dir| fs::read_dir(dir).ok()).flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) && is_temporary(entry.file_name().as_encoded_bytes()) {
            remove_stale(entry.path());
        }
    }
}

/// Whether `tempfile` gives such names, here and in gix.
fn is_temporary(name: &[u8]) -> bool {
    name.strip_prefix(b".tmp").is_some_and(|rest| rest.len() == 6 && rest.iter().all(u8::is_ascii_alphanumeric))
}

fn remove_stale(path: PathBuf) {
    if files::age(&path).is_some_and(|age| age > STALE) {
        files::remove(&path).ok();
    }
}
