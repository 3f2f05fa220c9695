//! Puts the intended files where nothing stands.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use bstr::{BStr, BString, ByteSlice as _};

use super::{
    Restore,
    disk::{self, Found},
    fault_points::{FaultPoint, reached},
    found, index,
    quarantine::Quarantine,
    state_view::{StateView, Want},
};
use crate::{
    error::Result,
    git::{EntryKind, ObjectKind, attributes::Unchanged, index::TempIndex, index::entries::Entries, tree::Entry},
};

/// Larger blobs are written by git, which does not hold them in memory.
const LARGE: u64 = 1 << 23;

impl Restore<'_> {
    /// Put what is missing into its place; answers whether there was any. `private` is the new index, and `live` the present one.
    pub(super) fn fill(
        &self,
        (private, live): (&TempIndex<'_>, &Entries),
        to: &StateView<'_>,
        missing: &BTreeMap<&BStr, Option<Want>>,
    ) -> Result<bool> {
        let top = self.top()?;
        let left = Quarantine::left(self.repo, self.operation.id)?;
        let mut put_aside: BTreeMap<&BStr, Vec<PathBuf>> = BTreeMap::new();
        for (file, path) in left.iter().flat_map(Quarantine::files) {
            put_aside.entry(path.as_bstr()).or_default().push(file);
        }
        for (path, permissions) in &to.state.dirs {
            disk::make_parents(top, path.as_bstr())?;
            disk::make_directory_with(top, path.as_bstr(), *permissions, &index::scratch(self.repo)?)?;
        }
        // Where a file of attributes changes, git decides what they mean for the others.
        let is_known = !self.touched.iter().any(|touched| touched.path.ends_with(b".gitattributes"));
        let mut unchanged = is_known.then(|| Unchanged::new(self.repo, Some(live)));
        let mut by_git: Vec<BString> = Vec::new();
        // The files that are as the index has them, and those of which git has to find out.
        let (mut equal, mut unsure) = (BTreeSet::new(), Vec::new());
        for (path, want) in missing {
            let Some(want) = want else { continue };
            let bytes = if unchanged.is_some() { self.small(want.entry)? } else { None };
            let is_link = want.entry.kind == EntryKind::Link;
            let (is_written, is_stored) = match (&mut unchanged, &bytes) {
                (Some(unchanged), Some(_)) if is_link => (unchanged.has_links(), unchanged.has_links()),
                (Some(unchanged), Some(bytes)) => (unchanged.is_written(path, bytes), unchanged.is_stored(path, bytes)),
                _ => (false, false),
            };
            if want.raw.is_none() && !want.entry.is_submodule() && !is_written {
                by_git.push(BString::from(*path));
                continue;
            }
            let aside = put_aside.get(path).map_or(&[][..], Vec::as_slice);
            if !self.put_back(aside, path, *want)? {
                disk::write(self.repo, top, path, want.entry, want.raw)?;
            }
            reached(FaultPoint::Written)?;
            match to.staged(path)?.entry {
                None => {}
                Some(_) if !is_stored => unsure.push(BString::from(*path)),
                Some(staged) if staged == want.entry => drop(equal.insert(*path)),
                Some(_) => {}
            }
        }
        index::check_out(private, &by_git)?;
        reached(FaultPoint::CheckedOut)?;
        for touched in self.touched.iter().filter(|touched| touched.in_index && !touched.on_disk) {
            unsure.extend(to.staged(touched.path.as_bstr())?.entry.map(|_| touched.path.clone()));
        }
        index::refresh(private, &equal, unsure)?;
        reached(FaultPoint::Filled)?;
        Ok(!missing.is_empty())
    }

    /// The bytes of a file or link, unless there are many, or git has to fetch them first.
    fn small(&self, entry: Entry) -> Result<Option<Vec<u8>>> {
        if entry.is_submodule() || !self.repo.has(entry.id) || self.repo.header(entry.id)?.1 > LARGE {
            return Ok(None);
        }
        self.repo.read_as(entry.id, ObjectKind::Blob).map(Some)
    }

    /// Rename the wanted file back from where it was put aside, if it is there: it keeps its times, and needs no room.
    fn put_back(&self, aside: &[PathBuf], path: &BStr, want: Want) -> Result<bool> {
        let top = self.top()?;
        for file in aside {
            let found = found(file)?;
            let fits = match (want.entry.kind, found) {
                (EntryKind::Link, Found::Link) => true,
                (EntryKind::Blob | EntryKind::BlobExecutable, Found::File(bits)) => Some(bits) == want.raw,
                _ => false,
            };
            if fits && disk::blob_id(self.repo, file, found)? == want.entry.id {
                disk::make_parents(top, path)?;
                let place = disk::place(top, path)?;
                if disk::look(top, path)? == Found::Nothing && fs::rename(file, &place).is_ok() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
