//! The other way round: which tasks a commit belongs to, and which of their checkpoints it is.

use std::collections::HashMap;

use bstr::ByteSlice as _;
use gix::objs::Kind;

use super::on;
use crate::{
    core::{
        event::Payload,
        id::TaskId,
        note::Events,
        trailer::{Rules, scan},
    },
    error::Result,
    git::ObjectId,
    history,
    ledger::View,
};

/// A task, and which of its checkpoints a commit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its id; other teams' ids need not be ids of ours.
    pub task: String,
    /// n of `T@n` on the history that is asked about; `None` for a commit elsewhere.
    pub number: Option<usize>,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number {
            Some(number) => write!(f, "{}@{number}", self.task),
            None => f.write_str(&self.task),
        }
    }
}

/// Answers it for the commits of one history. Each commit is read once, each task's commits are looked for once.
pub struct Owners<'v> {
    view: &'v View<'v>,
    tip: Option<ObjectId>,
    rules: Rules,
    links: HashMap<ObjectId, Vec<TaskId>>,
    numbers: HashMap<String, HashMap<ObjectId, usize>>,
    known: HashMap<ObjectId, Vec<Owner>>,
}

impl<'v> Owners<'v> {
    /// For the history of `tip`.
    pub fn new(view: &'v View<'v>, tip: Option<ObjectId>) -> Result<Self> {
        let rules = view.repo().settings().trailer_rules();
        Ok(Owners { view, tip, rules, links: links(view)?, numbers: HashMap::new(), known: HashMap::new() })
    }

    /// The tasks that `commit` names, or was linked to, in that order.
    pub fn of(&mut self, commit: ObjectId) -> Result<&[Owner]> {
        if !self.known.contains_key(&commit) {
            let mut owners = Vec::new();
            for task in self.tasks(commit) {
                let number = self.numbers(&task)?.get(&commit).copied();
                owners.push(Owner { task, number });
            }
            self.known.insert(commit, owners);
        }
        Ok(self.known.get(&commit).map_or(&[], Vec::as_slice))
    }

    /// Whether `commit` belongs to any task: cheaper than [`Owners::of`].
    pub fn has_any(&self, commit: ObjectId) -> bool {
        !self.tasks(commit).is_empty()
    }

    fn tasks(&self, commit: ObjectId) -> Vec<String> {
        // A commit that is not here (a partial clone, a damaged repository) names nothing.
        let raw = self.view.repo().read_as(commit, Kind::Commit).unwrap_or_default();
        let message = raw.find("\n\n").map_or(&b""[..], |end| &raw[end + 2..]);
        let mut tasks: Vec<String> =
            scan::ids(message, &self.rules).iter().map(|id| id.to_str_lossy().into_owned()).collect();
        for linked in self.links.get(&commit).into_iter().flatten() {
            if !tasks.iter().any(|known| known == linked.as_str()) {
                tasks.push(linked.to_string());
            }
        }
        tasks
    }

    fn numbers(&mut self, id: &str) -> Result<&HashMap<ObjectId, usize>> {
        if !self.numbers.contains_key(id) {
            let task = TaskId::parse(id).ok().map(|id| self.view.task(&id)).transpose()?.flatten();
            let commits = match (task, self.tip) {
                (Some(task), tip) => on(self.view.repo(), tip, &task)?,
                // Only the trailers know it.
                (None, Some(tip)) => history::ask(self.view.repo(), tip, |past| past.naming(id.as_bytes()))?,
                (None, None) => Vec::new(),
            };
            let numbered = commits.into_iter().enumerate().map(|(at, commit)| (commit, at + 1)).collect();
            self.numbers.insert(id.to_owned(), numbered);
        }
        Ok(self.numbers.entry(id.to_owned()).or_default())
    }
}

/// The commits that the ledger links to tasks, and to which.
fn links(view: &View<'_>) -> Result<HashMap<ObjectId, Vec<TaskId>>> {
    let mut links: HashMap<ObjectId, Vec<TaskId>> = HashMap::new();
    for row in view.table()?.rows() {
        let id = row.id();
        let note = view.note(&id)?;
        // Most notes hold no link; reading their events would be in vain.
        if note.find(" link ").is_none() {
            continue;
        }
        for event in Events::read(&note).events {
            let Payload::Link(link) = event.payload else { continue };
            if let Ok(commit) = ObjectId::from_hex(link.commit.as_bytes()) {
                let tasks = links.entry(commit).or_default();
                if !tasks.contains(&id) {
                    tasks.push(id.clone());
                }
            }
        }
    }
    Ok(links)
}
