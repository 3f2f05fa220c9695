//! What the ledger says of commits: whose they are, whatever their messages say.

use std::collections::HashMap;

use bstr::ByteSlice as _;
use gix::ObjectId;

use super::View;
use crate::{
    core::{event::Payload, id::TaskId, note::Events, time::Timestamp},
    error::Result,
};

/// The commits that events name, and the tasks whose events those are.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    known: HashMap<ObjectId, Vec<(TaskId, Says)>>,
    /// When the first task was added.
    pub began: Option<Timestamp>,
}

/// What an event says of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// It was made for the task, and names it.
    Made,
    /// It belongs to the task without naming it.
    Linked,
}

impl Commits {
    /// Those that the notes of `view` name.
    pub fn read(view: &View<'_>) -> Result<Self> {
        let mut found = Commits::default();
        for row in view.table()?.rows() {
            let note = view.note(&row.id())?;
            if row.exists() {
                let created = Timestamp::from_millis(row.created_at());
                found.began = Some(found.began.map_or(created, |began| began.min(created)));
            }
            // Most notes name no commit; reading their events would be in vain.
            if ![&b" commit "[..], b" link ", b" squash "].iter().any(|kind| note.find(kind).is_some()) {
                continue;
            }
            for event in Events::read(&note).events {
                match &event.payload {
                    Payload::Commit(commit) => found.add(&commit.commit, row.id(), Says::Made),
                    Payload::Squash(squash) => found.add(&squash.commit, row.id(), Says::Made),
                    Payload::Link(link) => found.add(&link.commit, row.id(), Says::Linked),
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    fn add(&mut self, hex: &str, task: TaskId, says: Says) {
        // The line may come from anybody.
        let Ok(commit) = ObjectId::from_hex(hex.as_bytes()) else { return };
        let known = self.known.entry(commit).or_default();
        if !known.contains(&(task.clone(), says)) {
            known.push((task, says));
        }
    }

    /// Every commit that an event names.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.known.keys().copied()
    }

    /// The tasks whose events name `commit`.
    pub fn tasks(&self, commit: ObjectId) -> impl Iterator<Item = &TaskId> {
        self.known.get(&commit).into_iter().flatten().map(|(task, _)| task)
    }

    /// The tasks that `commit` is linked to.
    pub fn linked(&self, commit: ObjectId) -> impl Iterator<Item = &TaskId> {
        self.known.get(&commit).into_iter().flatten().filter(|(_, says)| *says == Says::Linked).map(|(task, _)| task)
    }
}
