//! Whether a garbage collection is running, and how our writers protect their objects from it.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use gix::ObjectId;

use crate::{
    domain::named::named,
    error::{Context as _, Result},
    git::{
        cmd, files,
        processes::{NoPrune, host_name},
        repo::Repo,
        revwalk,
    },
};

use super::{Batch, Content};

/// As git itself: a `gc.pid` older than this is stale (`builtin/gc.c`, `lock_repo_for_gc`).
const STALE: Duration = Duration::from_secs(12 * 60 * 60);

/// How long an operation may be in progress that holds objects which nothing names yet.
const HELD: Duration = Duration::from_secs(10 * 60);

named! {
    /// How long a pack is kept from every gc, and what its `.keep` file says. That is on disk, where older versions read it: it never
    /// changes.
    pub(super) enum KeptFor {
        /// Until a writer finds that none is running.
        Quiet = "git-agent",
        /// Until it is old, too.
        Held = "git-agent: an operation is under way",
        /// For good: not everyone may read what is in it, and a gc would pack it for everyone.
        Private = "git-agent: not for everybody to read",
    }
}

impl KeptFor {
    /// What the `.keep` file `path` is for, if it is ours.
    fn of(path: &Path) -> Option<Self> {
        Self::from_word(fs::read_to_string(path).ok()?.trim_end())
    }

    /// Whether a file of this sort, as old as `path`, has done what it was for.
    fn is_over(self, path: &Path) -> bool {
        match self {
            KeptFor::Quiet => true,
            KeptFor::Held => files::age(path).is_some_and(|age| age > HELD),
            KeptFor::Private => false,
        }
    }
}

/// Whether a `git gc` holds its lock in this repository, or a `git prune` is running, which takes none.
pub fn is_running(repo: &Repo) -> bool {
    if is_locked(repo) {
        return true;
    }
    let mut seen = repo.no_prune().borrow_mut();
    *seen = NoPrune::now(seen.take());
    seen.is_none()
}

/// How long the end of a garbage collection is waited for, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// Wait until no garbage collection is running, for [`PATIENCE`] at most: before git makes a commit, which it protects from none.
pub fn await_end(repo: &Repo) {
    let begun = Instant::now();
    while is_running(repo) && begun.elapsed() < PATIENCE {
        std::thread::sleep(PAUSE);
    }
}

/// Keep `commit`, which git has just made on `parent`, and what it adds to that: a `git prune` that listed the objects in use before HEAD
/// moved deletes it otherwise. Nothing is written when none is running.
///
/// # Errors
///
/// When the objects cannot be read, because they are deleted already, or cannot be written.
pub fn keep_commit(repo: &Repo, commit: ObjectId, parent: Option<ObjectId>) -> Result<()> {
    if !is_running(repo) {
        return Ok(());
    }
    let mut batch = Batch::default();
    for id in revwalk::added(repo, commit, parent)? {
        let (kind, _) = repo.own_header(id)?;
        batch.add(id, kind, Content::Held(repo.read_own(id, kind)?));
    }
    batch.keep_durable(repo)
}

/// [`is_running`] before objects are written, where an answer of this process from the last second counts: a `git prune` that began since
/// is one that may begin in the next moment, too, and [`super::Batch::secure`] asks again once a ref leads to the objects.
pub(super) fn may_be_running(repo: &Repo) -> bool {
    let is_none = repo.no_prune().borrow().as_ref().is_some_and(NoPrune::is_recent);
    if is_none { is_locked(repo) } else { is_running(repo) }
}

/// Whether a `git gc` holds its lock in this repository.
pub(super) fn is_locked(repo: &Repo) -> bool {
    let path = repo.common_dir().join("gc.pid");
    let Ok(text) = fs::read_to_string(&path) else { return false };
    files::age(&path).is_none_or(|age| age < STALE) && is_held(&text, &host_name())
}

/// Whether the holder that `text` (`<pid> <host>`) names may still be there. Of another machine this is unknown.
fn is_held(text: &str, our_host: &str) -> bool {
    match text.trim_end().split_once(' ') {
        Some((pid, host)) if host == our_host => may_be_alive(pid),
        _ => true,
    }
}

/// Whether the process may still be there. Where that cannot be determined, it is.
fn may_be_alive(pid: &str) -> bool {
    let proc = Path::new("/proc");
    !proc.join("self").exists() || proc.join(pid.trim()).exists()
}

/// The `.keep` files written because a gc was running.
pub fn keeps(repo: &Repo) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(repo.common_dir().join("objects/pack")) else { return Vec::new() };
    let keeps =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "keep"));
    keeps.filter(|path| KeptFor::of(path).is_some()).collect()
}

/// How long a private pack stays that nothing names: as long as git's own gc keeps what nothing names.
const UNNAMED: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Remove private packs that are unreachable and old; answers how many.
///
/// # Errors
///
/// When git cannot say what is reachable; then none was removed.
pub fn drop_private(repo: &Repo) -> Result<usize> {
    let all = keeps(repo).into_iter().filter(|path| KeptFor::of(path) == Some(KeptFor::Private));
    let old: Vec<PathBuf> = all.filter(|path| files::age(path).is_some_and(|age| age > UNNAMED)).collect();
    if old.is_empty() {
        return Ok(0);
    }
    let words = ["rev-list", "--objects", "--no-object-names", "--all", "--reflog", "--indexed-objects"];
    let named = repo.git().args(words).run()?;
    let named: HashSet<ObjectId> = cmd::ids(&named).collect();
    let mut dropped = 0;
    for keep in old {
        let index = gix::odb::pack::index::File::at(keep.with_extension("idx"), repo.gix().object_hash());
        let index = index.or_environment(|| format!("cannot read the index of '{}'", keep.display()))?;
        if index.iter().all(|entry| !named.contains(&entry.oid)) {
            // The index first: without it, a pack is none.
            for extension in ["idx", "pack", "keep"] {
                let path = keep.with_extension(extension);
                fs::remove_file(&path).or_environment(|| format!("cannot remove '{}'", path.display()))?;
            }
            dropped += 1;
        }
    }
    Ok(dropped)
}

/// Drop them. One that cannot be removed is left for the next writer: a kept pack only takes a little more room.
pub(super) fn drop_keeps(repo: &Repo) {
    for path in keeps(repo).iter().filter(|path| KeptFor::of(path).is_some_and(|keep| keep.is_over(path))) {
        drop(fs::remove_file(path));
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
        assert!(is_held("4194999 elsewhere", "here"), "it is unknown");
        assert!(is_held("", "here"), "being written");
    }
}
