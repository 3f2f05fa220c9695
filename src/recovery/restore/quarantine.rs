//! Where files go that an operation removes: into the git directory, by rename, never by unlinking.
//!
//! ```text
//! <git dir>/agent/aside/<operation>/<pass>/map    <number> SP <path> NUL, written before the first rename
//! <git dir>/agent/aside/<operation>/<pass>/<number>
//! ```
//!
//! A pass is one attempt to carry out or undo the operation. Whatever is here is deleted only when its bytes are known to
//! be stored; a process that dies leaves it to the next one.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use bstr::{BStr, BString, ByteSlice as _};
use ulid::Ulid;

use super::disk;
use crate::{
    domain::text::quoted_path,
    error::{Context as _, Error, Result},
    git::{Repo, files},
};

/// The directory to which one pass moves files before they are deleted.
#[derive(Debug)]
pub struct Quarantine {
    dir: PathBuf,
    paths: Vec<BString>,
}

impl Quarantine {
    /// The parent directory of the quarantines of this worktree.
    pub fn root(repo: &Repo) -> PathBuf {
        repo.worktree_agent_dir().join("aside")
    }

    /// What earlier passes of `operation` left, the newest pass first.
    pub(crate) fn left(repo: &Repo, operation: Ulid) -> Result<Vec<Quarantine>> {
        let root = Self::root(repo).join(operation.to_string());
        let mut passes: Vec<(u32, PathBuf)> = Vec::new();
        let entries = match fs::read_dir(&root) {
            Err(error) if files::is_absent(&error) => return Ok(Vec::new()),
            entries => entries.or_environment(|| format!("cannot list '{}'", root.display()))?,
        };
        for entry in entries {
            let path = entry.or_environment(|| format!("cannot list '{}'", root.display()))?.path();
            let number = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
            passes.extend(number.map(|number| (number, path)));
        }
        passes.sort();
        let read = |(_, dir): (u32, PathBuf)| {
            // Without a map nothing was moved yet.
            let map = fs::read(dir.join("map")).unwrap_or_default();
            let lines = map.split_str("\0").filter_map(|line| line.split_once_str(" "));
            Quarantine { paths: lines.map(|(_, path)| BString::from(path)).collect(), dir }
        };
        Ok(passes.into_iter().rev().map(read).collect())
    }

    /// A new pass of `operation` that will take `paths`.
    pub(crate) fn begin(repo: &Repo, operation: Ulid, mut paths: Vec<BString>) -> Result<Self> {
        paths.sort();
        let root = Self::root(repo).join(operation.to_string());
        let failed = || format!("cannot write in '{}'", root.display());
        repo.make_dir(&root).or_environment(failed)?;
        let pass = Self::left(repo, operation)?.first().map_or(0, |newest| newest.number() + 1);
        let dir = root.join(pass.to_string());
        repo.make_dir(&dir).or_environment(failed)?;
        let mut map = Vec::new();
        for (number, path) in paths.iter().enumerate() {
            map.extend_from_slice(format!("{number} ").as_bytes());
            map.extend_from_slice(path);
            map.push(0);
        }
        let write = || -> io::Result<()> {
            let mut file = File::create_new(dir.join("map"))?;
            file.write_all(&map)?;
            file.sync_all()
        };
        write().or_environment(failed)?;
        Ok(Quarantine { dir, paths })
    }

    fn number(&self) -> u32 {
        self.dir.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok()).unwrap_or(0)
    }

    /// Move `path`, one of those that were announced, here.
    ///
    /// On another file system than the work tree, it is copied, and removed when the copy is on the disk.
    pub(crate) fn take(&self, top: &Path, path: &BStr) -> Result<()> {
        let number = self.paths.binary_search_by(|known| known.as_bstr().cmp(path));
        let number = number.map_err(|_| Error::bug(format!("{} was not announced", quoted_path(path))))?;
        let (from, to) = (disk::place(top, path)?, self.dir.join(number.to_string()));
        let moved = fs::rename(&from, &to).or_else(|error| match error.kind() {
            io::ErrorKind::CrossesDevices => copy_away(&from, &to),
            _ => Err(error),
        });
        moved.or_environment(|| format!("cannot move {} aside", quoted_path(path)))
    }

    /// The quarantined files, each with its original path.
    pub fn files(&self) -> impl Iterator<Item = (PathBuf, &BString)> {
        let place = |(number, path)| (self.dir.join(usize::to_string(&number)), path);
        self.paths.iter().enumerate().map(place).filter(|(file, _)| fs::symlink_metadata(file).is_ok())
    }

    /// Remove the place of `operation` once everything in it is gone.
    pub(crate) fn finish(repo: &Repo, operation: Ulid) -> Result<()> {
        for aside in Self::left(repo, operation)? {
            if aside.files().next().is_some() {
                return Err(Error::bug(format!("'{}' is not empty", aside.dir.display())));
            }
            files::remove_dir(&aside.dir)?;
        }
        files::remove_dir(&Self::root(repo).join(operation.to_string()))?;
        // Of another operation there may be something left.
        drop(fs::remove_dir(Self::root(repo)));
        Ok(())
    }
}

/// What a rename does, where renames do not reach.
fn copy_away(from: &Path, to: &Path) -> io::Result<()> {
    let before = fs::symlink_metadata(from)?;
    if before.is_symlink() {
        std::os::unix::fs::symlink(fs::read_link(from)?, to)?;
    } else {
        fs::copy(from, to)?;
        File::open(to)?.sync_all()?;
    }
    let after = fs::symlink_metadata(from)?;
    if (before.len(), before.modified()?) != (after.len(), after.modified()?) {
        fs::remove_file(to)?;
        return Err(io::Error::other("it is being written"));
    }
    fs::remove_file(from)
}
