//! The entries of a log, one after the other.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsString,
};

use bstr::BString;

use super::{
    events::{Events, TaskEvent},
    ledger::Tasks,
};
use crate::{
    domain::trailer::{Rules, reverts::Reverted},
    error::{Error, Result},
    git::{
        ObjectId,
        log::{self, Record},
        relay::{self, Color},
    },
    query::revision::{NUMBERED, NumberedTasks},
    store::ledger::View,
};

/// One entry of a log.
pub enum Entry {
    Commit(Box<LoggedCommit>),
    Event(Box<TaskEvent>),
}

/// A commit and the tasks it belongs to.
pub struct LoggedCommit {
    /// The commit as git reports it.
    pub record: Record,
    /// Ids of the tasks that it names, or that it was linked to.
    pub tasks: Vec<String>,
    /// `n` of `T@n`, if the log is about task T.
    pub number: Option<usize>,
    /// The same for each of `tasks`; empty when the log is not about one task.
    pub numbers: Vec<Option<usize>>,
    /// Whether the newest verification of its tree passed, if there is one.
    pub verified: Option<bool>,
    /// A later commit of this log reverts it.
    pub reverted: bool,
    /// The oldest commit of the task that made the same patch, and its number.
    pub same_patch_as: Option<(ObjectId, usize)>,
    /// When it was made, in milliseconds.
    pub at: i64,
    /// Its changes as git shows them, if they are asked for.
    pub changes: Option<BString>,
}

/// The source of the commits.
pub(super) enum Commits<'r> {
    None,
    /// A git that starts when the entries reach the time of HEAD's commit, in milliseconds: the first commit that it lists.
    Later(Box<log::Query>, i64),
    /// A running git, which lists them in its order.
    Running(log::Log<'r>),
    /// A running git that shows known commits, in no particular order.
    Known(log::Log<'r>),
    /// Commits in memory, newest first.
    Read(std::vec::IntoIter<Record>),
}

/// Which commits are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Only {
    All,
    /// Commits that belong to any task.
    OfTasks,
    /// Commits that belong to any of these tasks.
    Among(HashSet<String>),
    /// Those of this task, and of these, itself among them: its parts, if it is a feature.
    Of(String, HashSet<String>),
}

/// A log that is being read, entry by entry.
pub struct Log<'r> {
    pub(super) tasks: Tasks<'r>,
    pub(super) commits: Commits<'r>,
    pub(super) events: Events,
    pub(super) owners: NumberedTasks<'r>,
    pub(super) only: Only,
    /// Options that show changes, and the paths that they are limited to.
    pub(super) diff: Vec<OsString>,
    pub(super) paths: Vec<OsString>,
    pub(super) colors: bool,
    /// Properties of commits decide what is shown: events only from the oldest commit that is shown to the newest.
    pub(super) is_narrow: bool,
    /// If so: the commit of HEAD. Events after it are shown.
    pub(super) head: Option<ObjectId>,
    /// The task's commits by number: the first is `T@1`.
    pub(super) numbers: HashMap<ObjectId, usize>,
    /// Commits of the task that are reverted.
    pub(super) reverted: HashSet<ObjectId>,
    /// Commits of the task that made the same patch as an older one.
    pub(super) same_patch: HashMap<ObjectId, ObjectId>,
    /// What the commits that were read say of older ones.
    pub(super) seen: Reverted,
    /// Where the history is cut off, in a shallow clone, and whether such a commit was read.
    pub(super) shallow: HashSet<ObjectId>,
    pub(super) met_shallow: bool,
    /// How many commits were read.
    pub(super) count: usize,
    /// How many entries were shown, are to be skipped, may be shown.
    pub(super) shown: usize,
    pub(super) skip: usize,
    pub(super) left: usize,
    /// Entries that are shown oldest first, as soon as all are read.
    pub(super) reversed: Option<Vec<Entry>>,
    /// A commit names only tasks that the ledger does not have.
    pub(super) lacking: bool,
    /// Whether git has no more.
    pub(super) at_end: bool,
    /// The next commit, while events that are newer go first.
    pub(super) ahead: Option<Box<LoggedCommit>>,
}

impl<'r> Log<'r> {
    /// The next entry that is to be shown.
    ///
    /// # Errors
    ///
    /// `bad-revision` when git refuses its options, revisions or paths; when the ledger cannot be read.
    pub fn next_entry(&mut self) -> Result<Option<Entry>> {
        let Some(mut all) = self.reversed.take() else { return self.next_within() };
        while let Some(entry) = self.next_within()? {
            all.push(entry);
        }
        let oldest = all.pop();
        self.reversed = Some(all);
        Ok(oldest)
    }

    pub fn view(&self) -> &View<'r> {
        &self.tasks.view
    }

    /// The title of task `id`, if the ledger has it.
    pub fn title(&self, id: &str) -> Option<&str> {
        self.tasks.title(id)
    }

    /// The commit that comes next, if it belongs to `task`.
    pub fn next_of(&self, task: &str) -> Option<&Record> {
        let next = self.ahead.as_ref().filter(|next| next.tasks.iter().any(|id| id == task));
        next.map(|next| &next.record)
    }

    /// The rules by which trailers name tasks.
    pub fn rules(&self) -> &Rules {
        self.owners.rules()
    }

    /// The id of the task that it is about.
    pub fn task(&self) -> Option<&str> {
        if let Only::Of(id, _) = &self.only { Some(id) } else { None }
    }

    /// Whether older commits may be missing because the clone is shallow; known at the end.
    pub fn is_cut(&self) -> bool {
        // What git omits may be the boundary itself.
        self.at_end && !self.shallow.is_empty() && (self.met_shallow || self.is_narrow)
    }

    /// Whether the commits name tasks, and this clone has no ledger.
    pub fn lacks_ledger(&self) -> bool {
        self.lacking && self.view().tip().is_none()
    }

    /// Whether all was read, and nothing was shown.
    pub fn is_empty(&self) -> bool {
        self.shown == 0 && self.at_end
    }

    /// How many commits the task has, and how many of them repeat the patch of another one.
    pub fn repeated(&self) -> (usize, usize) {
        (self.numbers.len(), self.same_patch.len())
    }

    fn next_within(&mut self) -> Result<Option<Entry>> {
        while self.left > 0 {
            let Some(entry) = self.next_newest()? else { break };
            if self.skip > 0 {
                self.skip -= 1;
                continue;
            }
            self.left -= 1;
            self.shown += 1;
            return Ok(Some(entry));
        }
        Ok(None)
    }

    fn next_newest(&mut self) -> Result<Option<Entry>> {
        if let Commits::Later(query, at) = &self.commits {
            if let Some(task_event) = self.events.next_since(*at, &mut self.tasks)? {
                return Ok(Some(Entry::Event(Box::new(task_event))));
            }
            self.commits = Commits::Running(log::Log::start(self.tasks.view.repo(), query)?);
        }
        if self.ahead.is_none() && !self.at_end {
            let is_first = self.count == 0;
            self.ahead = self.next_commit()?.map(Box::new);
            if let Some(commit) = self.ahead.as_ref().filter(|_| is_first && self.is_narrow)
                && self
                    .head
                    .is_none_or(|head| !ObjectId::from_hex(commit.record.commit.as_bytes()).is_ok_and(|id| id == head))
            {
                self.events.not_after(commit.at);
            }
        }
        let end = if self.is_narrow { i64::MAX } else { i64::MIN };
        let from = self.ahead.as_ref().map_or(end, |commit| commit.at);
        if let Some(task_event) = self.events.next_since(from, &mut self.tasks)? {
            return Ok(Some(Entry::Event(Box::new(task_event))));
        }
        let Some(mut commit) = self.ahead.take() else { return Ok(None) };
        if !self.diff.is_empty() {
            let color = if self.colors { Color::Always } else { Color::Never };
            commit.changes = Some(relay::patch(color, &self.diff, &commit.record.commit, &self.paths)?.into());
        }
        Ok(Some(Entry::Commit(commit)))
    }

    fn next_commit(&mut self) -> Result<Option<LoggedCommit>> {
        let mut above = Vec::new();
        while let Some(mut record) = self.next_record()? {
            self.count += 1;
            let commit = ObjectId::from_hex(record.commit.as_bytes());
            let commit = commit.map_err(|_| Error::bug("unexpected output from 'git log'"))?;
            self.met_shallow |= self.shallow.contains(&commit);
            let mut reverted = self.seen.see(&record.commit, &record.message);
            let tasks = self.owners.named(commit, &record.message);
            let is_shown = match &self.only {
                Only::All => true,
                Only::OfTasks => !tasks.is_empty(),
                Only::Among(family) | Only::Of(_, family) => tasks.iter().any(|task| family.contains(task)),
            };
            above.append(&mut record.above);
            if !is_shown {
                continue;
            }
            record.above = above;
            self.lacking |= self.tasks.lacks(&tasks);
            let number = self.numbers.get(&commit).copied();
            let mut numbers = Vec::new();
            let verified = if let Only::Of(id, family) = &self.only {
                for (at, task) in tasks.iter().enumerate() {
                    numbers.push(match () {
                        () if task == id => number,
                        () if at < NUMBERED => self.owners.number(task, commit)?,
                        () => None,
                    });
                }
                // The whole history describes its checkpoints, not only what is shown of it.
                if number.is_some() {
                    reverted = self.reverted.contains(&commit);
                }
                let own: Vec<String> = tasks.iter().filter(|task| family.contains(*task)).cloned().collect();
                self.tasks.verdict(&own, &record.tree)?
            } else {
                self.tasks.verdict(&tasks, &record.tree)?
            };
            // The verdict has read the tasks' notes, in which the time stands, too.
            let at = self.tasks.time(&record.commit, record.at);
            let same_patch_as = self.same_patch.get(&commit);
            let same_patch_as = same_patch_as.and_then(|first| Some((*first, *self.numbers.get(first)?)));
            let changes = None;
            return Ok(Some(LoggedCommit {
                record,
                tasks,
                number,
                numbers,
                verified,
                reverted,
                same_patch_as,
                at,
                changes,
            }));
        }
        self.at_end = true;
        Ok(None)
    }

    fn next_record(&mut self) -> Result<Option<Record>> {
        if let Commits::Known(log) = &mut self.commits {
            let mut records = Vec::new();
            while let Some(record) = log.next_commit()? {
                records.push(record);
            }
            // By date; parents behind their children where dates are equal.
            records.sort_by_key(|record| std::cmp::Reverse(record.at));
            self.commits = Commits::Read(records.into_iter());
        }
        match &mut self.commits {
            Commits::None | Commits::Later(..) => Ok(None),
            Commits::Running(log) | Commits::Known(log) => log.next_commit(),
            Commits::Read(records) => Ok(records.next()),
        }
    }
}
