//! Lock files that block a change: which one it is, and what to do about it.
//!
//! A lock whose maker died looks like one that is in use. Those of our own that are known dead are removed ([`super::claims`],
//! [`super::lock_file`]); every other one stays, and the error names it.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    refs::{Refs, is_of_worktree},
    repo::Repo,
};
use crate::error::{Code, Error};

/// A git that moves refs holds its locks for milliseconds, one that packs very many for seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a git that packs refs, or removes one, holds.
pub(super) const PACKED_LOCK: &str = "packed-refs.lock";

/// The error for `what`, which needs the existing lock file `path`.
pub fn error(code: Code, what: &str, path: &Path) -> Error {
    Error::new(code, format!("{what}: '{}' exists", path.display()))
        .hint("another process may be using this repository: try again")
        .hint("if no git process is running in this repository, one crashed: remove the file")
}

/// The lock files that moving the ref `name` needs, where `dirs` are the git directories of the repository and of the worktree; with each
/// whether it holds the new value.
pub(super) fn needed(refs: Refs, dirs: [&Path; 2], name: &str) -> Vec<(PathBuf, bool)> {
    let [common, own] = dirs;
    match refs {
        Refs::Binary => dirs.map(|dir| (dir.join("reftable/tables.list.lock"), false)).into(),
        Refs::Files => {
            let dir = if is_of_worktree(name) { own } else { common };
            // For the reflog of HEAD.
            let head = name.starts_with("refs/heads/").then(|| (own.join("HEAD.lock"), false));
            [(dir.join(format!("{name}.lock")), true)].into_iter().chain(head).collect()
        }
    }
}

/// The lock file that blocks an update of one of the refs `names`, if there is one.
pub fn of_refs<'n>(repo: &Repo, names: impl IntoIterator<Item = &'n str>) -> Option<PathBuf> {
    let locks = |name| needed(repo.refs(), [repo.common_dir(), repo.git_dir()], name);
    // gix waits for a git that packs refs, whatever it moves.
    let packed = (repo.refs() == Refs::Files).then(|| repo.common_dir().join(PACKED_LOCK));
    let mut places = names.into_iter().flat_map(locks).map(|(path, _)| path).chain(packed);
    places.find(|path| path.exists())
}

/// A lock file that was found in successive attempts.
#[derive(Debug, Default)]
pub struct Blocking(Option<(PathBuf, u64, Instant)>);

impl Blocking {
    /// Whether it is the same lock file that has kept the refs `names` from being moved for longer than a git needs that moves refs.
    pub fn lasts<'n>(&mut self, repo: &Repo, names: impl IntoIterator<Item = &'n str>) -> bool {
        let found = of_refs(repo, names).and_then(|path| Some((fs::metadata(&path).ok()?.ino(), path)));
        match (&self.0, found) {
            (Some((path, inode, since)), Some(found)) if (inode, path) == (&found.0, &found.1) => {
                since.elapsed() > PATIENCE
            }
            (_, found) => {
                self.0 = found.map(|(inode, path)| (path, inode, Instant::now()));
                false
            }
        }
    }
}

/// The locks of the index, of refs and of the configuration that exist now.
pub fn all(repo: &Repo) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for dir in [repo.git_dir(), repo.common_dir()] {
        find(dir, Depth::One, &mut found);
        find(&dir.join("reftable"), Depth::One, &mut found);
        find(&dir.join("refs"), Depth::All, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    One,
    All,
}

fn find(dir: &Path, depth: Depth, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && depth == Depth::All => find(&path, depth, found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|extension| extension == "lock") => {
                found.push(path);
            }
            _ => {}
        }
    }
}
