//! What is refused before anything is staged: no object is written yet.

use std::{fs::Metadata, path::PathBuf};

use bstr::{BString, ByteSlice as _};

use crate::{
    error::Result,
    git::{Repo, attributes, status::Status},
};

/// The nested repositories that one of `paths` lies in.
pub fn nested_around<'s>(status: &'s Status, repo: &Repo, paths: &[PathBuf]) -> Vec<&'s BString> {
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
pub fn too_large<'s>(status: &'s Status, repo: &Repo, limit: u64) -> Result<Vec<(&'s BString, u64)>> {
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
