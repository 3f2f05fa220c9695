//! The lists in the tree of a snapshot: records that end in NUL, so that any path is one.

use super::{Conflict, Entry, Flags, SkipReason, SkippedPath, Submodule, WorktreeState};
use crate::git::{EntryKind, ObjectId, names, tree::kind_of_mode};
use bstr::{BStr, BString, ByteSlice as _, ByteVec as _};

/// A list by its name in the tree, and its bytes.
pub type List = (&'static str, Vec<u8>);

/// The lists of `state` that are not empty.
pub fn write(state: &WorktreeState) -> Vec<List> {
    let permissions = |(path, bits): (&BString, &u32)| record(format!("{bits:03o}"), b' ', path);
    let lists = [
        ("unmerged.lst", state.unmerged.iter().map(conflict).collect::<Vec<_>>().concat()),
        (
            "flags.lst",
            state.flags.iter().map(|(path, flags)| record(letters(*flags), b' ', path)).collect::<Vec<_>>().concat(),
        ),
        ("raw.lst", state.raw.iter().map(permissions).collect::<Vec<_>>().concat()),
        ("dirs.lst", state.dirs.iter().map(permissions).collect::<Vec<_>>().concat()),
        ("skipped.lst", state.skipped.iter().map(skipped).collect::<Vec<_>>().concat()),
        ("submodules.lst", state.submodules.iter().map(submodule).collect::<Vec<_>>().concat()),
    ];
    lists.into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect()
}

/// Put the list `name` into `state`; `None`: it is damaged, or names a path that git would not write. Lists with other names
/// are for people.
pub fn read(state: &mut WorktreeState, name: &BStr, bytes: &[u8]) -> Option<()> {
    let bytes = if bytes.is_empty() { return Some(()) } else { bytes.strip_suffix(b"\0")? };
    let records = bytes.split_str(b"\0");
    match name.as_bytes() {
        b"unmerged.lst" => state.unmerged = records.map(read_conflict).collect::<Option<_>>()?,
        b"flags.lst" => state.flags = records.map(read_flags).collect::<Option<_>>()?,
        b"raw.lst" => state.raw = records.map(read_permissions).collect::<Option<_>>()?,
        b"dirs.lst" => state.dirs = records.map(read_permissions).collect::<Option<_>>()?,
        b"skipped.lst" => state.skipped = records.map(read_skipped).collect::<Option<_>>()?,
        b"submodules.lst" => state.submodules = records.map(read_submodule).collect::<Option<_>>()?,
        _ => {}
    }
    Some(())
}

pub fn record(head: impl AsRef<[u8]>, separator: u8, path: &[u8]) -> Vec<u8> {
    let mut record = head.as_ref().to_vec();
    record.push(separator);
    record.push_str(path);
    record.push(0);
    record
}

fn conflict(conflict: &Conflict) -> Vec<u8> {
    let Conflict { stage, entry, path } = conflict;
    record(format!("{} {} {stage}", entry.mode(), entry.id), b'\t', path)
}

fn read_conflict(record: &[u8]) -> Option<Conflict> {
    let (head, path) = record.split_once_str("\t")?;
    let mut words = head.split_str(" ");
    let kind = kind_of_mode(words.next()?).flatten().filter(|kind| *kind != EntryKind::Tree)?;
    let id = ObjectId::from_hex(words.next()?).ok()?;
    let stage = number(words.next()?, 10).and_then(|stage| u8::try_from(stage).ok())?;
    (1..=3).contains(&stage).then_some(())?;
    Some(Conflict { stage, entry: Entry { kind, id }, path: allowed(path, kind)? })
}

fn letters(flags: Flags) -> String {
    let all = [(flags.assume_unchanged, 'a'), (flags.skip_worktree, 's'), (flags.intent_to_add, 'i')];
    all.into_iter().filter(|(set, _)| *set).map(|(_, letter)| letter).collect()
}

fn read_flags(record: &[u8]) -> Option<(BString, Flags)> {
    let (letters, path) = record.split_once_str(" ")?;
    let mut flags = Flags::default();
    for letter in letters {
        match letter {
            b'a' => flags.assume_unchanged = true,
            b's' => flags.skip_worktree = true,
            b'i' => flags.intent_to_add = true,
            _ => return None,
        }
    }
    // A directory that a sparse index does not expand has `/` at its end.
    let directory = path.strip_suffix(b"/").map(|directory| allowed(directory, EntryKind::Tree));
    match directory {
        Some(directory) => directory.map(|_| (path.into(), flags)),
        None => Some((allowed(path, EntryKind::Blob)?, flags)),
    }
}

fn read_permissions(record: &[u8]) -> Option<(BString, u32)> {
    let (bits, path) = record.split_once_str(" ")?;
    let bits = number(bits, 8).and_then(|bits| u32::try_from(bits).ok()).filter(|bits| *bits <= 0o7777)?;
    Some((allowed(path, EntryKind::Blob)?, bits))
}

fn skipped(skipped: &SkippedPath) -> Vec<u8> {
    record(format!("{} {}", skipped.why.as_str(), skipped.bytes), b' ', &skipped.path)
}

fn read_skipped(record: &[u8]) -> Option<SkippedPath> {
    let mut words = record.splitn_str(3, " ");
    let word = words.next()?;
    let why = SkipReason::from_word(word.to_str().ok()?)?;
    let (bytes, path) = (number(words.next()?, 10)?, words.next()?);
    // It is not in the snapshot, perhaps because git refuses its name: nothing is ever written there.
    names::is_relative(path.as_bstr()).then(|| SkippedPath { why, bytes, path: path.into() })
}

fn submodule(submodule: &Submodule) -> Vec<u8> {
    let head = submodule.head.map_or_else(|| "-".to_owned(), |head| head.to_string());
    let word = if submodule.is_dirty { "dirty" } else { "committed" };
    record(format!("{head} {word}"), b' ', &submodule.path)
}

fn read_submodule(record: &[u8]) -> Option<Submodule> {
    let mut words = record.splitn_str(3, " ");
    let head = match words.next()? {
        b"-" => None,
        hex => Some(ObjectId::from_hex(hex).ok()?),
    };
    let is_dirty = match words.next()? {
        b"dirty" => true,
        b"committed" => false,
        _ => return None,
    };
    Some(Submodule { head, is_dirty, path: allowed(words.next()?, EntryKind::Commit)? })
}

/// `path`, if git would write a `kind` there.
fn allowed(path: &[u8], kind: EntryKind) -> Option<BString> {
    names::is_allowed(path.as_bstr(), kind).then(|| path.into())
}

fn number(digits: &[u8], radix: u32) -> Option<u64> {
    u64::from_str_radix(digits.to_str().ok()?, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> WorktreeState {
        let id = |digit: &str| ObjectId::from_hex(digit.repeat(40).as_bytes()).unwrap();
        let null = id("0");
        let entry = |kind| Entry { kind, id: id("a") };
        let odd = || BString::from(&b"new\nline \xff\t"[..]);
        WorktreeState {
            head: crate::git::Head { commit: None, branch: None },
            worktree: null,
            staged: null,
            unmerged: vec![
                Conflict { stage: 1, entry: entry(EntryKind::Blob), path: odd() },
                Conflict { stage: 3, entry: entry(EntryKind::Commit), path: "b c".into() },
            ],
            flags: [(odd(), Flags { skip_worktree: true, ..Flags::default() })].into(),
            raw: [(odd(), 0o644), ("x".into(), 0o4755)].into(),
            dirs: [("d".into(), 0o700)].into(),
            skipped: SkipReason::ALL.map(|why| SkippedPath { path: odd(), why, bytes: 7 }).into(),
            submodules: vec![
                Submodule { path: odd(), head: Some(id("b")), is_dirty: true },
                Submodule { path: "s".into(), head: None, is_dirty: false },
            ],
            merged: None,
            rules: None,
            in_progress: [].into(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let state = state();
        let mut read = WorktreeState::plain(state.head.clone(), state.worktree, state.staged);
        let lists = write(&state);
        assert_eq!(lists.len(), 6);
        for (name, bytes) in lists {
            super::read(&mut read, name.into(), &bytes).expect(name);
        }
        assert_eq!(read, state);
    }

    #[test]
    fn every_piece_of_a_list_that_is_cut_off_is_noticed() {
        for (name, bytes) in write(&state()) {
            let mut read = state();
            assert!(super::read(&mut read, name.into(), &bytes[..bytes.len() - 1]).is_none(), "{name}");
            assert!(super::read(&mut read, name.into(), b"?\0").is_none(), "{name}");
        }
    }

    #[test]
    fn a_path_that_leads_elsewhere_is_damage_in_every_list() {
        for (name, bytes) in write(&state()) {
            let head = bytes[..bytes.find_byte(0).unwrap()].to_vec();
            let at = head.rfind(b"new\nline").or(head.rfind(b"x")).or(head.rfind(b"d")).unwrap();
            for path in ["../x", "/x", "a/../x", "a//b", ""] {
                let mut read = state();
                let record = [&head[..at], path.as_bytes(), b"\0"].concat();
                assert!(super::read(&mut read, name.into(), &record).is_none(), "{name}: {path}");
            }
            let record = [&head[..at], b".git/config\0"].concat();
            let is_read = super::read(&mut state(), name.into(), &record).is_some();
            assert_eq!(is_read, name == "skipped.lst", "{name}: only what is not stored may have such a name");
        }
    }
}
