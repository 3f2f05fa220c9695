//! Cache files: derived data in the git directory that is expensive to compute, and can be deleted at any time.
//!
//! ```text
//! magic      8 bytes: which cache, and the version of its format
//! checksum   CRC-32 of the rest, big-endian
//! length     of the key, 4 bytes, little-endian
//! key        the state of the repository that the content is about
//! content
//! ```
//!
//! A file is written whole, under another name first. One that is missing, damaged, or of another version is not an error: it counts as
//! absent, and the next writer replaces it. What cannot be written is not complained about: the next reader takes longer.

use std::{io, path::PathBuf};

use crate::git::{Repo, files};

/// Length of the magic.
const MAGIC: usize = 8;
/// Where the part begins that the checksum is of.
const SUMMED: usize = MAGIC + 4;
/// Where the key begins.
const KEY: usize = SUMMED + 4;

/// A disposable file that caches what can be computed from the repository.
pub struct Cache {
    path: PathBuf,
    magic: &'static [u8; MAGIC],
}

/// The content of a cache file, with its key.
pub struct Cached {
    bytes: Vec<u8>,
    content: usize,
}

impl Cached {
    /// The state of the repository that the content was computed from.
    pub fn key(&self) -> &[u8] {
        &self.bytes[KEY..self.content]
    }

    pub fn content(&self) -> &[u8] {
        &self.bytes[self.content..]
    }

    /// The bytes of the whole file, and the offset of the content.
    pub fn into_parts(self) -> (Vec<u8>, usize) {
        (self.bytes, self.content)
    }
}

impl Cache {
    /// The file at `path`; the last byte of `magic` is the version, which changes with the format of key and content.
    pub fn new(path: PathBuf, magic: &'static [u8; MAGIC]) -> Self {
        Cache { path, magic }
    }

    /// Whether the file exists, valid or not.
    pub fn exists(&self) -> bool {
        self.path.exists()
    }

    /// The content of the file; `None` if it is missing or damaged.
    pub fn read(&self) -> Option<Cached> {
        let bytes = std::fs::read(&self.path).ok()?;
        let (head, summed) = bytes.split_at_checked(SUMMED)?;
        if !head.starts_with(self.magic) || head[MAGIC..] != crc32fast::hash(summed).to_be_bytes() {
            return None;
        }
        let length = u32::from_le_bytes(*summed.first_chunk()?);
        let content = KEY.checked_add(usize::try_from(length).ok()?).filter(|content| *content <= bytes.len())?;
        Some(Cached { bytes, content })
    }

    /// The content of the file, if it was computed from `key`.
    pub fn read_about(&self, key: &[u8]) -> Option<Cached> {
        self.read().filter(|cached| cached.key() == key)
    }

    /// Replace the file with the content `parts`, computed from `key`. Answers whether that succeeded; callers need not care.
    pub fn write(&self, repo: &Repo, key: &[u8], parts: &[&[u8]]) -> bool {
        let Ok(length) = u32::try_from(key.len()) else { return false };
        let length = length.to_le_bytes();
        let summed = [&[&length, key], parts].concat();
        let mut checksum = crc32fast::Hasher::new();
        summed.iter().for_each(|part| checksum.update(part));
        let checksum = checksum.finalize().to_be_bytes();
        repo.put(&self.path, &[&[self.magic.as_slice(), &checksum], summed.as_slice()].concat().concat()).is_ok()
    }

    /// Remove the file, if it exists.
    pub fn remove(&self) -> io::Result<()> {
        files::remove(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        gix::init(dir.path()).unwrap();
        let repo = Repo::discover(dir.path()).unwrap();
        let path = dir.path().join("a directory/cache");
        let cache = Cache::new(path.clone(), b"gatest\0\x01");
        assert!(cache.read().is_none() && !cache.exists());
        assert!(cache.write(&repo, b"key", &[b"con", b"tent"]));
        let read = cache.read_about(b"key").unwrap();
        assert_eq!((read.key(), read.content()), (&b"key"[..], &b"content"[..]));
        assert!(cache.read_about(b"ke").is_none(), "about another state");
        assert!(Cache::new(path.clone(), b"gatest\0\x02").read().is_none(), "of another version");
        let sound = std::fs::read(&path).unwrap();
        for at in 0..sound.len() {
            let mut damaged = sound.clone();
            damaged[at] ^= 0x40;
            std::fs::write(&path, &damaged).unwrap();
            assert!(cache.read().is_none(), "damaged at {at}");
            std::fs::write(&path, &sound[..at]).unwrap();
            assert!(cache.read().is_none(), "cut off at {at}");
        }
        cache.remove().unwrap();
        cache.remove().unwrap();
        assert!(!cache.exists());
    }
}
