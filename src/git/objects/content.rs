//! What an object that is not written yet is made of: bytes in memory, or a file that is read again when it is written.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Read, Write},
    path::PathBuf,
};

use gix::{ObjectId, objs::Kind};

use crate::{
    error::{Context as _, Error, Result, codes, reasons},
    git::repo::Repo,
};

/// An object to be written.
#[derive(Debug)]
pub(super) struct Object {
    pub id: ObjectId,
    pub kind: Kind,
    pub content: Content,
    pub readers: Readers,
}

/// Which users may read an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// All users that may read the repository.
    All,
    /// The group of the repository.
    Group,
    /// The owner of the repository alone.
    Owner,
}

/// The content of an object.
#[derive(Clone, Debug)]
pub enum Content {
    /// The bytes in memory.
    Held(Vec<u8>),
    /// A file that is too large for memory; its hash is known.
    File {
        /// The absolute path of the file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
    },
}

impl Content {
    /// The size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Content::Held(bytes) => bytes.len() as u64,
            Content::File { size, .. } => *size,
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} {}", self.kind, self.id)
    }
}

reasons! {
    /// Why objects are not written.
    pub enum WriteError {
        /// A file has other bytes than it had when it was hashed (`file-changed`).
        FileChanged,
    }
}

impl Object {
    /// Send the bytes to `to`.
    ///
    /// # Errors
    ///
    /// [`WriteError::FileChanged`] when the file has other bytes than it had when it was hashed; what was sent must not be used then.
    pub(super) fn send(&self, repo: &Repo, to: &mut impl Write) -> Result<(), WriteError> {
        let failed = || format!("cannot write {self}");
        let (path, size) = match &self.content {
            Content::Held(bytes) => return Ok(to.write_all(bytes).or_environment(failed)?),
            Content::File { path, size } => (path, *size),
        };
        let changed =
            || Error::new(codes::FILE_CHANGED, format!("'{}' changed while it was being stored", path.display()));
        let unreadable = |error: io::Error| WriteError::FileChanged(changed().because(error));
        let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(unreadable)?);
        let mut hasher = Hasher::new(repo, self.kind, size);
        let mut left = size;
        loop {
            let mut buffer = [0; 1 << 15];
            let count = read(&mut file, &mut buffer).map_err(unreadable)?;
            if count == 0 {
                break;
            }
            left = left.checked_sub(count as u64).ok_or_else(|| WriteError::FileChanged(changed()))?;
            hasher.update(&buffer[..count]);
            to.write_all(&buffer[..count]).or_environment(failed)?;
        }
        if left == 0 && hasher.finish()? == self.id { Ok(()) } else { Err(WriteError::FileChanged(changed())) }
    }
}

fn read(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

/// Computes the id of an object from pieces of its content.
pub struct Hasher(gix::hash::Hasher);

impl Hasher {
    /// For an object of type `kind` with `size` bytes.
    pub fn new(repo: &Repo, kind: Kind, size: u64) -> Self {
        let mut hasher = gix::hash::hasher(repo.gix().object_hash());
        hasher.update(&gix::objs::encode::loose_header(kind, size));
        Hasher(hasher)
    }

    /// Add the next piece.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The object id.
    ///
    /// # Errors
    ///
    /// When the hash fails, as for bytes that are made to collide.
    pub fn finish(self) -> Result<ObjectId> {
        self.0.try_finalize().or_environment(|| "cannot hash".to_owned())
    }
}
