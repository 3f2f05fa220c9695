//! The differences between two notes trees, without reading what they share.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice as _};

use super::{MAX_ENTRIES, Place, entries, too_many};
use crate::{
    error::{Error, Result, codes},
    git::{ObjectId, Repo},
};

/// The keys whose notes differ between two trees, sorted. Only directories that differ are read.
///
/// # Errors
///
/// When a tree is no longer here, or is one that no honest writer makes; listing both sides answers then.
pub fn changed_keys(repo: &Repo, old: ObjectId, new: ObjectId) -> Result<Vec<ObjectId>> {
    let hex_len = repo.hex_len();
    let mut differ = Differ { repo, hex_len, prefix: String::new(), keys: Vec::new(), seen: 0 };
    differ.compare(&[old], &[new])?;
    differ.keys.sort_unstable();
    differ.keys.dedup();
    Ok(differ.keys)
}

struct Differ<'r> {
    repo: &'r Repo,
    hex_len: usize,
    prefix: String,
    keys: Vec<ObjectId>,
    seen: usize,
}

impl Differ<'_> {
    /// Compare the directories `old` and `new`: one each, or none.
    fn compare(&mut self, old: &[ObjectId], new: &[ObjectId]) -> Result<()> {
        if old.len() > 1 || new.len() > 1 {
            return Err(Error::new(codes::LEDGER_TREE, "the ledger tree contains a directory twice"));
        }
        let mut sides: BTreeMap<(BString, bool), [Vec<ObjectId>; 2]> = BTreeMap::new();
        for (side, directory) in [old, new].into_iter().enumerate() {
            for entry in directory.first().map_or(Ok(Vec::new()), |id| entries(self.repo, *id))? {
                let place = Place::of(entry.filename.as_bstr(), entry.mode, self.prefix.len(), self.hex_len);
                if matches!(place, Place::Note | Place::Directory) {
                    let is_directory = place == Place::Directory;
                    sides.entry((entry.filename, is_directory)).or_default()[side].push(entry.oid);
                }
            }
        }
        for ((name, is_directory), [old, new]) in sides {
            if old == new {
                continue;
            }
            self.seen += 1;
            if self.seen > MAX_ENTRIES {
                return Err(too_many());
            }
            self.prefix.push_str(&name.to_str_lossy());
            match is_directory {
                true => self.compare(&old, &new)?,
                false => self.keys.extend(ObjectId::from_hex(self.prefix.as_bytes()).ok()),
            }
            self.prefix.truncate(self.prefix.len() - name.len());
        }
        Ok(())
    }
}
