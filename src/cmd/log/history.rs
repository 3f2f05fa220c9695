//! The one stream of what happened: git's commits in git's order, task events between them at their time.

use std::collections::{HashMap, HashSet};

use super::{
    events::{Events, Moment},
    walk::OfTask,
};
use crate::{
    cmd::log::ledger_cache::Book,
    domain::trailer::reverts::Reverted,
    error::{Error, Result},
    git::{
        ObjectId,
        log::{Log, Record},
    },
    query::revision::Owners,
};

/// One thing that happened.
pub(super) enum Entry {
    /// A commit.
    Commit(Box<Checkpoint>),
    /// A task event.
    Event(Box<Moment>),
}

/// A commit and what it is to the tasks.
pub(super) struct Checkpoint {
    /// As git has it.
    pub record: Record,
    /// Ids of the tasks that it names, or that it was linked to.
    pub tasks: Vec<String>,
    /// n of `T@n`, when the log is about one task.
    pub number: Option<usize>,
    /// The same for each of `tasks`; nothing when the log is not about one task.
    pub numbers: Vec<Option<usize>>,
    /// What the newest verification of its tree said.
    pub verified: Option<bool>,
    /// A later commit of this log says that it reverts this one.
    pub reverted: bool,
    /// The oldest commit of the task that made the same patch.
    pub twin: Option<String>,
    /// When it was made, in milliseconds.
    pub at: i64,
}

/// Where the commits come from.
pub(super) enum Commits<'r> {
    /// There are none.
    None,
    /// A running git.
    Running(Log<'r>),
    /// They were read before, newest first.
    Read(std::vec::IntoIter<Record>),
}

/// Which commits are let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Only {
    /// All.
    All,
    /// Those of some task.
    OfTasks,
    /// Those of this task.
    Of(String),
}

/// From when to when events are shown.
pub(super) enum Window {
    /// Whenever they happened.
    Open,
    /// From the oldest commit that is shown to the newest, or to now if that is HEAD, which is given here.
    Commits(Option<String>),
}

/// The stream.
pub(super) struct History<'r, 'v> {
    /// What the ledger says.
    pub book: Book<'v>,
    /// git's part.
    pub commits: Commits<'r>,
    /// The ledger's part.
    pub events: Events,
    /// Whose commits are.
    pub owners: Owners<'v>,
    /// Which commits.
    pub only: Only,
    /// The task's commits by number: the first is `T@1`.
    pub numbers: HashMap<String, usize>,
    /// Which events.
    pub window: Window,
    /// What was found on the way.
    pub found: Found,
    /// The next commit, while events that are newer go first.
    pub ahead: Option<Box<Checkpoint>>,
}

/// What is known only after reading.
#[derive(Default)]
pub(super) struct Found {
    /// Commits of the task that the log is about, if they are reverted.
    reverted: HashSet<ObjectId>,
    /// What the commits that went by say of older ones.
    seen: Reverted,
    /// Commits of the task that made the same patch as an older one, which is named.
    pub twins: HashMap<String, String>,
    /// How many commits went by.
    pub commits: usize,
    /// How many entries were shown.
    pub shown: usize,
    /// Something else than the task decides which commits are shown.
    narrow: bool,
    /// A commit of a task that the ledger does not have.
    pub lacking: bool,
    /// Where the history is cut off, in a shallow clone.
    shallow: HashSet<String>,
    /// Whether such a commit went by.
    met_shallow: bool,
    /// Whether git has no more.
    pub at_end: bool,
}

impl History<'_, '_> {
    /// The next entry, newest first.
    pub fn next(&mut self) -> Result<Option<Entry>> {
        if self.ahead.is_none() && !self.found.at_end {
            let first = self.found.commits == 0;
            self.ahead = self.next_commit()?.map(Box::new);
            if let (true, Some(commit), Window::Commits(head)) = (first, &self.ahead, &self.window)
                && head.as_ref() != Some(&commit.record.commit)
            {
                self.events.not_after(commit.at);
            }
        }
        let from = match (&self.ahead, &self.window) {
            (Some(commit), _) => commit.at,
            (None, Window::Open) => i64::MIN,
            (None, Window::Commits(_)) => i64::MAX,
        };
        if let Some(moment) = self.events.next_since(from, &mut self.book)? {
            return Ok(Some(Entry::Event(Box::new(moment))));
        }
        Ok(self.ahead.take().map(Entry::Commit))
    }

    fn next_commit(&mut self) -> Result<Option<Checkpoint>> {
        let mut above = Vec::new();
        while let Some(mut record) = self.next_record()? {
            self.found.commits += 1;
            self.found.met_shallow |= self.found.shallow.contains(&record.commit);
            let commit = ObjectId::from_hex(record.commit.as_bytes());
            let commit = commit.map_err(|_| Error::bug("'git log' answered in a form that was not asked for"))?;
            let said = self.found.seen.see(&record.commit, &record.message);
            let tasks = self.owners.named(commit, &record.message);
            let shown = match &self.only {
                Only::All => true,
                Only::OfTasks => !tasks.is_empty(),
                Only::Of(id) => tasks.contains(id),
            };
            above.append(&mut record.above);
            if !shown {
                continue;
            }
            record.above = above;
            self.found.lacking |= self.book.lacks(&tasks);
            // Reads the tasks' notes, in which the time stands, too.
            let verified = match &self.only {
                Only::Of(id) => self.book.verdict(std::slice::from_ref(id), &record.tree)?,
                Only::All | Only::OfTasks => self.book.verdict(&tasks, &record.tree)?,
            };
            let (at, number) = (self.book.moment(&record), self.numbers.get(&record.commit).copied());
            let twin = self.found.twins.get(&record.commit).cloned();
            let (mut numbers, mut reverted) = (Vec::new(), said);
            if let Only::Of(id) = &self.only {
                for task in &tasks {
                    numbers.push(if task == id { number } else { self.owners.number(task, commit)? });
                }
                // The whole history tells of its checkpoints, not only what is shown of it.
                reverted = if number.is_some() { self.found.reverted.contains(&commit) } else { said };
            }
            return Ok(Some(Checkpoint { record, tasks, number, numbers, verified, reverted, twin, at }));
        }
        self.found.at_end = true;
        Ok(None)
    }

    fn next_record(&mut self) -> Result<Option<Record>> {
        match &mut self.commits {
            Commits::None => Ok(None),
            Commits::Running(log) => log.next_commit(),
            Commits::Read(records) => Ok(records.next()),
        }
    }
}

impl Found {
    /// Nothing yet, in a clone that is cut off at the commits `shallow`; `narrow` if not all commits go by.
    pub fn new(shallow: HashSet<String>, narrow: bool) -> Self {
        Found { shallow, narrow, ..Found::default() }
    }

    /// What the graph says of the task that the log is about.
    pub fn know(&mut self, of_task: &OfTask) {
        self.reverted.clone_from(&of_task.reverted);
        self.met_shallow |= of_task.is_cut;
    }

    /// Whether older commits may be missing because the clone is shallow.
    pub fn is_cut(&self) -> bool {
        // What git leaves out may be the boundary itself.
        self.at_end && !self.shallow.is_empty() && (self.met_shallow || self.narrow)
    }
}
