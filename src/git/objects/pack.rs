//! Many objects at once: an undeltified pack with its index, put in place by renames.
//!
//! Both formats are documented in git's `gitformat-pack`. The pack: a header, per object its type and size and its zlib
//! stream, and the hash of all of it. The index: for each object its id, the checksum of its entry, and where that begins.
//!
//! Not `git index-pack`, because a `git gc --prune=now` takes the temporary files (`tmp_*`) of one that is under way, and
//! because sixteen writers that wait for each other feel every process.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use flate2::{Compression, write::ZlibEncoder};
use gix::{ObjectId, objs::Kind};

use super::gc::KEEP_NOTE;
use crate::{
    error::{Context as _, Error, Result},
    git::repo::Repo,
};

/// Offsets in an index have 31 bits, or else another table that we do not write.
const MAX_PACK: usize = 0x7fff_ffff;

/// Write `objects` as a pack with a `.keep` file. When this returns, they are on the disk, and no gc deletes them.
pub(super) fn write_kept(repo: &Repo, objects: &[(ObjectId, Kind, Vec<u8>)]) -> Result<()> {
    let pack = Pack::encode(repo, objects)?;
    let index = pack.index(repo)?;
    let dir = repo.gix().objects.store_ref().path().join("pack");
    let place = |extension: &str| dir.join(format!("pack-{}.{extension}", pack.hash));
    if ["keep", "pack", "idx"].iter().all(|extension| place(extension).exists()) {
        return Ok(());
    }
    // Before the pack is one, it is kept; before it has an index, nobody looks at it.
    let write = || -> io::Result<()> {
        fs::create_dir_all(&dir)?;
        write_file(&dir, &place("keep"), format!("{KEEP_NOTE}\n").as_bytes())?;
        write_file(&dir, &place("pack"), &pack.bytes)?;
        write_file(&dir, &place("idx"), &index)?;
        File::open(&dir)?.sync_all()
    };
    write().map_err(|error| {
        Error::environment("object-not-written", format!("cannot write a pack in '{}'", dir.display()))
            .because(error)
            .hint("the git directory must be writable and its disk must have room; nothing was recorded")
    })
}

/// Write a file of the pack directory whole, durably, read-only as git makes them.
fn write_file(dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o444))?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// A pack, and what its index says of each object.
struct Pack {
    bytes: Vec<u8>,
    hash: ObjectId,
    /// Id, checksum of the entry, offset of the entry.
    entries: Vec<(ObjectId, u32, u32)>,
}

impl Pack {
    fn encode(repo: &Repo, objects: &[(ObjectId, Kind, Vec<u8>)]) -> Result<Pack> {
        let too_large = || Error::bug("more objects at once than one pack takes");
        let count = u32::try_from(objects.len()).map_err(|_| too_large())?;
        let mut bytes = Vec::new();
        bytes.extend_from_slice(b"PACK");
        bytes.extend_from_slice(&2u32.to_be_bytes());
        bytes.extend_from_slice(&count.to_be_bytes());
        let mut entries = Vec::with_capacity(objects.len());
        for (id, kind, content) in objects {
            let begin = bytes.len();
            entry_header(&mut bytes, *kind, content.len());
            let mut zlib = ZlibEncoder::new(&mut bytes, Compression::fast());
            let zipped = zlib.write_all(content).and_then(|()| zlib.finish().map(drop));
            zipped.or_environment(|| "cannot compress".to_owned())?;
            if bytes.len() > MAX_PACK {
                return Err(too_large());
            }
            entries.push((*id, crc32fast::hash(&bytes[begin..]), begin as u32));
        }
        let hash = append_hash(repo, &mut bytes)?;
        entries.sort_unstable();
        Ok(Pack { bytes, hash, entries })
    }

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
        append_hash(repo, &mut index)?;
        Ok(index)
    }
}

/// End `bytes` with their own hash.
fn append_hash(repo: &Repo, bytes: &mut Vec<u8>) -> Result<ObjectId> {
    let mut hasher = gix::hash::hasher(repo.gix().object_hash());
    hasher.update(bytes);
    let hash = hasher.try_finalize().or_environment(|| "cannot hash a pack".to_owned())?;
    bytes.extend_from_slice(hash.as_bytes());
    Ok(hash)
}

/// Type in three bits, size in 4 + 7 + 7 … bits, least significant first.
fn entry_header(pack: &mut Vec<u8>, kind: Kind, size: usize) {
    let kind = match kind {
        Kind::Commit => 1,
        Kind::Tree => 2,
        Kind::Blob => 3,
        Kind::Tag => 4,
    };
    let mut byte = (kind << 4) | (size & 0x0f) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        pack.push(byte | 0x80);
        byte = (rest & 0x7f) as u8;
        rest >>= 7;
    }
    pack.push(byte);
}
