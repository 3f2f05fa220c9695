//! What must not be committed: large files, nested repositories, secrets. Searched for in the work tree before
//! anything is stored, and in the difference between HEAD's tree and the tree that is staged.

use std::{fs::Metadata, path::PathBuf};

use bstr::{BString, ByteSlice as _};

use crate::{
    domain::secret::{self, Finding},
    error::Result,
    git::{ObjectId, Repo, attributes, changed_paths::Difference, config, status::Status, tree::Entry},
};

/// The largest content that is searched for secrets, in bytes: keys and tokens live in small files.
const MAX_SCANNED: u64 = 2 * 1024 * 1024;
/// How much is searched altogether, in bytes.
const MAX_SCANNED_TOTAL: u64 = 64 * 1024 * 1024;

/// The nested repositories that one of `paths` lies in.
pub(super) fn nested_around<'s>(status: &'s Status, repo: &Repo, paths: &[PathBuf]) -> Vec<&'s BString> {
    let inside = |nested: &&BString| {
        let dir = repo.in_work_dir(nested.as_bstr()).and_then(|dir| dir.canonicalize().ok());
        dir.is_some_and(|dir| {
            paths.iter().filter_map(|path| path.canonicalize().ok()).any(|path| path.starts_with(&dir))
        })
    };
    status.nested().filter(inside).collect()
}

/// Untracked files of more than `limit` bytes, which are found here so that they need not be stored to be refused.
///
/// A file that goes through a filter (large file storage) may become small; it is judged when it is staged.
pub(super) fn large_untracked<'s>(status: &'s Status, repo: &Repo, limit: u64) -> Result<Vec<(&'s BString, u64)>> {
    let size = |path: &BString| repo.in_work_dir(path.as_bstr())?.symlink_metadata().ok().filter(Metadata::is_file);
    let sized = status.untracked_files().filter_map(|path| Some((path, size(path)?.len())));
    let mut large: Vec<(&BString, u64)> = sized.filter(|(_, size)| *size > limit).collect();
    if !large.is_empty() {
        let paths: Vec<&BString> = large.iter().map(|(path, _)| *path).collect();
        let unfiltered = attributes::unfiltered(repo, &paths)?;
        large.retain(|(path, _)| unfiltered.contains(*path));
    }
    Ok(large)
}

/// New files of more than `limit` bytes, with their size.
pub(super) fn large_new<'c>(repo: &Repo, changes: &'c [Difference], limit: u64) -> Vec<(&'c BString, u64)> {
    let new_files = changes.iter().filter(|change| change.old.is_none());
    let sized = new_files.filter_map(|change| Some((&change.path, size(repo, change.new?)?)));
    sized.filter(|(_, size)| *size > limit).collect()
}

/// New repositories that are not submodules of `tree`.
pub(super) fn nested<'c>(repo: &Repo, tree: ObjectId, changes: &'c [Difference]) -> Result<Vec<&'c BString>> {
    let is_repository = |entry: Option<Entry>| entry.is_some_and(Entry::is_submodule);
    let is_new = |change: &&Difference| !is_repository(change.old) && is_repository(change.new);
    let found: Vec<&BString> = changes.iter().filter(is_new).map(|change| &change.path).collect();
    if found.is_empty() {
        return Ok(found);
    }
    let known = config::submodules(repo, tree)?;
    Ok(found.into_iter().filter(|path| !known.contains(path)).collect())
}

/// A path with content that looks like a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leak {
    /// The path, relative to the top of the work tree.
    pub path: BString,
    /// The line, and the kind of secret.
    pub finding: Finding,
}

/// The result of searching the staged files for secrets.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scanned {
    /// The findings, by path.
    pub leaks: Vec<Leak>,
    /// How many files were too large to be searched.
    pub skipped: usize,
}

/// What looks like a secret in the content that is added.
pub(super) fn leaks(repo: &Repo, changes: &[Difference]) -> Result<Scanned> {
    let is_file = |entry: &Entry| entry.is_file();
    let mut scanned = Scanned::default();
    let mut left = MAX_SCANNED_TOTAL;
    for change in changes {
        let Some(new) = change.new.filter(is_file) else { continue };
        let old = change.old.filter(is_file);
        let bytes = size(repo, new).unwrap_or(0) + old.and_then(|old| size(repo, old)).unwrap_or(0);
        if bytes > 2 * MAX_SCANNED || bytes > left {
            scanned.skipped += 1;
            continue;
        }
        left -= bytes;
        // In a partial clone the old content may be elsewhere; then all of the new one counts as added.
        let old = old.and_then(|old| repo.read(old.id).ok()).unwrap_or_default();
        let findings = secret::scan(&old, &repo.read(new.id)?);
        scanned.leaks.extend(findings.into_iter().map(|finding| Leak { path: change.path.clone(), finding }));
    }
    Ok(scanned)
}

/// The size of a file's content, in bytes; `None` for what is not a file, or is not here.
fn size(repo: &Repo, entry: Entry) -> Option<u64> {
    entry.is_file().then(|| repo.header(entry.id).ok().map(|(_, size)| size)).flatten()
}
