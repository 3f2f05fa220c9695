//! Which clone this is: a random id in the common git directory, which all worktrees of the clone share.
//!
//! A clone that git makes has none, and makes its own when it first claims a task. A copy of the whole directory keeps it.

use std::{fs, path::PathBuf};

use ulid::Ulid;

use crate::{
    core::{actor::Actor, claim::Holder},
    error::{Context as _, Result},
    git::{Repo, locked_file::LockedFile},
};

fn path(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("clone")
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
    let dir = repo.agent_dir();
    fs::create_dir_all(&dir).or_environment(|| format!("cannot make '{}'", dir.display()))?;
    let file = LockedFile::take(&path(repo))?;
    if let Some(id) = known(repo) {
        return Ok(id);
    }
    let id = Ulid::generate();
    file.commit(format!("{id}\n").as_bytes())?;
    Ok(id)
}

/// `actor` in this clone.
pub fn holder(repo: &Repo, actor: Actor) -> Holder {
    Holder { actor, clone_id: known(repo) }
}
