//! A notes tree with notes put in, in the layout that git would give it.

use std::collections::{BTreeMap, HashSet};

use bstr::{BString, ByteSlice as _};

use super::{ANCHOR_PREFIX, Place, TEXT_DIR, entries};
use crate::{
    error::Result,
    git::{
        ObjectId, Repo, TreeEntry as Entry,
        objects::{
            Batch,
            trees::{blob_entry, directory, directory_entry},
        },
    },
};

/// More anchors than this, from an import, are in a directory: every reader of the tree reads its top.
const MANY_ANCHORS: usize = 16;
const ANCHOR_DIR: &str = "anchor.s";

/// Changes to a notes tree.
#[derive(Debug, Default)]
pub struct Changes {
    /// The new blob for each key.
    pub notes: BTreeMap<ObjectId, ObjectId>,
    /// Anchor blobs of new tasks, by id; only in the tree of this commit, which keeps them reachable in the history.
    pub anchors: Vec<(String, ObjectId)>,
    /// Blobs of long texts, which remain in the tree.
    pub texts: Vec<ObjectId>,
}

/// The tree `root` with `changes` made; new trees are staged in `batch`.
///
/// # Errors
///
/// When a directory of the tree cannot be read or staged.
pub fn edit(repo: &Repo, batch: &mut Batch, root: Option<ObjectId>, changes: &Changes) -> Result<ObjectId> {
    let mut entries = root.map_or(Ok(Vec::new()), |root| entries(repo, root))?;
    entries.retain(|entry| !entry.filename.starts_with_str(ANCHOR_PREFIX));
    if changes.anchors.len() <= MANY_ANCHORS {
        entries.extend(changes.anchors.iter().map(|(id, blob)| blob_entry(format!("{ANCHOR_PREFIX}{id}"), *blob)));
    } else {
        let anchors = changes.anchors.iter().map(|(id, blob)| blob_entry(id.as_str(), *blob)).collect();
        entries.push(directory_entry(ANCHOR_DIR, directory(repo, batch, anchors)?));
    }
    if !changes.texts.is_empty() {
        let at = entries.iter().position(|entry| entry.filename == TEXT_DIR && entry.mode.is_tree());
        let mut texts =
            at.map(|at| entries.swap_remove(at).oid).map_or(Ok(Vec::new()), |id| self::entries(repo, id))?;
        // One text may be said several times in one commit.
        let new: HashSet<ObjectId> = changes.texts.iter().copied().collect();
        texts.retain(|entry| !new.contains(&entry.oid));
        texts.extend(new.into_iter().map(|id| blob_entry(id.to_string(), id)));
        make_room(&mut entries, TEXT_DIR.as_bytes());
        entries.push(directory_entry(TEXT_DIR, directory(repo, batch, texts)?));
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
    let hex_len = repo.hex_len();
    let place = |entry: &Entry| Place::of(entry.filename.as_bstr(), entry.mode, depth, hex_len);
    let mut below: BTreeMap<String, Vec<(String, ObjectId)>> = BTreeMap::new();
    let mut here: BTreeMap<BString, ObjectId> = BTreeMap::new();
    for (key, blob) in notes {
        let directory = &key[depth..depth + 2];
        match entries.iter().any(|entry| entry.filename == directory && place(entry) == Place::Directory) {
            true => below.entry(directory.to_owned()).or_default().push((key, blob)),
            false => drop(here.insert(key[depth..].into(), blob)),
        }
    }
    // One path a key: where a directory takes it, or the new blob replaces it, the old entry goes. So does whatever else
    // has the name of a new blob.
    let taken: HashSet<&[u8]> = below.values().flatten().map(|(key, _)| &key.as_bytes()[depth..]).collect();
    entries.retain(|entry| {
        let goes_below = place(entry) == Place::Note && taken.contains(entry.filename.as_slice());
        !(goes_below || here.contains_key(&entry.filename))
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
        if at.is_none() {
            make_room(&mut entries, name.as_bytes());
        }
        entries.push(directory_entry(name, id));
    }
    directory(repo, batch, entries)
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

/// Remove what is not ours and has a name that we need: two entries of one name are not a tree.
fn make_room(entries: &mut Vec<Entry>, name: &[u8]) {
    entries.retain(|entry| entry.filename != name);
}
