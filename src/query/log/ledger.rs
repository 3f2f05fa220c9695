//! What the ledger says of the tasks of a log; each is read once.

use std::collections::HashMap;

use crate::{
    domain::{
        event::{Event, Payload},
        id::TaskId,
        table::{Row, Table},
    },
    error::Result,
    git::commit::Commit,
    store::ledger::View,
};

/// The tasks, with the events of those that were read.
pub(super) struct Tasks<'r> {
    pub view: View<'r>,
    table: Table,
    read: HashMap<TaskId, Vec<Event>>,
    /// When the hook saw a commit, in milliseconds; git itself keeps seconds.
    committed: HashMap<String, i64>,
}

impl<'r> Tasks<'r> {
    /// Those of `view`.
    ///
    /// # Errors
    ///
    /// As [`View::table`].
    pub fn new(view: View<'r>) -> Result<Self> {
        let table = view.table()?;
        Ok(Tasks { view, table, read: HashMap::new(), committed: HashMap::new() })
    }

    /// Every task's row, in the order of their ids.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.table.by_id()
    }

    /// The id of the task at `at` in the table.
    pub fn id(&self, at: usize) -> TaskId {
        self.table.row(at).id()
    }

    /// The title of task `id`, if the ledger has it.
    pub fn title(&self, id: &str) -> Option<&str> {
        let row = self.table.position(id).map(|at| self.table.row(at))?;
        row.exists().then_some(row.title())
    }

    /// The events of `id` in the order of the fold.
    ///
    /// # Errors
    ///
    /// As [`View::note`].
    pub fn events(&mut self, id: &TaskId) -> Result<&[Event]> {
        if !self.read.contains_key(id) {
            let events = self.view.events(id)?.events;
            for event in &events {
                if let Payload::Commit(commit) = &event.payload {
                    self.committed.entry(commit.commit.clone()).or_insert(event.at.millis());
                }
            }
            self.read.insert(id.clone(), events);
        }
        Ok(self.read.get(id).map_or(&[], Vec::as_slice))
    }

    /// The events of the task `id` if it is one of the ledger's.
    fn events_of(&mut self, id: &str) -> Result<&[Event]> {
        match TaskId::parse(id) {
            Ok(id) if self.title(id.as_str()).is_some() => self.events(&id),
            _ => Ok(&[]),
        }
    }

    /// Whether the newest verification of `task` on exactly this tree passed, as [`crate::domain::task::Task::verification_of`] says. Of
    /// several `tasks` each is asked; all that were verified must have passed.
    ///
    /// # Errors
    ///
    /// As [`View::note`].
    pub fn verdict(&mut self, tasks: &[String], tree: &str) -> Result<Option<bool>> {
        let mut all: Option<bool> = None;
        for id in tasks {
            let mut verifies = self.events_of(id)?.iter().filter_map(|event| match &event.payload {
                Payload::Verify(verify) if verify.tree == tree => Some(verify.exit == 0),
                _ => None,
            });
            // The newest in the order of the fold.
            all = verifies.next_back().map(|passed| passed && all.unwrap_or(true)).or(all);
        }
        Ok(all)
    }

    /// When the commit `id` was made, in milliseconds: as the ledger saw it, by the clock of the events around it, whatever its committer date
    /// `at`, in seconds, is set to; else that. The notes of its tasks have been read.
    pub fn time(&self, id: &str, at: i64) -> i64 {
        self.committed.get(id).copied().unwrap_or_else(|| at.saturating_mul(1000))
    }

    /// The same for `commit`, which belongs to `tasks`, whose notes are read.
    ///
    /// # Errors
    ///
    /// As [`View::note`].
    pub fn time_of(&mut self, commit: &Commit, tasks: &[String]) -> Result<i64> {
        tasks.iter().try_for_each(|id| self.events_of(id).map(drop))?;
        Ok(self.time(&commit.id.to_string(), commit.at))
    }

    /// Whether the ledger lacks all of `tasks`.
    pub fn lacks(&self, tasks: &[String]) -> bool {
        !tasks.is_empty() && tasks.iter().all(|id| self.title(id).is_none())
    }
}
