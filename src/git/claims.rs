//! Claims on ref locks that we, or a git that we start, take: recorded before the lock, so that locks of crashed processes can be removed.
//!
//! ```text
//! <common dir>/agent/locks/<pid>-<n>    one claim; its maker, and the gits that it starts, hold the file's lock
//!     <device>:<inode>|- SP <what the lock will say>|- SP <path> NUL     one lock file: what stands there already, if anything
//! ```
//!
//! A claim whose lock is free is stale: its program was killed, with all its gits. Then a lock that it names is its
//! own, and is removed, if it was not there before, and says what the claim says. One that says nothing (`HEAD.lock`, or killed
//! before it was written to) could have come from another git in between: it is removed only when no other process has a claim
//! to it and no other git is at work in the repository. Every other lock stays: it is in use, or it is not for us to say.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use bstr::ByteSlice as _;

use super::{
    blocking_lock::{self, PACKED_LOCK},
    files, processes,
    refs::{RefChange, Refs},
    repo::Repo,
};

/// Tells claims of one process apart.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// A note that this process is about to take locks; removed on drop.
#[derive(Debug)]
pub struct Claim(Option<(PathBuf, File)>);

/// A lock file that a claim names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Claimed {
    path: PathBuf,
    /// What it will say; `None` when that is not known.
    says: Option<String>,
    /// What stood there before.
    before: Option<(u64, u64)>,
}

impl Claim {
    /// To the locks that moving `changes` needs. What the dead left is removed first.
    ///
    /// Where nothing can be noted there is no claim: then a lock may stay, and the change itself will tell what is wrong.
    pub fn to_refs(repo: &Repo, changes: &[RefChange]) -> Self {
        let says = |change: &RefChange| change.new.map(|new| new.to_string());
        Self::to(repo, changes.iter().map(|change| (change.name.as_str(), says(change))))
    }

    /// Claim the locks of HEAD and its branch, for a git that moves them to a commit that is not known yet.
    pub fn to_head(repo: &Repo) -> Self {
        let branch = repo.head().ok().and_then(|head| head.branch).map(|branch| branch.to_string());
        Self::to(repo, branch.as_deref().into_iter().chain(["HEAD"]).map(|name| (name, None)))
    }

    fn to<'n>(repo: &Repo, refs: impl Iterator<Item = (&'n str, Option<String>)>) -> Self {
        sweep(repo);
        let claimed: Vec<Claimed> = lock_files(repo, refs);
        let dir = directory(repo);
        let noted = repo.make_dir(&dir).and_then(|()| note(&dir, &claimed));
        // Those who share the repository examine what we leave when we are killed.
        Claim(noted.and_then(|(path, file)| repo.share(&path).map(|()| (path, file))).ok())
    }

    /// Let child processes started from now on hold the claim until they end.
    pub fn share_with_children(&self) {
        if let Some((_, file)) = &self.0 {
            // Without it the claim ends with us; then a git that outlives us may lose a lock which it has not written to.
            rustix::io::fcntl_setfd(file, rustix::io::FdFlags::empty()).unwrap_or_default();
        }
    }

    /// Examine the locks after a git started here was killed.
    pub fn settle(mut self, repo: &Repo) {
        drop(self.0.take());
        sweep(repo);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some((path, _file)) = &self.0 {
            // Left behind, it is examined by the next one, who finds no lock.
            fs::remove_file(path).unwrap_or_default();
        }
    }
}

fn directory(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("locks")
}

/// Write a claim down. It gets its name when it is complete and locked: it is never taken for a stale one.
fn note(dir: &Path, claimed: &[Claimed]) -> io::Result<(PathBuf, File)> {
    let mut text = Vec::new();
    for Claimed { path, says, before } in claimed {
        let before = before.map_or_else(|| "-".to_owned(), |(device, inode)| format!("{device}:{inode}"));
        text.extend_from_slice(format!("{before} {} ", says.as_deref().unwrap_or("-")).as_bytes());
        text.extend_from_slice(path.as_os_str().as_bytes());
        text.push(0);
    }
    let mut file = tempfile::Builder::new().prefix(".").tempfile_in(dir)?;
    file.as_file().lock()?;
    file.write_all(&text)?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = dir.join(format!("{}-{number}", std::process::id()));
    let file = file.persist(&path).map_err(|error| error.error)?;
    Ok((path, file))
}

fn read(text: &[u8]) -> Vec<Claimed> {
    let read = |record: &[u8]| {
        let mut words = record.splitn_str(3, " ");
        let number = |text: &str| text.parse().ok();
        let before = words.next()?.to_str().ok()?.split_once(':');
        let says = words.next()?.to_str().ok()?;
        let path = gix::path::from_byte_slice(words.next()?).ok()?.to_owned();
        Some(Claimed {
            path,
            says: (says != "-").then(|| says.to_owned()),
            before: before.and_then(|(device, inode)| Some((number(device)?, number(inode)?))),
        })
    };
    text.split_str("\0").filter_map(read).collect()
}

/// The lock files that moving `refs` needs, with what stands there now.
fn lock_files<'n>(repo: &Repo, refs: impl Iterator<Item = (&'n str, Option<String>)>) -> Vec<Claimed> {
    let mut files: Vec<(PathBuf, Option<String>)> = Vec::new();
    // The next one may stand in another directory.
    let [common, own] = [repo.common_dir(), repo.git_dir()].map(|dir| dir.canonicalize().unwrap_or(dir.to_owned()));
    for (name, says) in refs {
        if says.is_none() && repo.refs() == Refs::Files {
            // A ref that is deleted is taken out of these, too.
            files.extend([PACKED_LOCK, "packed-refs.new"].map(|name| (common.join(name), None)));
        }
        let needed = blocking_lock::needed(repo.refs(), [&common, &own], name);
        files.extend(needed.into_iter().map(|(path, holds)| (path, says.clone().filter(|_| holds))));
    }
    files.sort();
    files.dedup_by(|one, other| one.0 == other.0);
    let before = |path: &Path| fs::symlink_metadata(path).ok().map(|meta| (meta.dev(), meta.ino()));
    files.into_iter().map(|(path, says)| Claimed { before: before(&path), path, says }).collect()
}

/// Remove locks of processes that are known to be dead.
pub fn sweep(repo: &Repo) {
    let Ok(entries) = fs::read_dir(directory(repo)) else { return };
    let (mut dead, mut in_use) = (Vec::new(), Vec::new());
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(mut file) = File::open(&path) else { continue };
        let is_dead = file.try_lock().is_ok();
        let mut text = Vec::new();
        if file.read_to_end(&mut text).is_err() {
            continue;
        }
        match is_dead {
            // Its lock is held until it is settled: no other process does the same.
            true => dead.push((path, file, read(&text))),
            false => in_use.extend(read(&text).into_iter().map(|claimed| claimed.path)),
        }
    }
    for (path, _file, claimed) in dead {
        let open = claimed.iter().filter(|claimed| settle(repo, claimed, &in_use) == Settled::NotYet).count();
        if open == 0 {
            fs::remove_file(&path).unwrap_or_default();
        }
    }
}

/// Remove the lock of the ref `name`, which only git-agents write, one at a time, and the last one died at that.
///
/// The caller holds what keeps others from it; a git that is at work may still be packing refs.
pub fn free(repo: &Repo, name: &str) {
    if repo.refs() == Refs::Files {
        let path = repo.common_dir().join(format!("{name}.lock"));
        settle(repo, &Claimed { path, says: None, before: None }, &[]);
    }
}

/// What became of a lock that one of the dead had a claim to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settled {
    /// It is not there, or not of the dead.
    Over,
    /// It may be of the dead.
    NotYet,
}

fn settle(repo: &Repo, claimed: &Claimed, in_use: &[PathBuf]) -> Settled {
    let Ok(meta) = fs::symlink_metadata(&claimed.path) else { return Settled::Over };
    if !meta.is_file() || claimed.before == Some((meta.dev(), meta.ino())) {
        return Settled::Over;
    }
    let text = fs::read(&claimed.path).unwrap_or_default();
    let text = text.trim().to_str().unwrap_or("?");
    let is_proven = claimed.says.as_deref() == Some(text);
    if !is_proven {
        if !text.is_empty() && claimed.says.is_some() {
            return Settled::Over;
        }
        if in_use.contains(&claimed.path) || processes::is_git_at_work(repo) {
            return Settled::NotYet;
        }
    }
    if files::remove(&claimed.path).is_ok() { Settled::Over } else { Settled::NotYet }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let claimed = vec![
            Claimed { path: "/a b/HEAD.lock".into(), says: None, before: Some((7, 9)) },
            Claimed { path: "/a b/refs/heads/x.lock".into(), says: Some("ab12".into()), before: None },
        ];
        let (path, file) = note(dir.path(), &claimed).unwrap();
        assert_eq!(read(&fs::read(&path).unwrap()), claimed);
        assert!(File::open(&path).unwrap().try_lock().is_err(), "it is held");
        drop(file);
        assert!(File::open(&path).unwrap().try_lock().is_ok());
    }
}
