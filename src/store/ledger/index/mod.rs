//! The derived index: every task's row, so that `next` and `list` need not read every note.
//!
//! A file in `<common git dir>/agent/`, keyed by the notes tree it was made from. It is never the truth: missing, damaged or
//! old, it is rebuilt or brought up to date from the notes that differ, and every answer is the same without it.

mod build;
mod file;

use std::collections::HashSet;

use super::{
    tree,
    view::{NoteError, View, read_note, task_of},
};
use crate::{
    domain::{
        note::{self, Events},
        summary::Summary,
        table::Table,
        task::Task,
    },
    error::Result,
    git::{ObjectId, Repo, partial},
};
pub use file::forget;

/// From this many changed notes on, the file is rewritten; fewer are cheaper to read again each time.
const REWRITE_FROM: usize = 24;

/// The condition of the task index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskIndexState {
    /// It does not exist; the next reader creates it.
    Absent,
    /// It is damaged; the next reader rebuilds it.
    Damaged,
    /// It describes an older state of the ledger; readers add the changes.
    Behind,
    /// It describes the current ledger.
    Current,
}

/// The condition of the index, relative to `view`.
pub fn state(view: &View<'_>) -> TaskIndexState {
    match file::read(view.repo()) {
        None if file::exists(view.repo()) => TaskIndexState::Damaged,
        None => TaskIndexState::Absent,
        Some((known, _)) if Some(known) == view.root() => TaskIndexState::Current,
        Some(_) => TaskIndexState::Behind,
    }
}

/// Every task's row. A command that asks several times reads the file once, also if it writes to the ledger in between.
pub(super) fn load(view: &View<'_>) -> Result<Table> {
    let Some(root) = view.root() else { return Ok(Table::default()) };
    let repo = view.repo();
    if let Some((_, known)) = repo.tasks().borrow().as_ref().filter(|(of, _)| *of == root) {
        return Ok(known.clone());
    }
    let (table, is_whole) = read(view, root)?;
    if is_whole {
        repo.tasks().replace(Some((root, table.clone())));
    }
    Ok(table)
}

/// The rows of the tasks in the notes tree `root`, and whether all notes could be read.
fn read(view: &View<'_>, root: ObjectId) -> Result<(Table, bool)> {
    let repo = view.repo();
    // Taken, not shared: a table that only one holds is changed without a copy.
    let known = repo.tasks().take().or_else(|| file::read(repo));
    let Some((known, mut table)) = known.filter(|(known, _)| known.kind() == root.kind()) else {
        partial::bring(repo, root)?;
        return build::build(repo, root);
    };
    if known == root {
        return Ok((table, true));
    }
    // The old tree may be gone (gc), or the two may have little in common.
    let changed = if repo.has(known) { tree::changed_keys(repo, known, root).ok() } else { None };
    let Some(changed) = changed.filter(|changed| changed.len() < 1_000 + table.len() / 4) else {
        partial::bring(repo, root)?;
        return build::build(repo, root);
    };
    let fresh = changed.iter().map(|key| tree::find(repo, root, *key)).collect::<Result<Vec<_>>>()?;
    view.bring(fresh.iter().flatten().copied())?;
    let mut rows = Vec::new();
    let read = read_rows(repo, changed.iter().copied().zip(fresh), |row| rows.push(row));
    if !read.gone.is_empty() {
        table = without(repo, &table, &read.gone)?;
    }
    rows.iter().for_each(|row| table.put_row(row));
    if read.is_whole && changed.len() >= REWRITE_FROM {
        if table.is_worn() {
            table = Table::of(&table.summaries());
        }
        file::save(repo, root, &table);
    }
    Ok((table, read.is_whole))
}

/// The result of reading some notes, in addition to rows.
struct Read {
    /// Keys of the notes that are not a task's, or not there any more.
    gone: HashSet<ObjectId>,
    /// Whether every note could be read. If not, what was read is not a state to remember.
    is_whole: bool,
}

/// Give the rows of `notes`, each with its blobs, to `take`. What cannot be read is omitted; `doctor` reports it.
fn read_rows(
    repo: &Repo,
    notes: impl IntoIterator<Item = (ObjectId, Vec<ObjectId>)>,
    mut take: impl FnMut(Summary),
) -> Read {
    let mut read = Read { gone: HashSet::new(), is_whole: true };
    for (key, blobs) in notes {
        match row(repo, key, &blobs) {
            Ok(Some(row)) => take(row),
            Ok(None) => drop(read.gone.insert(key)),
            Err(error) => {
                read.is_whole &= matches!(error, NoteError::TooLarge(_));
                read.gone.insert(key);
            }
        }
    }
    read
}

/// The row of the note `blobs` of `key`; `None` if there is none, or it is not a task's.
fn row(repo: &Repo, key: ObjectId, blobs: &[ObjectId]) -> Result<Option<Summary>, NoteError> {
    let text = read_note(repo, blobs)?;
    let task = task_of(repo, key, &text);
    Ok(task.map(|id| Summary::of(&Task::from_events(id, &Events::read(&text).events))))
}

/// `table` without the rows of the notes with the keys `gone`.
fn without(repo: &Repo, table: &Table, gone: &HashSet<ObjectId>) -> Result<Table> {
    let mut rows = table.summaries();
    let keys = rows.iter().map(|row| repo.blob_id(note::anchor(&row.id).as_bytes()));
    let mut keys = keys.collect::<Result<Vec<_>>>()?.into_iter();
    rows.retain(|_| keys.next().is_none_or(|key| !gone.contains(&key)));
    Ok(Table::of(&rows))
}
