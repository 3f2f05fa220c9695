//! Is somebody collecting garbage right now?

use std::{fs, time::Duration};

use crate::git::repo::Repo;

/// As git itself: a `gc.pid` older than this belongs to nobody any more (`builtin/gc.c`, `lock_repo_for_gc`).
const STALE: Duration = Duration::from_secs(12 * 60 * 60);

/// What our `.keep` files say.
pub(super) const KEEP_NOTE: &str = "git-agent";

/// Whether a `git gc` holds its lock in this repository.
pub(super) fn is_running(repo: &Repo) -> bool {
    let path = repo.common_dir().join("gc.pid");
    let Ok(text) = fs::read_to_string(&path) else { return false };
    let age = fs::metadata(&path).and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
    let fresh = age.is_none_or(|age| age < STALE);
    fresh && text.split(' ').next().is_none_or(may_be_alive)
}

/// Whether the process may still be there. Where that cannot be told, it is.
fn may_be_alive(pid: &str) -> bool {
    let proc = std::path::Path::new("/proc");
    !proc.join("self").exists() || proc.join(pid.trim()).exists()
}

/// Drop the `.keep` files that earlier writers left because a gc was running.
pub(super) fn drop_keeps(repo: &Repo) {
    let Ok(entries) = fs::read_dir(repo.common_dir().join("objects/pack")) else { return };
    for path in
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|ext| ext == "keep"))
    {
        if fs::read_to_string(&path).is_ok_and(|note| note.trim_end() == KEEP_NOTE) {
            // Left for the next writer when it cannot be removed: a kept pack is only a little larger than it could be.
            drop(fs::remove_file(&path));
        }
    }
}
