//! The tree of a notes ref: from keys to blobs, in git's own layout.
//!
//! Git spreads the notes of a large tree over directories named by the first two hex digits, level by level: a directory
//! is split when each of the 16 first digits begins at least two keys in it (`determine_fanout` in git's `notes.c`). A tree
//! written here and one written by `git notes` from the same notes are the same tree. Reading accepts any mixture, even the
//! same key twice; that comes from hostile or broken writers, and the blobs are then taken together.

mod differ;
mod edit;

use bstr::{BStr, BString, ByteSlice as _};

pub use differ::changed_keys;
pub use edit::{Changes, edit};

use crate::{
    error::{Advice, Error, Result, codes},
    git::{EntryMode, ObjectId, ObjectKind, Repo, TreeEntry as Entry, TreeRef, objects::trees},
};

/// Directory of texts that are too long for a line.
pub const TEXT_DIR: &str = "text";
/// What the names of anchor entries start with.
pub const ANCHOR_PREFIX: &str = "anchor.";

/// The most entries that are examined in one tree with all below it. A few objects can make a tree with more entries than
/// there are atoms; reading a hostile one has to end.
const MAX_ENTRIES: usize = 2_000_000;

/// A note: its key, its blob.
pub type Note = (ObjectId, ObjectId);

/// The entries of tree `id`.
///
/// # Errors
///
/// When the tree is missing or damaged.
pub fn entries(repo: &Repo, id: ObjectId) -> Result<Vec<Entry>> {
    let bytes = read_tree(repo, id)?;
    Ok(decode(repo, id, &bytes)?.entries.iter().map(|entry| Entry::from(*entry)).collect())
}

fn read_tree(repo: &Repo, id: ObjectId) -> Result<Vec<u8>> {
    repo.read_own(id, ObjectKind::Tree).map_err(doctor)
}

fn doctor(error: Error) -> Error {
    error.hint(Advice::CheckLedger)
}

fn decode<'b>(repo: &Repo, id: ObjectId, bytes: &'b [u8]) -> Result<TreeRef<'b>> {
    trees::decode(repo, id, bytes).map_err(doctor)
}

/// The blobs of long texts that the tree `root` holds.
///
/// # Errors
///
/// When a tree is missing or damaged.
pub fn texts(repo: &Repo, root: ObjectId) -> Result<Vec<ObjectId>> {
    let directory = entries(repo, root)?.into_iter().find(|entry| entry.filename == TEXT_DIR && entry.mode.is_tree());
    let texts = directory.map_or(Ok(Vec::new()), |directory| entries(repo, directory.oid))?;
    Ok(texts.into_iter().filter(|entry| entry.mode.is_blob()).map(|entry| entry.oid).collect())
}

/// The blobs of `key`: none, one, or (in a tree that git would not write) several.
///
/// # Errors
///
/// When a directory is missing or damaged.
pub fn find(repo: &Repo, root: ObjectId, key: ObjectId) -> Result<Vec<ObjectId>> {
    let hex = key.to_string();
    let (mut rest, mut level, mut blobs) = (hex.as_str(), vec![root], Vec::new());
    while !level.is_empty() {
        let mut below = Vec::new();
        for id in level {
            let bytes = read_tree(repo, id)?;
            for entry in trees::scan(repo, id, &bytes) {
                let entry = entry.map_err(doctor)?;
                match () {
                    () if entry.filename == rest && entry.mode.is_blob() => blobs.push(entry.oid.to_owned()),
                    () if rest.len() > 2 && entry.filename == &rest[..2] && entry.mode.is_tree() => {
                        below.push(entry.oid.to_owned());
                    }
                    () => {}
                }
            }
        }
        // Each directory once, or a hostile tree could name two of them twice, in each of which …
        below.sort_unstable();
        below.dedup();
        level = below;
        rest = rest.get(2..).unwrap_or_default();
    }
    blobs.sort_unstable();
    blobs.dedup();
    Ok(blobs)
}

/// An entry of a notes tree that git-agent did not create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// Its path from the root of the tree.
    pub path: BString,
    /// The object of the entry.
    pub id: ObjectId,
}

/// All notes of the tree, sorted by key, and the foreign entries.
///
/// # Errors
///
/// `ledger-too-large`; when a directory is missing or damaged.
pub fn list(repo: &Repo, root: ObjectId) -> Result<(Vec<Note>, Vec<Foreign>)> {
    let mut walk = Walk::new(repo, Part::WHOLE);
    walk.directory(root)?;
    walk.notes.sort_unstable();
    Ok((walk.notes, walk.foreign))
}

/// Every note in one `part` of the tree, sorted by key.
///
/// # Errors
///
/// As [`list`].
pub fn list_part(repo: &Repo, root: ObjectId, part: Part) -> Result<Vec<Note>> {
    let mut walk = Walk::new(repo, part);
    walk.directory(root)?;
    walk.notes.sort_unstable();
    Ok(walk.notes)
}

/// A part of the notes of a tree: those whose keys start with certain bytes. All blobs of a key are in the same part.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    number: usize,
    of: usize,
}

impl Part {
    /// All notes.
    pub const WHOLE: Part = Part { number: 0, of: 1 };

    /// `of` parts that together are the whole tree.
    pub fn split(of: usize) -> impl Iterator<Item = Part> {
        (0..of).map(move |number| Part { number, of })
    }

    /// Whether it has keys that begin with the two hex digits that `name` begins with.
    fn has(self, name: &BStr) -> bool {
        let digit = |at: usize| name.get(at).and_then(|b| char::from(*b).to_digit(16)).unwrap_or(0) as usize;
        (digit(0) * 16 + digit(1)) * self.of / 256 == self.number
    }
}

impl<'r> Walk<'r> {
    fn new(repo: &'r Repo, part: Part) -> Self {
        Walk {
            repo,
            hex_len: repo.hex_len(),
            part,
            prefix: String::new(),
            path: BString::default(),
            notes: Vec::new(),
            foreign: Vec::new(),
            seen: 0,
        }
    }
}

struct Walk<'r> {
    repo: &'r Repo,
    hex_len: usize,
    part: Part,
    /// The hex digits of the directory.
    prefix: String,
    /// Its path, `/` at the end.
    path: BString,
    notes: Vec<Note>,
    foreign: Vec<Foreign>,
    seen: usize,
}

impl Walk<'_> {
    fn directory(&mut self, id: ObjectId) -> Result<()> {
        let bytes = read_tree(self.repo, id)?;
        let tree = decode(self.repo, id, &bytes)?;
        self.seen += tree.entries.len();
        if self.seen > MAX_ENTRIES {
            return Err(too_many());
        }
        let depth = self.prefix.len();
        for entry in &tree.entries {
            let oid = entry.oid.to_owned();
            match Place::of(entry.filename, entry.mode, depth, self.hex_len) {
                Place::Note | Place::Directory if depth == 0 && !self.part.has(entry.filename) => {}
                Place::Note => {
                    self.prefix.push_str(&entry.filename.to_str_lossy());
                    let key = ObjectId::from_hex(self.prefix.as_bytes());
                    self.notes.extend(key.ok().map(|key| (key, oid)));
                    self.prefix.truncate(depth);
                }
                Place::Directory => {
                    let path = self.path.len();
                    self.prefix.push_str(&entry.filename.to_str_lossy());
                    self.path.extend_from_slice(entry.filename);
                    self.path.push(b'/');
                    self.directory(oid)?;
                    self.path.truncate(path);
                    self.prefix.truncate(depth);
                }
                Place::Ours if depth == 0 => {}
                Place::Ours | Place::Foreign => {
                    let path = [self.path.as_slice(), entry.filename].concat().into();
                    self.foreign.push(Foreign { path, id: oid });
                }
            }
        }
        Ok(())
    }
}

fn too_many() -> Error {
    Error::new(codes::LEDGER_TOO_LARGE, format!("the ledger tree has more than {MAX_ENTRIES} entries"))
        .hint("git-agent never creates such a tree; 'git log refs/notes/agent-tasks' shows where it came from")
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
    fn of(name: &BStr, mode: EntryMode, depth: usize, hex_len: usize) -> Place {
        // As git: lower case only; a key in capitals is not a note.
        let is_hex = name.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match () {
            () if is_hex && mode.is_blob() && name.len() + depth == hex_len => Place::Note,
            () if is_hex && mode.is_tree() && name.len() == 2 && depth + 2 < hex_len => Place::Directory,
            () if name == TEXT_DIR && mode.is_tree() || name.starts_with_str(ANCHOR_PREFIX) => Place::Ours,
            () => Place::Foreign,
        }
    }
}

/// An estimate of the number of notes: exact in a small tree, extrapolated from one directory of a large one.
///
/// # Errors
///
/// When a directory is missing or damaged.
pub fn estimate(repo: &Repo, root: ObjectId) -> Result<usize> {
    let hex_len = repo.hex_len();
    let (mut at, mut depth, mut times) = (root, 0, 1);
    loop {
        let entries = entries(repo, at)?;
        let count = |place| {
            entries
                .iter()
                .filter(|entry| Place::of(entry.filename.as_bstr(), entry.mode, depth, hex_len) == place)
                .count()
        };
        let (notes, directories) = (count(Place::Note), count(Place::Directory));
        match entries
            .iter()
            .find(|entry| Place::of(entry.filename.as_bstr(), entry.mode, depth, hex_len) == Place::Directory)
        {
            Some(first) if directories > notes => {
                (at, depth, times) = (first.oid, depth + 2, usize::saturating_mul(times, directories));
            }
            _ => return Ok((notes + directories).saturating_mul(times)),
        }
    }
}
