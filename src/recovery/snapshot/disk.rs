//! Reading the work tree: byte for byte, and nothing but what is at the path that was asked for.
//!
//! No link is followed, neither at the path nor on the way to it. A file that changes while it is read is read again.

use std::{
    fs::{self, File, Metadata},
    io::{self, Read as _},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{FileTypeExt as _, MetadataExt as _},
    },
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{Entry, SkipReason};
use crate::{
    error::{Context as _, Result},
    git::{
        EntryKind, ObjectId, ObjectKind, Repo,
        files::is_absent,
        objects::{Content, Hasher, Readers},
    },
};
use bstr::{BStr, BString, ByteSlice as _};

/// Files up to this size are held in memory, as long as all of them together are not more than [`HELD_TOGETHER`].
const HELD: u64 = 1 << 20;
const HELD_TOGETHER: u64 = 12 << 20;
/// How often a file that changes is read, and how long it is given in between.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_millis(5);

/// A directory to read files from: the work tree or the git directory.
#[derive(Debug)]
pub struct Disk {
    top: PathBuf,
    has_file_modes: bool,
    held: u64,
}

/// The result of reading a path.
#[derive(Debug)]
pub enum Look {
    /// Nothing, or a parent is not a directory.
    Absent,
    /// A directory, which is not read.
    Directory(Metadata),
    /// A file, or a symbolic link, which is not followed.
    Leaf(Raw),
    /// A file that cannot be stored, with its size in bytes.
    Stopped(SkipReason, u64),
}

/// A file or link as read from the disk.
#[derive(Debug)]
pub struct Raw {
    /// Its mode and object id.
    pub entry: Entry,
    /// The permission bits, such as `0o644`.
    pub permissions: u32,
    /// The content, in memory or on the disk.
    pub content: Content,
}

impl Disk {
    /// The work tree at `top`.
    pub fn new(repo: &Repo, top: &Path) -> Self {
        let has_file_modes = !repo.config().is_off("core.fileMode");
        Disk { top: top.to_owned(), has_file_modes, held: 0 }
    }

    /// The absolute path of `path`.
    pub fn place(&self, path: &BStr) -> PathBuf {
        self.top.join(Path::new(std::ffi::OsStr::from_bytes(path)))
    }

    /// Which users may read `raw`, the file at `path`.
    pub fn readers(&self, repo: &Repo, path: &BString, raw: &Raw) -> Readers {
        repo.readers(&self.place(path.as_bstr()), raw.permissions)
    }

    /// Whether other users of a shared repository may not read `raw`, the file at `path`.
    pub fn is_secret(&self, repo: &Repo, path: &BString, raw: &Raw) -> bool {
        repo.is_shared() && raw.entry.kind != EntryKind::Link && self.readers(repo, path, raw) != Readers::All
    }

    /// Read `path`; `tracked` tells whether the index has it. Files larger than `limit` bytes are not read.
    ///
    /// # Errors
    ///
    /// When hashing fails, as for a SHA-1 collision.
    pub fn look(&mut self, repo: &Repo, path: &BStr, tracked: Option<EntryKind>, limit: Option<u64>) -> Result<Look> {
        let place = self.place(path);
        for attempt in 0..TRIES {
            if attempt > 0 {
                std::thread::sleep(PAUSE);
            }
            if self.in_the_way(path).is_some() {
                return Ok(Look::Absent);
            }
            let meta = match fs::symlink_metadata(&place) {
                Ok(meta) => meta,
                Err(error) if is_absent(&error) => return Ok(Look::Absent),
                Err(_) => return Ok(Look::Stopped(SkipReason::Unreadable, 0)),
            };
            let kind = meta.file_type();
            if kind.is_dir() {
                return Ok(Look::Directory(meta));
            }
            if kind.is_fifo() || kind.is_socket() || kind.is_block_device() || kind.is_char_device() {
                return Ok(Look::Stopped(SkipReason::Special, 0));
            }
            if limit.is_some_and(|limit| meta.len() > limit) {
                return Ok(Look::Stopped(SkipReason::TooLarge, meta.len()));
            }
            let read = if kind.is_symlink() { read_link(&place) } else { self.read_file(repo, &place, &meta) };
            let (content, id) = match read {
                Ok(Some(read)) => read,
                Ok(None) => continue,
                Err(error) if is_absent(&error) => continue,
                Err(_) => return Ok(Look::Stopped(SkipReason::Unreadable, meta.len())),
            };
            // A link may have been put on the way in the meantime.
            if self.in_the_way(path).is_some() {
                continue;
            }
            let id = match (id, &content) {
                (Some(id), _) => id,
                (None, Content::Held(bytes)) => repo.blob_id(bytes)?,
                (None, Content::File { .. }) => continue,
            };
            if let Content::Held(bytes) = &content {
                self.held += bytes.len() as u64;
            }
            let entry = Entry { kind: self.kind(&meta, tracked), id };
            return Ok(Look::Leaf(Raw { entry, permissions: meta.mode() & 0o7777, content }));
        }
        Ok(Look::Stopped(SkipReason::Unstable, fs::symlink_metadata(&place).map_or(0, |meta| meta.len())))
    }

    fn kind(&self, meta: &Metadata, tracked: Option<EntryKind>) -> EntryKind {
        match tracked {
            _ if meta.is_symlink() => EntryKind::Link,
            // The file system does not know; the index does.
            Some(kind @ (EntryKind::Blob | EntryKind::BlobExecutable)) if !self.has_file_modes => kind,
            _ if self.has_file_modes && meta.mode() & 0o100 != 0 => EntryKind::BlobExecutable,
            _ => EntryKind::Blob,
        }
    }

    /// The first parent of `path` that is a file or a link instead of a directory.
    pub fn in_the_way<'p>(&self, path: &'p BStr) -> Option<&'p BStr> {
        let ends = path.find_iter("/").map(|end| path[..end].as_bstr());
        ends.into_iter().find(|parent| fs::symlink_metadata(self.place(parent)).is_ok_and(|meta| !meta.is_dir()))
    }

    /// The bytes of a file that `before` describes, or its hash if they are many; `None`: it is no longer the same.
    fn read_file(
        &self,
        repo: &Repo,
        place: &Path,
        before: &Metadata,
    ) -> io::Result<Option<(Content, Option<ObjectId>)>> {
        let mut file = File::open(place)?;
        // Opened by its name, which may have become a link to something else.
        if identity(&file.metadata()?) != identity(before) {
            return Ok(None);
        }
        let size = before.len();
        let read = match size <= HELD && self.held + size <= HELD_TOGETHER {
            true => {
                let mut bytes = Vec::with_capacity(size as usize + 1);
                (&mut file).take(size + 1).read_to_end(&mut bytes)?;
                (bytes.len() as u64 == size).then_some((Content::Held(bytes), None))
            }
            false => hash(repo, &mut file, size)?.map(|id| (Content::File { path: place.to_owned(), size }, Some(id))),
        };
        Ok(read.filter(|_| file.metadata().is_ok_and(|after| identity(&after) == identity(before))))
    }
}

/// The hash of the rest of `file`, if that is `size` bytes.
fn hash(repo: &Repo, file: &mut File, size: u64) -> io::Result<Option<ObjectId>> {
    let mut hasher = Hasher::new(repo, ObjectKind::Blob, size);
    let mut buffer = vec![0; 1 << 16];
    let mut left = size;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) if count as u64 <= left => {
                left -= count as u64;
                hasher.update(&buffer[..count]);
            }
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let id = hasher.finish().map_err(io::Error::other)?;
    Ok((left == 0).then_some(id))
}

fn read_link(place: &Path) -> io::Result<Option<(Content, Option<ObjectId>)>> {
    Ok(Some((Content::Held(fs::read_link(place)?.into_os_string().as_bytes().to_vec()), None)))
}

/// Which file, and in which state.
fn identity(meta: &Metadata) -> (u64, u64, u64, Option<SystemTime>, i64, i64) {
    (meta.dev(), meta.ino(), meta.len(), meta.modified().ok(), meta.ctime(), meta.ctime_nsec())
}

/// The names in the directory `path`, sorted, as paths.
pub(crate) fn list(disk: &Disk, path: &BStr) -> Result<Vec<BString>> {
    let failed = || format!("cannot read the directory '{path}'");
    let mut names = Vec::new();
    for entry in fs::read_dir(disk.place(path)).or_environment(failed)? {
        let name = entry.or_environment(failed)?.file_name();
        names.push(BString::from([path.as_bytes(), b"/", name.as_bytes()].concat()));
    }
    names.sort();
    Ok(names)
}
