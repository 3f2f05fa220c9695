//! The worktrees of a repository.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{hooks, repo::Repo};
use crate::error::Result;

/// The directories of all worktrees that git lists, the main one first; some may not be there.
pub fn listed(repo: &Repo) -> Result<Vec<PathBuf>> {
    let answer = repo.git().args(["worktree", "list", "--porcelain", "-z"]).run()?;
    let dirs = answer.split_str("\0").filter_map(|line| line.strip_prefix(b"worktree "));
    Ok(dirs.filter_map(|dir| gix::path::from_byte_slice(dir).ok()).map(Path::to_owned).collect())
}

/// The directories of all worktrees that are there, the main one first.
pub fn all(repo: &Repo) -> Result<Vec<PathBuf>> {
    let mut dirs = listed(repo)?;
    dirs.retain(|dir| dir.is_dir());
    Ok(dirs)
}

/// Whether this repository has linked worktrees. No git is asked.
pub fn has_linked(repo: &Repo) -> bool {
    linked(repo).next().is_some()
}

/// The linked worktrees of this repository that lie inside of this work tree, from its top, such as `.claude/worktrees/x`: they are not a part
/// of what is here. No git is asked.
pub fn inside(repo: &Repo) -> Vec<BString> {
    let mut linked = linked(repo).peekable();
    if linked.peek().is_none() {
        return Vec::new();
    }
    let Some(top) = repo.work_dir().and_then(|top| top.canonicalize().ok()) else { return Vec::new() };
    let place = |git_dir: PathBuf| {
        let dir = dot_git(&git_dir)?.parent()?.canonicalize().ok()?;
        let path = dir.strip_prefix(&top).ok().filter(|path| !path.as_os_str().is_empty())?;
        Some(gix::path::into_bstr(path).ok()?.into_owned())
    };
    let mut found: Vec<BString> = linked.filter_map(place).collect();
    found.sort();
    found
}

/// The git directories of the linked worktrees whose work tree is not there.
pub fn abandoned(repo: &Repo) -> Vec<PathBuf> {
    linked(repo).filter(|git_dir| !dot_git(git_dir).is_some_and(|file| file.exists())).collect()
}

/// The git directories of the linked worktrees.
fn linked(repo: &Repo) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(repo.common_dir().join("worktrees")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// The `.git` file in the work tree of the linked worktree whose git directory is `git_dir`, where git remembers it.
pub(super) fn dot_git(git_dir: &Path) -> Option<PathBuf> {
    let text = fs::read(git_dir.join("gitdir")).ok()?;
    let file = gix::path::from_byte_slice(text.trim_end()).ok().filter(|file| !file.as_os_str().is_empty())?;
    Some(git_dir.join(file))
}

/// What tells `git status` not to look into [`inside`], at the end of its arguments; nothing where there is none.
pub(super) fn without_those_inside(repo: &Repo) -> Vec<OsString> {
    let inside = inside(repo);
    if inside.is_empty() {
        return Vec::new();
    }
    let exclude = |path: &BString| {
        let mut word = OsString::from(":(top,exclude,literal)");
        word.push(gix::path::from_bstr(path.as_bstr()).unwrap_or_default().as_os_str());
        word
    };
    ["--", ":(top)"].into_iter().map(OsString::from).chain(inside.iter().map(exclude)).collect()
}

/// Make a worktree at `path`, detached at `commit`, without running a hook.
pub fn add(repo: &Repo, path: &Path, commit: ObjectId) -> Result<()> {
    let off = hooks::off(repo)?;
    let git = repo.git().args(off.iter().flat_map(|setting| ["-c", setting.as_str()]));
    git.args(["worktree", "add", "--quiet", "--detach"]).arg(path).arg(commit.to_string()).run().map(drop)
}

/// Let git forget the worktree at `path`, whose directory is gone; nothing where it knows of none.
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
