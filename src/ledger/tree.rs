//! The tree of a notes ref: from keys to blobs, in git's own layout.
//!
//! Git spreads the notes of a large tree over directories named by the first two hex digits, level by level: a directory
//! is split when each of the 16 first digits begins at least two keys in it (`determine_fanout` in git's `notes.c`). A tree
//! written here and one written by `git notes` from the same notes are the same tree. Reading accepts any mixture, even the
//! same key twice; that comes from hostile or broken writers, and the blobs are then taken together.

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice as _};
use gix::{
    ObjectId,
    objs::{
        Tree,
        tree::{Entry, EntryKind},
    },
};

use crate::{
    error::{Context as _, Result},
    git::{Repo, objects::Batch},
};

/// Directory of texts that are too long for a line.
pub const TEXT_DIR: &str = "text";
/// What the names of anchor entries start with.
pub const ANCHOR_PREFIX: &str = "anchor.";

/// A note: its key, its blob.
pub type Note = (ObjectId, ObjectId);

/// What to change in a notes tree.
#[derive(Debug, Default)]
pub struct Changes {
    /// Key → new blob.
    pub notes: BTreeMap<ObjectId, ObjectId>,
    /// Anchor blobs of new tasks, by id: in the tree of this commit only, which keeps them alive in its history.
    pub anchors: Vec<(String, ObjectId)>,
    /// Text blobs, kept in the tree for good.
    pub texts: Vec<ObjectId>,
}

/// The entries of tree `id`.
pub fn entries(repo: &Repo, id: ObjectId) -> Result<Vec<Entry>> {
    let tree = repo.gix().find_tree(id).or_environment(|| format!("cannot read the tree {id} of the ledger"))?;
    let tree = tree.decode().or_environment(|| format!("the tree {id} of the ledger is damaged"))?;
    Ok(tree.entries.iter().map(|entry| Entry::from(*entry)).collect())
}

/// The blobs of `key`: none, one, or (in a tree that git would not write) several.
pub fn find(repo: &Repo, root: ObjectId, key: ObjectId) -> Result<Vec<ObjectId>> {
    let hex = key.to_string();
    let (mut at, mut rest, mut blobs) = (root, hex.as_str(), Vec::new());
    loop {
        let entries = entries(repo, at)?;
        let named = |name: &str, tree: bool| {
            entries
                .iter()
                .find(|entry| entry.filename == name && entry.mode.is_tree() == tree && (tree || entry.mode.is_blob()))
        };
        blobs.extend(named(rest, false).map(|entry| entry.oid));
        match rest.len() > 2 {
            true => match named(&rest[..2], true) {
                Some(directory) => (at, rest) = (directory.oid, &rest[2..]),
                None => return Ok(blobs),
            },
            false => return Ok(blobs),
        }
    }
}

/// An entry of a notes tree that is not a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Its path in the tree.
    pub path: BString,
    /// What it points to.
    pub id: ObjectId,
}

/// Every note of the tree, sorted by key, and what is in it that is neither a note nor ours.
pub fn list(repo: &Repo, root: ObjectId) -> Result<(Vec<Note>, Vec<Foreign>)> {
    let (mut notes, mut foreign) = (Vec::new(), Vec::new());
    walk(repo, root, &mut String::new(), &BString::default(), &mut notes, &mut foreign)?;
    notes.sort_unstable();
    Ok((notes, foreign))
}

fn walk(
    repo: &Repo,
    id: ObjectId,
    prefix: &mut String,
    path: &BString,
    notes: &mut Vec<Note>,
    foreign: &mut Vec<Foreign>,
) -> Result<()> {
    let hex_len = repo.gix().object_hash().len_in_hex();
    for entry in entries(repo, id)? {
        match Place::of(&entry, prefix.len(), hex_len) {
            Place::Note => {
                prefix.push_str(&entry.filename.to_str_lossy());
                let key = ObjectId::from_hex(prefix.as_bytes());
                notes.extend(key.ok().map(|key| (key, entry.oid)));
                prefix.truncate(prefix.len() - entry.filename.len());
            }
            Place::Directory => {
                prefix.push_str(&entry.filename.to_str_lossy());
                let path = join(path, &entry.filename);
                walk(repo, entry.oid, prefix, &path, notes, foreign)?;
                prefix.truncate(prefix.len() - 2);
            }
            Place::Ours if prefix.is_empty() => {}
            Place::Ours | Place::Foreign => foreign.push(Foreign { path: join(path, &entry.filename), id: entry.oid }),
        }
    }
    Ok(())
}

fn join(path: &BString, name: &BString) -> BString {
    match path.is_empty() {
        true => name.clone(),
        false => format!("{path}/{name}").into(),
    }
}

/// What an entry is, `depth` hex digits down.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Note,
    Directory,
    Ours,
    Foreign,
}

impl Place {
    fn of(entry: &Entry, depth: usize, hex_len: usize) -> Place {
        let name = &entry.filename;
        // As git: lower case only; a key in capitals is not a note.
        let is_hex = name.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match () {
            () if is_hex && entry.mode.is_blob() && name.len() + depth == hex_len => Place::Note,
            () if is_hex && entry.mode.is_tree() && name.len() == 2 && depth + 2 < hex_len => Place::Directory,
            () if name == TEXT_DIR && entry.mode.is_tree() || name.starts_with_str(ANCHOR_PREFIX) => Place::Ours,
            () => Place::Foreign,
        }
    }
}

/// The keys whose notes differ between two trees. Only directories that differ are read.
pub fn changed_keys(repo: &Repo, old: ObjectId, new: ObjectId) -> Result<Vec<ObjectId>> {
    let mut keys = Vec::new();
    differ(repo, Some(old), Some(new), &mut String::new(), &mut keys)?;
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

fn differ(
    repo: &Repo,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
    prefix: &mut String,
    keys: &mut Vec<ObjectId>,
) -> Result<()> {
    if old == new {
        return Ok(());
    }
    let hex_len = repo.gix().object_hash().len_in_hex();
    let read = |id: Option<ObjectId>| id.map_or(Ok(Vec::new()), |id| entries(repo, id));
    let mut sides: BTreeMap<(BString, bool), [Option<ObjectId>; 2]> = BTreeMap::new();
    for (side, list) in [read(old)?, read(new)?].into_iter().enumerate() {
        for entry in list {
            let place = Place::of(&entry, prefix.len(), hex_len);
            if matches!(place, Place::Note | Place::Directory) {
                sides.entry((entry.filename, place == Place::Directory)).or_default()[side] = Some(entry.oid);
            }
        }
    }
    for ((name, is_directory), [old, new]) in sides {
        if old == new {
            continue;
        }
        prefix.push_str(&name.to_str_lossy());
        match is_directory {
            true => differ(repo, old, new, prefix, keys)?,
            false => keys.extend(ObjectId::from_hex(prefix.as_bytes()).ok()),
        }
        prefix.truncate(prefix.len() - name.len());
    }
    Ok(())
}

/// The tree `root` with `changes` made; new trees are staged in `batch`.
pub fn edit(repo: &Repo, batch: &mut Batch, root: Option<ObjectId>, changes: &Changes) -> Result<ObjectId> {
    let mut entries = root.map_or(Ok(Vec::new()), |root| entries(repo, root))?;
    entries.retain(|entry| !entry.filename.starts_with_str(ANCHOR_PREFIX));
    for (id, blob) in &changes.anchors {
        entries.push(blob_entry(format!("{ANCHOR_PREFIX}{id}"), *blob));
    }
    if !changes.texts.is_empty() {
        let at = entries.iter().position(|entry| entry.filename == TEXT_DIR && entry.mode.is_tree());
        let mut texts =
            at.map(|at| entries.swap_remove(at).oid).map_or(Ok(Vec::new()), |id| self::entries(repo, id))?;
        texts.retain(|entry| !changes.texts.contains(&entry.oid));
        texts.extend(changes.texts.iter().map(|id| blob_entry(id.to_string(), *id)));
        entries.push(directory_entry(TEXT_DIR.into(), stage(repo, batch, texts)?));
    }
    let notes = changes.notes.iter().map(|(key, blob)| (key.to_string(), *blob)).collect();
    edit_directory(repo, batch, entries, 0, notes)
}

/// `entries`, a directory `depth` hex digits down, with `notes` (whole hex key, blob) put in.
fn edit_directory(
    repo: &Repo,
    batch: &mut Batch,
    mut entries: Vec<Entry>,
    depth: usize,
    notes: Vec<(String, ObjectId)>,
) -> Result<ObjectId> {
    let hex_len = repo.gix().object_hash().len_in_hex();
    let place = |entry: &Entry| Place::of(entry, depth, hex_len);
    let mut below: BTreeMap<String, Vec<(String, ObjectId)>> = BTreeMap::new();
    let mut here: BTreeMap<BString, ObjectId> = BTreeMap::new();
    for (key, blob) in notes {
        let directory = &key[depth..depth + 2];
        match entries.iter().any(|entry| entry.filename == directory && place(entry) == Place::Directory) {
            true => below.entry(directory.to_owned()).or_default().push((key, blob)),
            false => drop(here.insert(key[depth..].into(), blob)),
        }
    }
    // One path a key: where a directory takes it, or the new blob replaces it, the old entry goes.
    entries.retain(|entry| {
        let taken = below.values().flatten().any(|(key, _)| key[depth..].as_bytes() == entry.filename.as_bytes());
        place(entry) != Place::Note || !(here.contains_key(&entry.filename) || taken)
    });
    let grew = !here.is_empty();
    entries.extend(here.into_iter().map(|(name, blob)| blob_entry(name, blob)));
    if grew && depth + 2 < hex_len && is_crowded(&entries, &place) {
        let (notes, rest): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| place(entry) == Place::Note);
        entries = rest;
        for note in notes {
            let name = note.filename.to_str_lossy();
            let parent = below.entry(name[..2].to_owned()).or_default();
            let mut key = String::with_capacity(hex_len);
            key.extend(std::iter::repeat_n('0', depth));
            key.push_str(&name);
            parent.push((key, note.oid));
        }
    }
    for (name, notes) in below {
        let at = entries.iter().position(|entry| entry.filename == name.as_str() && place(entry) == Place::Directory);
        let inside = at.map(|at| entries.swap_remove(at).oid).map_or(Ok(Vec::new()), |id| self::entries(repo, id))?;
        let id = edit_directory(repo, batch, inside, depth + 2, notes)?;
        entries.push(directory_entry(name.into(), id));
    }
    stage(repo, batch, entries)
}

/// Whether each of the 16 first digits begins a directory or at least two notes.
fn is_crowded(entries: &[Entry], place: &impl Fn(&Entry) -> Place) -> bool {
    let mut counts = [0u32; 16];
    for entry in entries {
        let digit = entry.filename.first().and_then(|digit| char::from(*digit).to_digit(16));
        match (place(entry), digit) {
            (Place::Note, Some(digit)) => counts[digit as usize] += 1,
            (Place::Directory, Some(digit)) => counts[digit as usize] += 2,
            _ => {}
        }
    }
    counts.iter().all(|count| *count >= 2)
}

fn stage(repo: &Repo, batch: &mut Batch, mut entries: Vec<Entry>) -> Result<ObjectId> {
    entries.sort();
    batch.tree(repo, &Tree { entries })
}

fn blob_entry(name: impl Into<BString>, id: ObjectId) -> Entry {
    Entry { mode: EntryKind::Blob.into(), filename: name.into(), oid: id }
}

fn directory_entry(name: BString, id: ObjectId) -> Entry {
    Entry { mode: EntryKind::Tree.into(), filename: name, oid: id }
}

/// About how many notes the tree has: exact in a small tree, from one directory of a large one.
pub fn estimate(repo: &Repo, root: ObjectId) -> Result<usize> {
    let hex_len = repo.gix().object_hash().len_in_hex();
    let (mut at, mut depth, mut times) = (root, 0, 1);
    loop {
        let entries = entries(repo, at)?;
        let count = |place| entries.iter().filter(|entry| Place::of(entry, depth, hex_len) == place).count();
        let (notes, directories) = (count(Place::Note), count(Place::Directory));
        match entries.iter().find(|entry| Place::of(entry, depth, hex_len) == Place::Directory) {
            Some(first) if directories > notes => {
                (at, depth, times) = (first.oid, depth + 2, times * directories);
            }
            _ => return Ok((notes + directories) * times),
        }
    }
}
