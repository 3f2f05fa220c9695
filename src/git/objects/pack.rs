//! Many objects at once: an undeltified pack, indexed and put in place by `git index-pack`.
//!
//! The pack format is documented in git's `gitformat-pack`: a header, per object its type and size and its zlib stream,
//! and the hash of all of it.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};
use gix::{ObjectId, objs::Kind};

use super::gc::KEEP_NOTE;
use crate::{
    error::{Context as _, Error, Result},
    git::repo::Repo,
};

/// Write `objects` as a pack with a `.keep` file, in one step: when this returns, no gc deletes them.
pub(super) fn write_kept(repo: &Repo, objects: &[(ObjectId, Kind, Vec<u8>)]) -> Result<()> {
    let pack = encode(repo, objects)?;
    repo.git()
        .args(["-c", "core.fsyncMethod=batch", "index-pack", "--stdin"])
        .arg(format!("--keep={KEEP_NOTE}"))
        .stdin(pack)
        .run()
        .map(|_| ())
}

fn encode(repo: &Repo, objects: &[(ObjectId, Kind, Vec<u8>)]) -> Result<Vec<u8>> {
    let count = u32::try_from(objects.len()).map_err(|_| Error::bug("more than 2^32 objects in one pack"))?;
    let mut pack = Vec::new();
    pack.extend_from_slice(b"PACK");
    pack.extend_from_slice(&2u32.to_be_bytes());
    pack.extend_from_slice(&count.to_be_bytes());
    for (_, kind, bytes) in objects {
        entry_header(&mut pack, *kind, bytes.len());
        let mut zlib = ZlibEncoder::new(&mut pack, Compression::fast());
        zlib.write_all(bytes).and_then(|()| zlib.finish().map(drop)).or_environment(|| "cannot compress".to_owned())?;
    }
    let mut hasher = gix::hash::hasher(repo.gix().object_hash());
    hasher.update(&pack);
    let hash = hasher.try_finalize().or_environment(|| "cannot hash a pack".to_owned())?;
    pack.extend_from_slice(hash.as_bytes());
    Ok(pack)
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
