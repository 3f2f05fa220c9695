//! The worktrees of a repository.

use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::{hooks, repo::Repo};
use crate::error::Result;

/// The directories of all worktrees that git lists, the main one first; some may not be there.
///
/// # Errors
///
/// `git-failed`.
pub fn listed(repo: &Repo) -> Result<Vec<PathBuf>> {
    let answer = repo.git().args(["worktree", "list", "--porcelain", "-z"]).run()?;
    let dirs = answer.split_str("\0").filter_map(|line| line.strip_prefix(b"worktree "));
    Ok(dirs.filter_map(|dir| gix::path::from_byte_slice(dir).ok()).map(Path::to_owned).collect())
}

/// The directories of all worktrees that are there, the main one first.
///
/// # Errors
///
/// `git-failed`.
pub fn all(repo: &Repo) -> Result<Vec<PathBuf>> {
    let mut dirs = listed(repo)?;
    dirs.retain(|dir| dir.is_dir());
    Ok(dirs)
}

/// Make a worktree at `path`, detached at `commit`, without running a hook.
///
/// # Errors
///
/// `git-failed`.
pub fn add(repo: &Repo, path: &Path, commit: ObjectId) -> Result<()> {
    let off = hooks::off(repo)?;
    let git = repo.git().args(off.iter().flat_map(|setting| ["-c", setting.as_str()]));
    git.args(["worktree", "add", "--quiet", "--detach"]).arg(path).arg(commit.to_string()).run().map(drop)
}

/// Let git forget the worktree at `path`, whose directory is gone; nothing where it knows of none.
///
/// # Errors
///
/// `git-failed`.
pub fn forget(repo: &Repo, path: &Path) -> Result<()> {
    let git = |command: &str| repo.git().args(["worktree", command]).arg(path).output();
    if git("remove")?.status.success() {
        return Ok(());
    }
    // git locks a worktree while it makes it; or it knows of none.
    git("unlock")?;
    let output = git("remove")?;
    if output.status.success() || !listed(repo)?.iter().any(|listed| listed == path) {
        return Ok(());
    }
    Err(output.into_error())
}
