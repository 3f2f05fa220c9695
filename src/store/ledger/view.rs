//! The ledger as of one commit.

use bstr::ByteSlice as _;

use super::{MAX_NOTE, REF, index, tree};
use crate::{
    domain::{
        event::{Event, Payload},
        id::TaskId,
        id_prefix::{Resolved, resolve},
        note::{self, Events},
        table::{Row, Table},
        task::{Task, named},
        text::{self, Text},
    },
    error::{Advice, Error, Result, TaskAdvice, codes, reasons},
    git::{ObjectId, ObjectKind, Repo, commit::Commit, partial},
    store::history,
};

/// The result of looking up a word in the ledger.
pub enum Lookup {
    /// The task with this id or unique prefix.
    Task(Box<Task>),
    /// No task matches; the error for callers that need one (`task-not-found`).
    Unknown(Error),
}

impl Lookup {
    /// The task, or the error.
    ///
    /// # Errors
    ///
    /// `task-not-found`.
    pub fn task(self) -> Result<Task> {
        match self {
            Lookup::Task(task) => Ok(*task),
            Lookup::Unknown(why) => Err(why),
        }
    }
}

/// The ledger at one commit: a consistent state to read and decide by.
#[derive(Clone, Copy)]
pub struct View<'r> {
    repo: &'r Repo,
    tip: Option<ObjectId>,
    root: Option<ObjectId>,
}

impl<'r> View<'r> {
    /// The current state of the ledger.
    ///
    /// # Errors
    ///
    /// `symbolic-ref` for a symbolic ref, and those of [`View::at`]; `environment` when the ref cannot be read.
    pub fn now(repo: &'r Repo) -> Result<Self> {
        let tip = repo.find_ref(REF).map_err(|error| error.hint(Advice::CheckLedger))?;
        Self::at(repo, tip)
    }

    /// The ledger as of commit `tip`; `None`: empty.
    ///
    /// # Errors
    ///
    /// `ledger-unreadable` when the commit is missing; `not-fetched` when the remote of a partial clone does not send what is missing;
    /// `environment` when the commit is damaged.
    pub fn at(repo: &'r Repo, tip: Option<ObjectId>) -> Result<Self> {
        let root = match tip {
            Some(tip) => {
                let bytes = repo.read_own(tip, ObjectKind::Commit).map_err(|error| {
                    Error::new(codes::LEDGER_UNREADABLE, format!("cannot read {REF}"))
                        .because(anyhow::Error::new(error))
                        .hint(Advice::CheckLedger)
                })?;
                let root = Commit::parse(repo, tip, &bytes)?.tree;
                if !repo.has(root) {
                    partial::bring(repo, root)?;
                }
                Some(root)
            }
            None => None,
        };
        Ok(View { repo, tip, root })
    }

    /// The commit; `None` if there is no ledger.
    pub fn tip(&self) -> Option<ObjectId> {
        self.tip
    }

    /// The notes tree; `None` if there is no ledger.
    pub fn root(&self) -> Option<ObjectId> {
        self.root
    }

    /// The repository that the ledger is in.
    pub fn repo(&self) -> &'r Repo {
        self.repo
    }

    /// The key of a task's note.
    ///
    /// # Errors
    ///
    /// When the hash fails.
    pub fn key(&self, id: &TaskId) -> Result<ObjectId> {
        self.repo.blob_id(note::anchor(id).as_bytes())
    }

    /// The content of a task's note; empty if it has none.
    ///
    /// # Errors
    ///
    /// `note-too-large`; `not-fetched` as [`View::at`]; `environment` when the notes tree or the note is missing or damaged.
    pub fn note(&self, id: &TaskId) -> Result<Vec<u8>> {
        let Some(root) = self.root else { return Ok(Vec::new()) };
        let blobs = tree::find(self.repo, root, self.key(id)?)?;
        self.bring(blobs.iter().copied())?;
        Ok(read_note(self.repo, &blobs)?)
    }

    /// Fetch what a partial clone has not got of the ledger, if it lacks any of `blobs`.
    pub(super) fn bring(&self, mut blobs: impl Iterator<Item = ObjectId>) -> Result<()> {
        match self.root {
            Some(root) if partial::is_partial(self.repo) && blobs.any(|blob| !self.repo.has(blob)) => {
                partial::bring(self.repo, root)
            }
            _ => Ok(()),
        }
    }

    /// The events in a task's note, valid ones and others.
    ///
    /// # Errors
    ///
    /// As [`View::note`].
    pub fn events(&self, id: &TaskId) -> Result<Events> {
        Ok(Events::read(&self.note(id)?))
    }

    /// A task by its exact id, if it exists.
    ///
    /// # Errors
    ///
    /// As [`View::note`].
    pub fn task(&self, id: &TaskId) -> Result<Option<Task>> {
        let task = Task::from_events(id.clone(), &self.events(id)?.events);
        Ok(task.exists().then_some(task))
    }

    /// The task with the id `word`; `None` also where that cannot be an id.
    ///
    /// # Errors
    ///
    /// As [`View::note`].
    pub fn known(&self, word: &str) -> Result<Option<Task>> {
        TaskId::parse(word).ok().map(|id| self.task(&id)).transpose().map(Option::flatten)
    }

    /// The rows of all tasks.
    ///
    /// # Errors
    ///
    /// `ledger-too-large`; `not-fetched` as [`View::at`]; `environment` when the notes tree is missing or damaged. Notes that cannot be
    /// read are omitted.
    pub fn table(&self) -> Result<Table> {
        index::load(self)
    }

    /// The task with the id `word`, or with this unique prefix.
    ///
    /// # Errors
    ///
    /// `task-not-found` with the nearest ids, and those of [`View::lookup`].
    pub fn find(&self, word: &str) -> Result<Task> {
        self.lookup(word)?.task()
    }

    /// [`View::find`], where a word that names no task may be something else.
    ///
    /// # Errors
    ///
    /// `task-withdrawn`, `task-ambiguous` with the candidates; those of [`View::note`] and of [`View::table`].
    pub fn lookup(&self, word: &str) -> Result<Lookup> {
        if let Ok(id) = TaskId::parse(word) {
            let events = self.events(&id)?.events;
            let task = Task::from_events(id, &events);
            if task.exists() {
                return Ok(Lookup::Task(Box::new(task)));
            }
            if let Some(hidden) = hidden(&task.id, &events) {
                return Err(hidden);
            }
        }
        if word.is_empty() {
            // The value of a variable that is not set, not a prefix of every id.
            return Err(Error::new(codes::TASK_NOT_FOUND, "the id of the task is empty").hint(Advice::ListAllTasks));
        }
        let table = self.table()?;
        match resolve(word, table.rows().filter(|row| row.exists()).map(Row::id_str)) {
            Resolved::One(id) => {
                let task = self.known(id)?.ok_or_else(|| Error::bug(format!("task {id} is only in the task index")))?;
                Ok(Lookup::Task(Box::new(task)))
            }
            Resolved::Ambiguous { count, candidates } => {
                let list = candidates.join(", ");
                let more = if count > candidates.len() {
                    format!(" and {} more", count - candidates.len())
                } else {
                    String::new()
                };
                Err(Error::new(
                    codes::TASK_AMBIGUOUS,
                    format!("'{}' matches {count} tasks: {list}{more}", word.escape_debug()),
                )
                .hint("use a longer prefix of the id"))
            }
            // Where the history cannot be read, that is not what was asked.
            Resolved::Unknown { .. } if history::is_named(self.repo, word).unwrap_or_default() => {
                Ok(Lookup::Unknown(not_here(word)))
            }
            Resolved::Unknown { nearest } => Ok(Lookup::Unknown(not_found(word, &nearest, table.is_empty()))),
        }
    }

    /// The whole of a text, also if it is stored in a blob; only its beginning if the blob is missing.
    pub fn text(&self, text: &Text) -> String {
        let stored = text.blob().and_then(|hex| ObjectId::from_hex(hex.as_bytes()).ok());
        // The line may come from anyone: it must not make us read what is not a text.
        let whole = stored.and_then(|id| read_blob(self.repo, id).ok());
        match whole {
            Some(blob) => blob.to_str_lossy().into_owned(),
            None => text.cut(),
        }
    }
}

reasons! {
    /// Why a note is not read.
    pub(super) enum NoteError {
        /// It is larger than any task's story (`note-too-large`).
        TooLarge,
    }
}

/// The note that `blobs` make up: one blob, or the union of several.
pub(super) fn read_note(repo: &Repo, blobs: &[ObjectId]) -> Result<Vec<u8>, NoteError> {
    match blobs {
        [] => Ok(Vec::new()),
        [blob] => read_blob(repo, *blob),
        several => {
            let texts = several.iter().map(|blob| read_blob(repo, *blob)).collect::<Result<Vec<_>, _>>()?;
            Ok(note::union(texts.iter().map(Vec::as_slice)))
        }
    }
}

fn read_blob(repo: &Repo, blob: ObjectId) -> Result<Vec<u8>, NoteError> {
    let (kind, size) = repo.own_header(blob)?;
    if kind == ObjectKind::Blob && size > MAX_NOTE {
        let message = format!("note {blob} has {size} bytes, too many for a task");
        let error = Error::new(codes::NOTE_TOO_LARGE, message).hint(Advice::FindNote);
        return Err(NoteError::TooLarge(error));
    }
    Ok(repo.read_own(blob, ObjectKind::Blob)?)
}

/// The task whose note has the key `key` and the bytes `text`: the one of its header lines that belongs to the key, or, where
/// that was removed, what the anchor says.
pub(super) fn task_of(repo: &Repo, key: ObjectId, text: &[u8]) -> Option<TaskId> {
    let is_key_of = |id: &TaskId| repo.blob_id(note::anchor(id).as_bytes()).is_ok_and(|anchor| anchor == key);
    note::headers(text).find(is_key_of).or_else(|| {
        // Only a note with events in it is worth the look; others are notes on commits.
        let is_ours = !Events::read(text).events.is_empty() && repo.has(key);
        let anchor = is_ours.then(|| repo.read_own(key, ObjectKind::Blob).ok()).flatten()?;
        note::task_of_anchor(&anchor).filter(is_key_of)
    })
}

/// That the task `id` is hidden because its addition was undone, if `events` say so.
fn hidden(id: &TaskId, events: &[Event]) -> Option<Error> {
    let title = events.iter().find_map(|event| match &event.payload {
        Payload::Create(create) => Some(text::title(&create.title)),
        _ => None,
    })?;
    let (undo, command) = events.iter().rev().find_map(|event| match &event.payload {
        Payload::Withdraw(withdraw) if !withdraw.redo => Some((event, withdraw.command)),
        _ => None,
    })?;
    let when = undo.at.to_minute();
    let message = format!("{} was withdrawn by {} at {when}: its addition was undone", named(id, &title), undo.actor);
    let error = Error::new(codes::TASK_WITHDRAWN, message);
    Some(error.hints(command.map(|command| Advice::UndoWithdrawal(command.to_string()))))
}

/// That only commits know the task `word`.
fn not_here(word: &str) -> Error {
    let shown = word.escape_debug();
    let message = format!(
        "task '{shown}' is named only by commits: it is not in the ledger, and no event can be recorded for it"
    );
    let error = Error::new(codes::TASK_NOT_FOUND, message).hint(TaskAdvice::ListCommits.about(&shown));
    let is_id = TaskId::parse(word).is_ok();
    error.hints(is_id.then(|| TaskAdvice::AddWithId.about(&shown)))
}

fn not_found(word: &str, nearest: &[&str], is_empty: bool) -> Error {
    let error = Error::new(codes::TASK_NOT_FOUND, format!("task '{}' does not exist", word.escape_debug()));
    match nearest {
        [] if is_empty => error.hint(Advice::FirstTask).hint(Advice::FetchTasks),
        [] => error.hint(Advice::ListAllTasks),
        near => error.hint(format!("did you mean {}?", near.join(" or "))),
    }
}
