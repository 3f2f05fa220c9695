//! Keeping our files out of `git status` when the hooks directory is in the work tree.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use crate::{
    error::Result,
    git::{Repo, hooks, ignore},
    hook::install::managed_block,
};

/// The path of `file` relative to the top of the work tree, if it is in there (and not in the git directory).
pub(super) fn in_work_tree(repo: &Repo, file: &Path) -> Option<PathBuf> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let parent = real(file.parent()?);
    if parent.starts_with(real(repo.common_dir())) || parent.starts_with(real(repo.git_dir())) {
        return None;
    }
    let dir = parent.strip_prefix(real(repo.work_dir()?)).ok()?.to_owned();
    Some(dir.join(file.file_name()?))
}

/// True if git tracks `file`.
pub(super) fn is_tracked(repo: &Repo, file: &Path) -> Result<bool> {
    let Some(path) = in_work_tree(repo, file) else { return Ok(false) };
    ignore::is_tracked(repo, &path)
}

/// Let `git status` not see `files`.
pub(super) fn hide(repo: &Repo, files: &[PathBuf]) -> Result<()> {
    let mut lines = managed_block::read(&list(repo)?).unwrap_or_default();
    for path in files.iter().filter_map(|file| in_work_tree(repo, file)) {
        let line = pattern(&path);
        if !ignore::is_matched(repo, &path)? && !lines.lines().any(|known| known == line) {
            lines.extend_from_slice(&line);
            lines.push(b'\n');
        }
    }
    if !lines.is_empty() {
        managed_block::put(&list(repo)?, &lines)?;
    }
    Ok(())
}

/// Let `git status` see everything again.
pub(super) fn show_all(repo: &Repo) -> Result<()> {
    managed_block::remove(&list(repo)?).map(|_| ())
}

fn list(repo: &Repo) -> Result<PathBuf> {
    hooks::git_path(repo, "info/exclude")
}

/// An ignore pattern for exactly this path.
fn pattern(path: &Path) -> BString {
    let mut out = BString::from("/");
    for &byte in path.as_os_str().as_encoded_bytes() {
        if b"*?[\\ ".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}
