//! The work tree, one path at a time. The only code that changes it.
//!
//! No function here follows a link, overwrites a file, or removes anything but empty directories.

use std::{
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use bstr::{BStr, ByteSlice as _};
use rustix::fs::{Access, AtFlags, OFlags};

use crate::{
    domain::text::quoted_path,
    error::{Context as _, Error, Result, codes},
    git::{EntryKind, ObjectId, ObjectKind, Repo, files::is_absent, objects::Hasher, processes, tree::Entry},
};

/// The kind of file at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing, or not even a parent directory.
    Nothing,
    /// A file with these permission bits.
    File(u32),
    /// A symbolic link, which is not followed.
    Link,
    Directory,
    /// A socket, a pipe, a device.
    Special,
}

/// Where `path` is on the disk.
pub(crate) fn place(top: &Path, path: &BStr) -> Result<PathBuf> {
    let relative = path.to_path().or_environment(|| format!("{} is not a valid path here", quoted_path(path)))?;
    Ok(top.join(relative))
}

/// What stands at `path`. What can only be reached through a link or below a file is nothing.
pub(crate) fn look(top: &Path, path: &BStr) -> Result<Found> {
    if first_blocker(top, path)?.is_some() {
        return Ok(Found::Nothing);
    }
    match fs::symlink_metadata(place(top, path)?) {
        Ok(meta) if meta.is_symlink() => Ok(Found::Link),
        Ok(meta) if meta.is_dir() => Ok(Found::Directory),
        Ok(meta) if meta.is_file() => Ok(Found::File(meta.permissions().mode() & 0o7777)),
        Ok(_) => Ok(Found::Special),
        Err(error) if is_absent(&error) => Ok(Found::Nothing),
        Err(error) => Err(error).or_environment(|| format!("cannot stat {}", quoted_path(path))),
    }
}

/// The first parent of `path` that is there and not a directory.
pub(crate) fn first_blocker<'p>(top: &Path, path: &'p BStr) -> Result<Option<&'p BStr>> {
    for at in path.find_iter("/") {
        let parent = path[..at].as_bstr();
        match fs::symlink_metadata(place(top, parent)?) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => return Ok(Some(parent)),
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(error).or_environment(|| format!("cannot stat {}", quoted_path(parent))),
        }
    }
    Ok(None)
}

/// The blob that the raw bytes of a file, or the text of a link, would be.
pub(crate) fn blob_id(repo: &Repo, file: &Path, found: Found) -> Result<ObjectId> {
    let failed = || format!("cannot read '{}'", file.display());
    if found == Found::Link {
        let target = fs::read_link(file).or_environment(failed)?;
        return repo.blob_id(target.as_os_str().as_encoded_bytes());
    }
    let mut open =
        OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits() as i32).open(file).or_environment(failed)?;
    let length = open.metadata().or_environment(failed)?.len();
    let mut hasher = Hasher::new(repo, ObjectKind::Blob, length);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match open.read(&mut buffer).or_environment(failed)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    hasher.finish()
}

/// Make the directories that `path` stands in.
pub(crate) fn make_parents(top: &Path, path: &BStr) -> Result<()> {
    for at in path.find_iter("/") {
        make_directory(top, path[..at].as_bstr())?;
    }
    Ok(())
}

/// Make a directory, unless it is there.
pub(crate) fn make_directory(top: &Path, path: &BStr) -> Result<()> {
    let place = place(top, path)?;
    let failed = || format!("cannot create the directory {}", quoted_path(path));
    match DirBuilder::new().mode(0o777).create(&place) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(&place).or_environment(failed)?.is_dir() { Ok(()) } else { Err(in_the_way(path)) }
        }
        Err(error) => Err(error).or_environment(failed),
    }
}

/// Make a directory with these permissions, unless it is there. It is made as `scratch`: it is never visible with other permissions.
pub(crate) fn make_directory_with(top: &Path, path: &BStr, permissions: u32, scratch: &Path) -> Result<()> {
    let place = place(top, path)?;
    if fs::symlink_metadata(&place).is_ok() {
        return make_directory(top, path);
    }
    let failed = || format!("cannot create the directory {}", quoted_path(path));
    fs::create_dir(scratch).or_environment(failed)?;
    fs::set_permissions(scratch, Permissions::from_mode(permissions)).or_environment(failed)?;
    match fs::rename(scratch, &place) {
        // Another file system than git's.
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::remove_dir(scratch).or_environment(failed)?;
            make_directory(top, path)?;
            fs::set_permissions(&place, Permissions::from_mode(permissions)).or_environment(failed)
        }
        renamed => renamed.or_environment(failed),
    }
}

/// Write `entry` byte for byte where nothing stands. `None`: with the permissions that git gives it.
pub(crate) fn write(repo: &Repo, top: &Path, path: &BStr, entry: Entry, permissions: Option<u32>) -> Result<()> {
    make_parents(top, path)?;
    let place = place(top, path)?;
    let failed = || format!("cannot write {}", quoted_path(path));
    if entry.is_submodule() {
        return make_directory(top, path);
    }
    let bytes = repo.read_as(entry.id, ObjectKind::Blob)?;
    if entry.kind == EntryKind::Link {
        let target = bytes.to_path().or_environment(failed)?;
        return std::os::unix::fs::symlink(target, &place).or_environment(failed);
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(permissions.map_or(if entry.kind == EntryKind::BlobExecutable { 0o777 } else { 0o666 }, |_| 0o600))
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(&place)
        .or_environment(failed)?;
    file.write_all(&bytes).or_environment(failed)?;
    permissions.map_or(Ok(()), |bits| file.set_permissions(Permissions::from_mode(bits))).or_environment(failed)
}

/// Remove a directory if it is empty.
pub(crate) fn remove_if_empty(top: &Path, path: &BStr) -> Result<()> {
    // As git since 2.35: not under the feet of the shell that runs us.
    if is_in_use(top, path)? {
        return Ok(());
    }
    let place = place(top, path)?;
    match fs::remove_dir(place) {
        Err(error) if is_absent(&error) || matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty) => Ok(()),
        other => other.or_environment(|| format!("cannot remove the directory {}", quoted_path(path))),
    }
}

/// Whether this process, or the one that called it, stands in the directory `path` or below it.
fn is_in_use(top: &Path, path: &BStr) -> Result<bool> {
    let Ok(place) = place(top, path)?.canonicalize() else { return Ok(false) };
    Ok(processes::directories_in_use().iter().any(|directory| directory.starts_with(&place)))
}

/// Refuse to replace a directory with a file if it is the current directory of a process.
///
/// # Errors
///
/// `directory-in-use`.
pub fn refuse_in_use(top: &Path, path: &BStr) -> Result<()> {
    if !is_in_use(top, path)? {
        return Ok(());
    }
    let message = format!("{} must become a file, but it is or contains the current directory", quoted_path(path));
    Err(Error::new(codes::DIRECTORY_IN_USE, message).hint(format!("leave it (cd '{}'), then try again", top.display())))
}

/// Whether files can be made and renamed in `dir`. Asked, not tried: a process that is killed leaves nothing there.
pub(crate) fn probe(dir: &Path) -> io::Result<()> {
    Ok(rustix::fs::accessat(rustix::fs::CWD, dir, Access::WRITE_OK | Access::EXEC_OK, AtFlags::EACCESS)?)
}

/// Something stands where a directory is needed.
fn in_the_way(path: &BStr) -> Error {
    Error::new(codes::IN_THE_WAY, format!("a file or directory is in the way at {}", quoted_path(path)))
}
