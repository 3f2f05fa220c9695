//! Is somebody collecting garbage right now? And what our writers did about it.

use std::{fs, path::PathBuf, time::Duration};

use crate::git::{host_name, repo::Repo};

/// As git itself: a `gc.pid` older than this belongs to nobody any more (`builtin/gc.c`, `lock_repo_for_gc`).
const STALE: Duration = Duration::from_secs(12 * 60 * 60);

/// What our `.keep` files say.
pub(super) const KEEP_NOTE: &str = "git-agent";

/// Whether a `git gc` holds its lock in this repository.
pub fn is_running(repo: &Repo) -> bool {
    let path = repo.common_dir().join("gc.pid");
    let Ok(text) = fs::read_to_string(&path) else { return false };
    let age = fs::metadata(&path).and_then(|meta| meta.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_none_or(|age| age < STALE) && is_held(&text, &host_name())
}

/// Whether the holder that `text` (`<pid> <host>`) names may still be there. Of another machine nobody can tell from here.
fn is_held(text: &str, our_host: &str) -> bool {
    match text.trim_end().split_once(' ') {
        Some((pid, host)) if host == our_host => may_be_alive(pid),
        _ => true,
    }
}

/// Whether the process may still be there. Where that cannot be told, it is.
fn may_be_alive(pid: &str) -> bool {
    let proc = std::path::Path::new("/proc");
    !proc.join("self").exists() || proc.join(pid.trim()).exists()
}

/// The `.keep` files that writers of ours left because a gc was running.
pub fn keeps(repo: &Repo) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(repo.common_dir().join("objects/pack")) else { return Vec::new() };
    let keeps =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "keep"));
    keeps.filter(|path| fs::read_to_string(path).is_ok_and(|note| note.trim_end() == KEEP_NOTE)).collect()
}

/// Drop them. One that cannot be removed is left for the next writer: a kept pack only takes a little more room.
pub(super) fn drop_keeps(repo: &Repo) {
    for path in keeps(repo) {
        drop(fs::remove_file(&path));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gc_counts_until_its_process_is_gone() {
        let ours = std::process::id();
        assert!(is_held(&format!("{ours} here"), "here"));
        assert!(!is_held("4194999 here", "here"), "no such process");
        assert!(is_held("4194999 elsewhere", "here"), "nobody can tell");
        assert!(is_held("", "here"), "being written");
    }
}
