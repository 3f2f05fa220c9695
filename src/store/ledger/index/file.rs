//! The file: a [`Cache`] about the notes tree that the table was made from. The content is the numbers of sorted and added rows,
//! and the table.

use crate::{
    domain::table::Table,
    error::{Error, Result, codes},
    git::{ObjectId, Repo},
    store::cache::Cache,
};

/// Changes with every change of [`Table`], and of which lines of a note count.
const MAGIC: &[u8; 8] = b"gaidx\0\0\x0a";

fn cache(repo: &Repo) -> Cache {
    Cache::new(repo.agent_dir().join("tasks.index"), MAGIC)
}

/// Whether there is a file, sound or not.
pub(super) fn exists(repo: &Repo) -> bool {
    cache(repo).exists()
}

/// Remove the file; the next reader builds another one.
///
/// # Errors
///
/// `read-only`.
pub fn forget(repo: &Repo) -> Result<()> {
    repo.tasks().take();
    let failed = |error| Error::new(codes::READ_ONLY, "cannot remove the task index").because(error);
    cache(repo).remove().map_err(failed)
}

/// The notes tree that the file was made from, and the table; `None` if it is missing or damaged.
pub(super) fn read(repo: &Repo) -> Option<(ObjectId, Table)> {
    let cached = cache(repo).read()?;
    let root = ObjectId::try_from(cached.key()).ok()?;
    let (counts, _) = cached.content().split_at_checked(8)?;
    let counts = counts.as_chunks().0.iter().map(|count| u32::from_le_bytes(*count) as usize).collect::<Vec<_>>();
    let (bytes, content) = cached.into_parts();
    Some((root, Table::from_bytes(bytes, content + 8, counts.try_into().ok()?)?))
}

/// Write the file in place of the old one. A failure (read-only, disk full) costs the next reader time, nothing else.
pub(super) fn save(repo: &Repo, root: ObjectId, table: &Table) {
    let [sorted, added] = table.as_bytes();
    let counts = table.counts().map(u32::try_from);
    if let [Ok(sorts), Ok(adds)] = counts {
        let counts = [sorts.to_le_bytes(), adds.to_le_bytes()].concat();
        cache(repo).write(repo, root.as_bytes(), &[&counts, sorted, added]);
    }
}
