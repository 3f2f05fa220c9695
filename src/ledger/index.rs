//! The derived index: every task's row, so that `next` and `list` need not read every note.
//!
//! A file in `<common git dir>/agent/`, keyed by the notes tree it was made from. It is never the truth: missing, damaged or
//! old, it is rebuilt or brought up to date from the notes that differ, and every answer is the same without it.

use std::{collections::HashSet, path::PathBuf, thread};

use gix::ObjectId;
use serde::{Deserialize, Serialize};

use super::{
    tree,
    view::{NOTE_TOO_LARGE, View, read_note, task_of},
};
use crate::{
    core::{
        note::{self, Events},
        summary::Summary,
        task::Task,
    },
    error::{Error, Result},
    git::Repo,
};

/// Changes with every change of [`Row`] or [`Summary`].
const MAGIC: &[u8; 8] = b"gaidx\0\0\x01";

/// How many notes may differ before the file is written anew; fewer are cheaper to read again each time.
const REWRITE_FROM: usize = 48;

#[derive(Debug, Serialize, Deserialize)]
struct Index {
    /// The notes tree, hex.
    root: String,
    /// Sorted by id.
    rows: Vec<Summary>,
}

fn path(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("tasks.index")
}

/// Remove the file; the next reader builds it anew.
pub fn forget(repo: &Repo) -> Result<()> {
    match std::fs::remove_file(path(repo)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::environment("read-only", "cannot remove the task index").because(error))
        }
        _ => Ok(()),
    }
}

/// Every task's row, sorted by id.
pub(super) fn load(view: &View<'_>) -> Result<Vec<Summary>> {
    let Some(root) = view.root() else { return Ok(Vec::new()) };
    let repo = view.repo();
    let Some(mut index) = read(repo) else { return build(repo, root) };
    let known = ObjectId::from_hex(index.root.as_bytes()).ok().filter(|known| known.kind() == root.kind());
    if known == Some(root) {
        return Ok(index.rows);
    }
    // The old tree may be gone (gc), or the two may have little in common.
    let changed = known.filter(|known| repo.has(*known)).and_then(|known| tree::changed_keys(repo, known, root).ok());
    let Some(changed) = changed.filter(|changed| changed.len() < 1_000 + index.rows.len() / 4) else {
        return build(repo, root);
    };
    let fresh = changed.iter().map(|key| Ok((*key, tree::find(repo, root, *key)?))).collect::<Result<Vec<_>>>()?;
    let rows = Rows::of(repo, &fresh);
    let is_whole = rows.is_whole;
    patch(repo, &mut index.rows, rows)?;
    if is_whole && changed.len() >= REWRITE_FROM {
        save(repo, root, &index.rows);
    }
    Ok(index.rows)
}

/// What reading some notes gave.
#[derive(Default)]
struct Rows {
    tasks: Vec<Summary>,
    /// Keys of the notes that are not a task's, or not there any more.
    gone: HashSet<ObjectId>,
    /// Whether every note could be read. If not, what was read is no state to remember.
    is_whole: bool,
}

impl Rows {
    /// The rows of `notes`. What cannot be read is left out; `doctor` reports it.
    fn of(repo: &Repo, notes: &[(ObjectId, Vec<ObjectId>)]) -> Self {
        let mut rows = Rows { is_whole: true, ..Rows::default() };
        for (key, blobs) in notes {
            match row(repo, *key, blobs) {
                Ok(Some(task)) => rows.tasks.push(task),
                Ok(None) => drop(rows.gone.insert(*key)),
                Err(error) => {
                    rows.is_whole &= error.code() == NOTE_TOO_LARGE;
                    rows.gone.insert(*key);
                }
            }
        }
        rows
    }
}

/// The row of the note `blobs` of `key`; `None` if there is none, or it is not a task's.
fn row(repo: &Repo, key: ObjectId, blobs: &[ObjectId]) -> Result<Option<Summary>> {
    let text = read_note(repo, blobs)?;
    let task = task_of(repo, key, &text);
    Ok(task.map(|id| Summary::of(&Task::from_events(id, &Events::read(&text).events))))
}

/// Put the rows of notes that changed in place of the old ones.
fn patch(repo: &Repo, rows: &mut Vec<Summary>, fresh: Rows) -> Result<()> {
    if !fresh.gone.is_empty() {
        let keys = rows.iter().map(|row| repo.blob_id(note::anchor(&row.id).as_bytes()));
        let mut keys = keys.collect::<Result<Vec<_>>>()?.into_iter();
        rows.retain(|_| keys.next().is_none_or(|key| !fresh.gone.contains(&key)));
    }
    let known = rows.len();
    for row in fresh.tasks {
        match rows[..known].binary_search_by(|known| known.id.cmp(&row.id)) {
            Ok(at) => rows[at] = row,
            Err(_) => rows.push(row),
        }
    }
    if rows.len() > known {
        rows.sort_by(|a, b| a.id.cmp(&b.id));
    }
    Ok(())
}

/// Read every note, and remember what they say.
fn build(repo: &Repo, root: ObjectId) -> Result<Vec<Summary>> {
    let mut notes: Vec<(ObjectId, Vec<ObjectId>)> = Vec::new();
    for (key, blob) in tree::list(repo, root)?.0 {
        match notes.last_mut() {
            Some((last, blobs)) if *last == key => blobs.push(blob),
            _ => notes.push((key, vec![blob])),
        }
    }
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    let parts = match threads == 1 || notes.len() < 500 {
        true => vec![Rows::of(repo, &notes)],
        false => in_parallel(repo, &notes, threads)?,
    };
    let is_whole = parts.iter().all(|part| part.is_whole);
    let mut rows: Vec<Summary> = parts.into_iter().flat_map(|part| part.tasks).collect();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    if is_whole {
        save(repo, root, &rows);
    }
    Ok(rows)
}

fn in_parallel(repo: &Repo, notes: &[(ObjectId, Vec<ObjectId>)], threads: usize) -> Result<Vec<Rows>> {
    thread::scope(|scope| {
        let chunks = notes.chunks(notes.len().div_ceil(threads));
        let workers: Vec<_> = chunks
            .map(|chunk| {
                let repo = repo.for_another_thread();
                scope.spawn(move || Rows::of(&repo.into_repo(), chunk))
            })
            .collect();
        let panicked = |_| Error::bug("a thread that reads notes panicked");
        workers.into_iter().map(|worker| worker.join().map_err(panicked)).collect()
    })
}

fn read(repo: &Repo) -> Option<Index> {
    let bytes = std::fs::read(path(repo)).ok()?;
    let (magic, rest) = bytes.split_at_checked(MAGIC.len())?;
    let (checksum, body) = rest.split_at_checked(4)?;
    if magic != MAGIC || checksum != crc32fast::hash(body).to_be_bytes() {
        return None;
    }
    postcard::from_bytes(body).ok()
}

/// Write the file in place of the old one. A failure (read-only, disk full) costs the next reader time, nothing else.
fn save(repo: &Repo, root: ObjectId, rows: &[Summary]) {
    let write = || -> Option<()> {
        let index = Index { root: root.to_string(), rows: rows.to_vec() };
        let body = postcard::to_stdvec(&index).ok()?;
        let dir = repo.agent_dir();
        std::fs::create_dir_all(&dir).ok()?;
        let mut file = tempfile::NamedTempFile::new_in(&dir).ok()?;
        use std::io::Write as _;
        file.write_all(MAGIC).ok()?;
        file.write_all(&crc32fast::hash(&body).to_be_bytes()).ok()?;
        file.write_all(&body).ok()?;
        file.persist(path(repo)).ok().map(drop)
    };
    // Deliberately without complaint: the index is a convenience.
    write().unwrap_or_default();
}
