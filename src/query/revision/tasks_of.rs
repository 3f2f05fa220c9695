//! The other way round: which tasks a commit belongs to, and which of their checkpoints it is.

use std::collections::HashMap;

use bstr::ByteSlice as _;

use super::on;
use crate::{
    domain::trailer::Rules,
    error::Result,
    git::{ObjectId, commit::Commit},
    store::{
        history,
        ledger::{View, commits},
    },
};

/// A task, and which of its checkpoints a commit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedTask {
    /// Its id; other teams' ids need not be ids of ours.
    pub task: String,
    /// n of `T@n` on the history that is asked about; `None` for a commit elsewhere, and behind the first [`NUMBERED`]
    /// tasks of a commit.
    pub number: Option<usize>,
}

impl std::fmt::Display for NumberedTask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number {
            Some(number) => write!(f, "{}@{number}", self.task),
            None => f.write_str(&self.task),
        }
    }
}

/// Of a commit that names more tasks than any person works on, only the first have numbers: each is a question to the whole history.
pub const NUMBERED: usize = 50;

/// Answers it for the commits of one history. Each commit is read once, each task's commits are looked for once.
pub struct NumberedTasks<'v> {
    view: View<'v>,
    tip: Option<ObjectId>,
    owners: commits::Owners,
    numbers: HashMap<String, HashMap<ObjectId, usize>>,
    known: HashMap<ObjectId, Vec<NumberedTask>>,
}

impl<'v> NumberedTasks<'v> {
    /// For the history of `tip`.
    ///
    /// # Errors
    ///
    /// As [`commits::Owners::read`].
    pub fn new(view: &View<'v>, tip: Option<ObjectId>) -> Result<Self> {
        let owners = commits::Owners::read(view)?;
        Ok(NumberedTasks { view: *view, tip, owners, numbers: HashMap::new(), known: HashMap::new() })
    }

    /// The tasks that `commit` names, or was linked to, in that order.
    ///
    /// # Errors
    ///
    /// As [`NumberedTasks::number`].
    pub fn of(&mut self, commit: ObjectId) -> Result<&[NumberedTask]> {
        if !self.known.contains_key(&commit) {
            let mut owners = Vec::new();
            for (at, task) in self.tasks(commit).into_iter().enumerate() {
                let number = if at < NUMBERED { self.number(&task, commit)? } else { None };
                owners.push(NumberedTask { task, number });
            }
            self.known.insert(commit, owners);
        }
        Ok(self.known.get(&commit).map_or(&[], Vec::as_slice))
    }

    /// Whether `commit` belongs to any task: cheaper than [`NumberedTasks::of`].
    pub fn has_any(&self, commit: ObjectId) -> bool {
        !self.tasks(commit).is_empty()
    }

    fn tasks(&self, commit: ObjectId) -> Vec<String> {
        // A commit that is not here (a partial clone, a damaged repository) names nothing.
        let read = Commit::read(self.view.repo(), commit);
        self.named(commit, read.as_ref().map_or(&[], |read| &read.message))
    }

    /// Whether a shallow clone cuts off the history that is asked about: numbers count from there.
    ///
    /// # Errors
    ///
    /// As [`history::ask`].
    pub fn is_cut(&self) -> Result<bool> {
        let cut = self.tip.map(|tip| history::ask(self.view.repo(), tip, history::Past::cut)).transpose()?;
        Ok(cut.is_some_and(|cut| !cut.is_empty()))
    }

    /// The rules by which trailers name tasks: keys, separators, ignored values.
    pub fn rules(&self) -> &Rules {
        self.owners.rules()
    }

    /// The tasks that `commit`, which says `message`, belongs to: see [`commits::Owners::of`].
    pub fn named(&self, commit: ObjectId, message: &[u8]) -> Vec<String> {
        let tasks = self.owners.of(commit, message);
        tasks.iter().map(|id| id.to_str_lossy().into_owned()).collect()
    }

    /// n of `task@n`, which `commit` is on the history that is asked about.
    ///
    /// # Errors
    ///
    /// Those of [`history::ask`] and of [`View::note`].
    pub fn number(&mut self, task: &str, commit: ObjectId) -> Result<Option<usize>> {
        Ok(self.numbers(task)?.get(&commit).copied())
    }

    fn numbers(&mut self, id: &str) -> Result<&HashMap<ObjectId, usize>> {
        if !self.numbers.contains_key(id) {
            let commits = match (self.view.known(id)?, self.tip) {
                (Some(task), tip) => on(&self.view, tip, &task)?,
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
