//! Which clone this is: a random id in the common git directory, which all worktrees of the clone share.
//!
//! A clone that git makes has none, and makes its own when it first claims a task. A copy of the whole directory keeps it.

use std::{fs, path::PathBuf};

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
    Ulid::from_string(fs::read_to_string(path(repo)).ok()?.trim_end()).ok()
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
        error.hint("the git directory must be writable and its disk must have room; nothing was recorded")
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
    repo.put(&path, format!("{id}\n").as_bytes()).or_environment(failed)?;
    Ok(id)
}

/// `actor` in this clone.
pub fn holder(repo: &Repo, actor: Actor) -> Holder {
    Holder { actor, clone_id: known(repo) }
}
