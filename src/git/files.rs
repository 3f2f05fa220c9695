//! Files that may not be there.

use std::{
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::error::{Context as _, Result};

/// Whether nothing is there: not even the directory, or a file in its place.
pub fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// `done`, where it is no failure that nothing is there.
fn or_absent<T: Default>(done: io::Result<T>) -> io::Result<T> {
    done.or_else(|error| if is_absent(&error) { Ok(T::default()) } else { Err(error) })
}

/// The bytes of a file; none where there is no file.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    or_absent(fs::read(path))
}

/// Remove a file.
pub fn remove(path: &Path) -> io::Result<()> {
    or_absent(fs::remove_file(path))
}

/// Remove a directory with all that is in it.
///
/// # Errors
///
/// When something in it cannot be removed.
pub fn remove_dir(path: &Path) -> Result<()> {
    let done = match fs::remove_dir_all(path) {
        // A file in its place is not a directory, either, and is there.
        Err(error) if is_absent(&error) && path.symlink_metadata().is_err() => Ok(()),
        done => done,
    };
    done.or_environment(|| format!("cannot remove '{}'", path.display()))
}

/// Whether these are of the same file, under whatever names.
pub fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// How long ago a file was written to; `None` where that is unknown, or it is of the future.
pub fn age(path: &Path) -> Option<Duration> {
    fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()
}

/// `path` for a program that runs in another directory.
///
/// # Errors
///
/// When the current directory was deleted.
pub fn absolute(path: impl AsRef<Path>) -> Result<PathBuf> {
    std::path::absolute(path).or_environment(|| "the current directory was deleted".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_not_an_absent_directory() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(remove_dir(&file).is_err() && file.exists());
        assert!(remove_dir(&file.join("below")).is_ok());
        assert!(remove_dir(&dir.path().join("nothing")).is_ok());
    }
}
