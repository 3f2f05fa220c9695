//! The identity of this clone: a random id in the common git directory, which all worktrees of the clone share.
//!
//! A clone that git makes has none, and makes its own when it first claims a task. So does a copy of the whole directory (`cp -r`): an
//! id names the place that it was made in, by the inode and the path of the git directory, of which one may change.

use std::{fs, os::unix::fs::MetadataExt as _, path::PathBuf};

use ulid::Ulid;

use crate::{
    domain::{actor::Actor, claim::Holder},
    error::{Context as _, Result},
    git::{Repo, locked_file::LockedFile},
};

fn path(repo: &Repo) -> PathBuf {
    repo.id_dir().join("clone")
}

/// The id of this clone, if it has one. A file that cannot be read counts as none.
pub fn known(repo: &Repo) -> Option<Ulid> {
    let place = Place::of(repo);
    fs::read_to_string(path(repo)).ok()?.lines().find_map(|line| place.id(line))
}

struct Place {
    inode: String,
    path: String,
}

impl Place {
    fn of(repo: &Repo) -> Self {
        let dir = repo.common_dir();
        let path = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
        let inode = fs::metadata(&path).map_or(0, |meta| meta.ino());
        Place { inode: inode.to_string(), path: path.to_string_lossy().replace(['\n', '\r'], "?") }
    }

    /// The id in `line`, if it was made here: what was moved has its inode still, and what was mounted or restored its path.
    fn id(&self, line: &str) -> Option<Ulid> {
        let mut words = line.splitn(3, ' ');
        let id = Ulid::from_string(words.next()?.trim()).ok()?;
        let is_here = match (words.next(), words.next()) {
            (Some(inode), Some(path)) => inode == self.inode || path == self.path,
            // An earlier version did not say where.
            _ => true,
        };
        is_here.then_some(id)
    }
}

/// The id of this clone, made now if it has none.
///
/// # Errors
///
/// `file-locked` when another process holds the file; when it cannot be written.
pub(super) fn id(repo: &Repo) -> Result<Ulid> {
    if let Some(id) = known(repo) {
        return Ok(id);
    }
    make(repo).map_err(|error| {
        error.hint("the git directory must be writable and have free disk space; nothing was recorded")
    })
}

fn make(repo: &Repo) -> Result<Ulid> {
    let path = path(repo);
    let failed = || format!("cannot write '{}'", path.display());
    repo.make_dir(&repo.id_dir()).or_environment(failed)?;
    let _lock = LockedFile::take(&path)?;
    if let Some(id) = known(repo) {
        return Ok(id);
    }
    let id = Ulid::generate();
    // Those of the places that this one was copied from, or is mounted at, too, stay.
    let others = fs::read_to_string(&path).unwrap_or_default();
    let others: String = others.lines().filter(|line| line.contains(' ')).map(|line| format!("{line}\n")).collect();
    let Place { inode, path: place } = Place::of(repo);
    repo.put(&path, format!("{others}{id} {inode} {place}\n").as_bytes()).or_environment(failed)?;
    Ok(id)
}

/// `actor` as a holder of claims in this clone.
pub fn holder(repo: &Repo, actor: Actor) -> Holder {
    Holder { actor, clone_id: known(repo) }
}
