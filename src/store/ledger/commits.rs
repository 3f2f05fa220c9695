//! Which tasks commits belong to: those that their messages name, and those that the ledger links them to.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use super::View;
use crate::{
    domain::{
        event::Payload,
        id::TaskId,
        note::Events,
        task::Task,
        time::Timestamp,
        trailer::{Rules, scan},
    },
    error::Result,
    git::ObjectId,
};

/// Which tasks a commit belongs to. Every query asks here.
#[derive(Clone, Debug)]
pub struct Owners {
    rules: Rules,
    links: HashMap<ObjectId, Vec<TaskId>>,
}

impl Owners {
    /// As `view` and the settings of its repository say.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn read(view: &View<'_>) -> Result<Self> {
        let mut links: HashMap<ObjectId, Vec<TaskId>> = HashMap::new();
        for row in view.table()?.rows().filter(|row| row.has_links()) {
            let Some(task) = view.task(&row.id())? else { continue };
            for commit in linked(&task) {
                links.entry(commit).or_default().push(task.id.clone());
            }
        }
        Ok(Owners { rules: view.repo().settings().trailer_rules(), links })
    }

    /// How trailers are read.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The tasks that `commit`, which says `message`, belongs to: those that it names, in its order, then those that it is linked to.
    pub fn of(&self, commit: ObjectId, message: &[u8]) -> Vec<BString> {
        let mut tasks = scan::ids(message, &self.rules);
        for id in self.linked(commit) {
            if !tasks.iter().any(|known| known == id.as_str()) {
                tasks.push(id.as_str().into());
            }
        }
        tasks
    }

    /// The tasks that `commit` is linked to, whatever it names.
    pub fn linked(&self, commit: ObjectId) -> &[TaskId] {
        self.links.get(&commit).map_or(&[], Vec::as_slice)
    }
}

/// The commits that the ledger links to `task`.
pub fn linked(task: &Task) -> impl Iterator<Item = ObjectId> {
    let linked = task.commits.iter().filter(|known| known.linked);
    linked.filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok())
}

/// The commits that events name, and the tasks whose events those are.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    known: HashMap<ObjectId, Vec<TaskId>>,
    /// When the first task was added.
    pub began: Option<Timestamp>,
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
                    Payload::Commit(commit) => found.add(&commit.commit, row.id()),
                    Payload::Squash(squash) => found.add(&squash.commit, row.id()),
                    Payload::Link(link) => found.add(&link.commit, row.id()),
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    fn add(&mut self, hex: &str, task: TaskId) {
        // The line may come from anybody.
        let Ok(commit) = ObjectId::from_hex(hex.as_bytes()) else { return };
        let known = self.known.entry(commit).or_default();
        if !known.contains(&task) {
            known.push(task);
        }
    }

    /// Every commit that an event names.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.known.keys().copied()
    }

    /// The tasks whose events name `commit`.
    pub fn tasks(&self, commit: ObjectId) -> impl Iterator<Item = &TaskId> {
        self.known.get(&commit).into_iter().flatten()
    }
}
