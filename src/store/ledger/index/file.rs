//! The file: magic, checksum, the tree it was made from, the table.

use std::path::PathBuf;

use crate::{
    domain::table::Table,
    error::{Error, Result, codes},
    git::{ObjectId, Repo},
};

/// Changes with every change of [`Table`], and of what lines of a note count.
const MAGIC: &[u8; 8] = b"gaidx\0\0\x06";
/// Where the part begins that the checksum is of.
const BODY: usize = MAGIC.len() + 4;
/// The length of the tree's id, the id with room for the longest, the numbers of rows; then the table.
const HEAD: usize = BODY + 1 + 32 + 4 + 4;

fn path(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("tasks.index")
}

/// Whether there is a file, sound or not.
pub(super) fn exists(repo: &Repo) -> bool {
    path(repo).exists()
}

/// Remove the file; the next reader builds it anew.
pub fn forget(repo: &Repo) -> Result<()> {
    match std::fs::remove_file(path(repo)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::new(codes::READ_ONLY, "cannot remove the task index").because(error))
        }
        _ => Ok(()),
    }
}

/// The notes tree that the file was made from, and the table; `None` if it is missing or damaged.
pub(super) fn read(repo: &Repo) -> Option<(ObjectId, Table)> {
    let bytes = std::fs::read(path(repo)).ok()?;
    let (head, body) = bytes.split_at_checked(BODY)?;
    if !head.starts_with(MAGIC) || head[MAGIC.len()..] != crc32fast::hash(body).to_be_bytes() {
        return None;
    }
    let (len, rest) = body.split_first()?;
    let root = ObjectId::try_from(rest.get(..usize::from(*len))?).ok()?;
    let count = |at: usize| Some(u32::from_le_bytes(rest.get(at..at + 4)?.try_into().ok()?) as usize);
    let counts = [count(32)?, count(36)?];
    Some((root, Table::from_bytes(bytes, HEAD, counts)?))
}

/// Write the file in place of the old one. A failure (read-only, disk full) costs the next reader time, nothing else.
pub(super) fn save(repo: &Repo, root: ObjectId, table: &Table) {
    let write = || -> Option<()> {
        let [sorted, added] = table.as_bytes();
        let mut head = Vec::with_capacity(HEAD);
        head.extend_from_slice(MAGIC);
        head.extend_from_slice(&[0; 4]);
        head.push(u8::try_from(root.as_bytes().len()).ok()?);
        head.extend_from_slice(root.as_bytes());
        head.resize(HEAD - 8, 0);
        for count in table.counts() {
            head.extend_from_slice(&u32::try_from(count).ok()?.to_le_bytes());
        }
        let mut checksum = crc32fast::Hasher::new();
        [&head[BODY..], sorted, added].into_iter().for_each(|part| checksum.update(part));
        head[MAGIC.len()..BODY].copy_from_slice(&checksum.finalize().to_be_bytes());
        repo.put(&path(repo), &[head.as_slice(), sorted, added].concat()).ok()
    };
    // Deliberately without complaint: the index is a convenience.
    write().unwrap_or_default();
}
