//! What is not committed, as git itself counts it.

use std::path::PathBuf;

use bstr::ByteSlice as _;

use super::repo::Repo;
use crate::error::Result;

/// Paths that are not committed, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dirty {
    /// Their index entry differs from HEAD.
    pub staged: usize,
    /// Their file differs from the index.
    pub unstaged: usize,
    /// git does not know them.
    pub untracked: usize,
}

/// Count the paths that differ between HEAD, index and work tree. Nothing in a bare repository.
///
/// Git counts, not gix: the same answer on every ref storage, with sparse indexes and file system monitors.
pub fn dirty(repo: &Repo) -> Result<Dirty> {
    let mut dirty = Dirty::default();
    if repo.work_dir().is_none() {
        return Ok(dirty);
    }
    let answer =
        repo.git().args(["status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=normal"]).run()?;
    for entry in answer.split_str("\0") {
        match entry {
            [b'1' | b'2' | b'u', b' ', staged, unstaged, ..] => {
                dirty.staged += usize::from(*staged != b'.');
                dirty.unstaged += usize::from(*unstaged != b'.');
            }
            [b'?', b' ', ..] => dirty.untracked += 1,
            _ => {}
        }
    }
    Ok(dirty)
}

/// The directories of all worktrees that are there, the main one first.
pub fn all(repo: &Repo) -> Result<Vec<PathBuf>> {
    let answer = repo.git().args(["worktree", "list", "--porcelain", "-z"]).run()?;
    let dirs = answer.split_str("\0").filter_map(|line| line.strip_prefix(b"worktree "));
    Ok(dirs.filter_map(|dir| gix::path::from_byte_slice(dir).ok()).filter(|dir| dir.is_dir()).map(Into::into).collect())
}
