//! What an index says of the files on the disk, brought up to date without git.
//!
//! Only the stat data of entries change, and the checksum of the index: see `gitformat-index(5)`. Its extensions stay as they are.

use std::{
    collections::BTreeSet,
    fs::{File, FileTimes},
    io::{self, Write as _},
    path::Path,
};

use bstr::{BStr, BString, ByteSlice as _};
use gix::{index::entry::Stat, index::fs::Metadata, utils::decode::leb64_from_read};

use crate::{
    error::{Context as _, Result},
    git::{files, repo::Repo},
};

/// Record in the index `file` the stat data of the files of `paths`, whose content is that of their entries. `false`: nothing was written,
/// because a path has no entry at stage 0, or one that git does not examine.
///
/// The index keeps its modification time. So git compares each of the files that has been written since with its entry, until git writes
/// the index itself, and sees what another process changes meanwhile.
///
/// # Errors
///
/// When the index or a file cannot be read, or the index cannot be written.
pub(super) fn update(repo: &Repo, file: &Path, paths: &BTreeSet<&BStr>) -> Result<bool> {
    let failed = || format!("cannot update the index in '{}'", file.display());
    let mut index = files::read(file).or_environment(failed)?;
    let hash = repo.gix().object_hash();
    let Some(places) = find(&index, hash.len_in_bytes(), paths) else { return Ok(false) };
    for (at, path) in places {
        let Some(place) = repo.in_work_dir(path) else { return Ok(false) };
        let stat =
            Metadata::from_path_no_follow(&place).and_then(|meta| Stat::from_fs(&meta).map_err(io::Error::other));
        let stat = stat.or_environment(failed)?;
        let (change, modification) = (stat.ctime, stat.mtime);
        let before_mode = [change.secs, change.nsecs, modification.secs, modification.nsecs, stat.dev, stat.ino];
        put(&mut index, at, &before_mode);
        put(&mut index, at + AFTER_MODE, &[stat.uid, stat.gid, stat.size]);
    }
    let end = index.len() - hash.len_in_bytes();
    // All zero with `index.skipHash`.
    if index[end..].iter().any(|byte| *byte != 0) {
        let mut hasher = gix::hash::hasher(hash);
        hasher.update(&index[..end]);
        let checksum = hasher.try_finalize().or_environment(failed)?;
        index[end..].copy_from_slice(checksum.as_slice());
    }
    replace(file, &index).or_environment(failed).map(|()| true)
}

/// Replace `file`, which keeps its modification time, with `bytes`.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // As git's lock is named.
    let mut new = file.as_os_str().to_owned();
    new.push(".lock");
    let mut written = File::create_new(&new)?;
    written.write_all(bytes)?;
    written.set_times(FileTimes::new().set_modified(file.metadata()?.modified()?))?;
    std::fs::rename(&new, file)
}

/// Write `numbers` into `index` from `at` on.
fn put(index: &mut [u8], at: usize, numbers: &[u32]) {
    for (place, number) in index[at..].chunks_exact_mut(4).zip(numbers) {
        place.copy_from_slice(&number.to_be_bytes());
    }
}

/// Where in an entry the stat data continue after the mode.
const AFTER_MODE: usize = 28;
/// Where the object id begins.
const ID: usize = 40;

/// The bits of an entry's flags that say: `assume-unchanged`, the stage, and whether there are more flags.
const ASSUME_VALID: u16 = 0x8000;
const STAGE: u16 = 0x3000;
const EXTENDED: u16 = 0x4000;

/// Where in `index` the entries of `paths` begin; `None` unless all are found, and are plain ones.
fn find<'p>(index: &[u8], hash: usize, paths: &BTreeSet<&'p BStr>) -> Option<Vec<(usize, &'p BStr)>> {
    let number = |at: usize| Some(u32::from_be_bytes(index.get(at..at + 4)?.try_into().ok()?));
    let flags = |at: usize| Some(u16::from_be_bytes(index.get(at..at + 2)?.try_into().ok()?));
    let (version, count) = (number(4)?, number(8)?);
    if !index.starts_with(b"DIRC") || !(2..=4).contains(&version) {
        return None;
    }
    let mut found = Vec::new();
    let (mut at, mut path) = (12, BString::default());
    for _ in 0..count {
        let start = at;
        at += ID + hash;
        let first = flags(at)?;
        let more = if first & EXTENDED == 0 { None } else { Some(flags(at + 2)?) };
        at += if more.is_none() { 2 } else { 4 };
        let kept = match version {
            // How much of the previous path is not in this one.
            4 => {
                let (dropped, length) = leb64_from_read(index.get(at..)?).ok()?;
                at += length;
                path.len().checked_sub(usize::try_from(dropped).ok()?)?
            }
            _ => 0,
        };
        path.truncate(kept);
        let name = index.get(at..)?;
        let name = &name[..name.find_byte(0)?];
        path.extend_from_slice(name);
        at += name.len();
        // After it one NUL; before version 4 as many as make the length of the entry a multiple of eight.
        at = if version == 4 { at + 1 } else { start + (at - start + 8) / 8 * 8 };
        if let Some(path) = paths.get(path.as_bstr()) {
            let is_plain = first & (ASSUME_VALID | STAGE) == 0 && more.is_none_or(|more| more == 0);
            found.push(is_plain.then_some((start, *path))?);
        }
    }
    (found.len() == paths.len()).then_some(found)
}
