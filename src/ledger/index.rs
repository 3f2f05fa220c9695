//! The derived index: every task's row, so that `next` and `list` need not read every note.
//!
//! A file in `<common git dir>/agent/`, keyed by the notes tree it was made from. It is never the truth: missing, damaged or
//! old, it is rebuilt or brought up to date from the notes that differ, and every answer is the same without it.

use std::{collections::HashMap, path::PathBuf, thread};

use gix::ObjectId;
use serde::{Deserialize, Serialize};

use super::{tree, view::View, view::read_note};
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
    let Some(mut index) = read(repo) else {
        let rows = build(view, root)?;
        save(repo, root, &rows);
        return Ok(rows);
    };
    let known = ObjectId::from_hex(index.root.as_bytes()).ok().filter(|known| known.kind() == root.kind());
    if known == Some(root) {
        return Ok(index.rows);
    }
    let changed = known.and_then(|known| tree::changed_keys(repo, known, root).ok());
    // The old tree may be gone (gc), or the two may have little in common.
    let Some(changed) = changed.filter(|changed| changed.len() < 1_000 + index.rows.len() / 4) else {
        let rows = build(view, root)?;
        save(repo, root, &rows);
        return Ok(rows);
    };
    let fresh = changed.iter().map(|key| (*key, tree::find(repo, root, *key))).map(|(key, blobs)| Ok((key, blobs?)));
    let fresh = fresh.collect::<Result<Vec<_>>>()?;
    patch(repo, &mut index.rows, &fresh)?;
    if changed.len() >= REWRITE_FROM {
        save(repo, root, &index.rows);
    }
    Ok(index.rows)
}

/// Put the rows of the `changed` notes in place of the old ones.
fn patch(repo: &Repo, rows: &mut Vec<Summary>, changed: &[(ObjectId, Vec<ObjectId>)]) -> Result<()> {
    let mut added = Vec::new();
    for (key, blobs) in changed {
        match row(repo, *key, blobs) {
            Some(row) => match rows.binary_search_by(|known| known.id.cmp(&row.id)) {
                Ok(at) => rows[at] = row,
                Err(_) => added.push(row),
            },
            None => {
                // Gone, or not readable any more: find it the slow way, by what its key would be.
                rows.retain(|row| !repo.blob_id(note::anchor(&row.id).as_bytes()).is_ok_and(|anchor| anchor == *key));
            }
        }
    }
    if !added.is_empty() {
        rows.append(&mut added);
        rows.sort_by(|a, b| a.id.cmp(&b.id));
    }
    Ok(())
}

/// The row of the note `blobs` of `key`; `None` if there is none, or it is not a task's.
fn row(repo: &Repo, key: ObjectId, blobs: &[ObjectId]) -> Option<Summary> {
    let text = read_note(repo, blobs).ok()?;
    let id = note::task_of_anchor(&text)?;
    // A note under a key that is not its task's is somebody's mistake; it must not shadow the real one.
    if repo.blob_id(note::anchor(&id).as_bytes()).ok()? != key {
        return None;
    }
    Some(Summary::of(&Task::from_events(id, &Events::read(&text).events)))
}

/// Read every note. What cannot be read is left out; `doctor` reports it.
fn build(view: &View<'_>, root: ObjectId) -> Result<Vec<Summary>> {
    let repo = view.repo();
    let mut blobs: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    for (key, blob) in tree::list(repo, root)?.0 {
        blobs.entry(key).or_default().push(blob);
    }
    let notes: Vec<(ObjectId, Vec<ObjectId>)> = blobs.into_iter().collect();
    let threads = thread::available_parallelism().map_or(1, usize::from).min(8);
    let mut rows: Vec<Summary> = if threads == 1 || notes.len() < 500 {
        notes.iter().filter_map(|(key, blobs)| row(repo, *key, blobs)).collect()
    } else {
        in_parallel(repo, &notes, threads)?
    };
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(rows)
}

fn in_parallel(repo: &Repo, notes: &[(ObjectId, Vec<ObjectId>)], threads: usize) -> Result<Vec<Summary>> {
    thread::scope(|scope| {
        let chunks = notes.chunks(notes.len().div_ceil(threads));
        let workers: Vec<_> = chunks
            .map(|chunk| {
                let repo = repo.for_another_thread();
                scope.spawn(move || {
                    let repo = repo.into_repo();
                    chunk.iter().filter_map(|(key, blobs)| row(&repo, *key, blobs)).collect::<Vec<_>>()
                })
            })
            .collect();
        let mut rows = Vec::with_capacity(notes.len());
        for worker in workers {
            rows.extend(worker.join().map_err(|_| Error::bug("a thread that reads notes panicked"))?);
        }
        Ok(rows)
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
