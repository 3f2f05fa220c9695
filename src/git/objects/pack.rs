//! Many objects at once: an undeltified pack with its index, put in place by renames.
//!
//! Both formats are documented in git's `gitformat-pack`. The pack: a header, per object its type and size and its zlib
//! stream, and the hash of all of it. The index: for each object its id, the checksum of its entry, and where that begins.
//!
//! Not `git index-pack`, because a `git gc --prune=now` takes the temporary files (`tmp_*`) of one that is in progress, and
//! because sixteen writers that wait for each other feel every process.

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
};

use flate2::{Compression, write::ZlibEncoder};
use gix::{ObjectId, objs::Kind};
use tempfile::NamedTempFile;

use super::{
    content::{Object, Readers, WriteError},
    durable::temporary,
    gc::KeptFor,
    not_written,
};
use crate::{
    error::{Context as _, Error, Result},
    git::repo::Repo,
};

/// Offsets in an index have 31 bits, or else another table that we do not write.
const MAX_OFFSET: u32 = 0x7fff_ffff;

/// Write `objects` as a pack with a `.keep` file. When this returns, they are on the disk, and no gc deletes them.
pub(super) fn write_kept(repo: &Repo, objects: &[&Object], keep: KeptFor, readers: Readers) -> Result<(), WriteError> {
    let dir = repo.objects_dir().join("pack");
    repo.make_dir(&dir).map_err(failed)?;
    let mut pack = Pack::begin(repo, &dir, objects.len(), readers)?;
    objects.iter().try_for_each(|object| pack.add(repo, object))?;
    let pack = pack.end()?;
    let index = pack.index(repo)?;
    let place = |extension: &str| dir.join(format!("pack-{}.{extension}", pack.hash));
    if ["keep", "pack", "idx"].iter().all(|extension| place(extension).exists()) {
        return Ok(());
    }
    // Before the pack is one, it is kept; before it has an index, git does not see it.
    let write = || -> io::Result<()> {
        write_file(repo, &dir, &place("keep"), format!("{keep}\n").as_bytes())?;
        put(pack.file, &place("pack"))?;
        write_file(repo, &dir, &place("idx"), &index)?;
        File::open(&dir)?.sync_all()
    };
    Ok(write().map_err(failed)?)
}

/// Write a file of the pack directory whole.
fn write_file(repo: &Repo, dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary(repo, dir, Readers::All)?;
    file.write_all(bytes)?;
    put(file, path)
}

/// Give `file` its place, durably.
fn put(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn failed(error: io::Error) -> Error {
    not_written("a pack", error)
}

/// A pack that is being written.
struct Pack {
    to: Tee,
    entries: Vec<Entry>,
}

/// Id, checksum of the entry, offset of the entry.
type Entry = (ObjectId, u32, u32);

/// A pack in a file without a name, and what its index says of each object.
struct Finished {
    file: NamedTempFile,
    hash: ObjectId,
    entries: Vec<Entry>,
}

/// Writes to a file and knows the checksums of what went there.
struct Tee {
    file: io::BufWriter<NamedTempFile>,
    hasher: gix::hash::Hasher,
    crc: crc32fast::Hasher,
    length: u64,
}

impl io::Write for Tee {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        self.crc.update(&bytes[..count]);
        self.length += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Pack {
    fn begin(repo: &Repo, dir: &Path, count: usize, readers: Readers) -> Result<Pack> {
        let count = u32::try_from(count).map_err(|_| too_large())?;
        let file = io::BufWriter::with_capacity(1 << 16, temporary(repo, dir, readers).map_err(failed)?);
        let hasher = gix::hash::hasher(repo.gix().object_hash());
        let mut to = Tee { file, hasher, crc: crc32fast::Hasher::new(), length: 0 };
        let header = [*b"PACK", 2u32.to_be_bytes(), count.to_be_bytes()];
        to.write_all(header.as_flattened()).map_err(failed)?;
        Ok(Pack { to, entries: Vec::with_capacity(count as usize) })
    }

    fn add(&mut self, repo: &Repo, object: &Object) -> Result<(), WriteError> {
        let begin = u32::try_from(self.to.length).ok().filter(|offset| *offset <= MAX_OFFSET).ok_or_else(too_large)?;
        self.to.crc = crc32fast::Hasher::new();
        let header = entry_header(object.kind, object.content.size());
        self.to.write_all(&header).map_err(failed)?;
        let mut zlib = ZlibEncoder::new(&mut self.to, Compression::fast());
        object.send(repo, &mut zlib)?;
        zlib.finish().map_err(failed)?;
        self.entries.push((object.id, self.to.crc.clone().finalize(), begin));
        Ok(())
    }

    fn end(mut self) -> Result<Finished> {
        let hash = self.to.hasher.try_finalize().or_environment(|| "cannot hash a pack".to_owned())?;
        self.to.file.write_all(hash.as_bytes()).map_err(failed)?;
        let file = self.to.file.into_inner().map_err(|error| failed(error.into_error()))?;
        self.entries.sort_unstable();
        Ok(Finished { file, hash, entries: self.entries })
    }
}

impl Finished {
    /// The index, version 2.
    fn index(&self, repo: &Repo) -> Result<Vec<u8>> {
        let mut index = Vec::new();
        index.extend_from_slice(b"\xfftOc");
        index.extend_from_slice(&2u32.to_be_bytes());
        for first in 0..=u8::MAX {
            let up_to = self.entries.partition_point(|(id, ..)| id.first_byte() <= first);
            index.extend_from_slice(&(up_to as u32).to_be_bytes());
        }
        self.entries.iter().for_each(|(id, ..)| index.extend_from_slice(id.as_bytes()));
        self.entries.iter().for_each(|(_, checksum, _)| index.extend_from_slice(&checksum.to_be_bytes()));
        self.entries.iter().for_each(|(.., offset)| index.extend_from_slice(&offset.to_be_bytes()));
        index.extend_from_slice(self.hash.as_bytes());
        let mut hasher = gix::hash::hasher(repo.gix().object_hash());
        hasher.update(&index);
        let hash = hasher.try_finalize().or_environment(|| "cannot hash an index".to_owned())?;
        index.extend_from_slice(hash.as_bytes());
        Ok(index)
    }
}

fn too_large() -> Error {
    Error::bug("too many objects for one pack")
}

/// Type in three bits, size in 4 + 7 + 7 … bits, least significant first.
fn entry_header(kind: Kind, size: u64) -> Vec<u8> {
    let kind = match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    };
    let mut header = Vec::with_capacity(10);
    let mut byte = (kind << 4) | (size & 0x0f) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        header.push(byte | 0x80);
        byte = (rest & 0x7f) as u8;
        rest >>= 7;
    }
    header.push(byte);
    header
}
