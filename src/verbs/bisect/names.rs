//! What the commits of a bisection are called.

use std::cell::RefCell;

use bstr::BString;

use crate::{
    domain::{id::TaskId, task::Task, time::Timestamp},
    error::{Error, Result},
    git::{
        ObjectId, changed_paths,
        log::{Log, Query},
    },
    query::revision::{NumberedTask, NumberedTasks},
    store::ledger::View,
};

/// A commit and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The full commit id.
    pub commit: ObjectId,
    /// An abbreviation of its id.
    pub short: String,
    /// `t-1@4`, or [`Point::short`] for commits without a task.
    pub name: String,
    /// The task that it belongs to.
    pub task: Option<String>,
    /// `n` of `<task>@n` on the history of HEAD.
    pub number: Option<usize>,
}

/// The first bad commit, with its metadata.
#[derive(Clone, Debug)]
pub struct FirstBad {
    /// The commit and its name.
    pub point: Point,
    /// Its task, if the ledger has it.
    pub task: Option<Task>,
    /// The first paragraph of its message on one line.
    pub subject: String,
    /// `Name <email>`, as the mailmap has it.
    pub author: String,
    /// The author date.
    pub at: Timestamp,
    /// The paths that differ from its first parent.
    pub paths: Vec<BString>,
}

/// Names of commits on the history of HEAD.
pub(super) struct Names<'v> {
    view: &'v View<'v>,
    owners: RefCell<NumberedTasks<'v>>,
    task: Option<TaskId>,
    base: Option<ObjectId>,
}

impl<'v> Names<'v> {
    /// On the history of `head`, in a search that begins at `base`; of a commit with several tasks `task` comes first.
    ///
    /// # Errors
    ///
    /// As [`NumberedTasks::new`].
    pub fn new(
        view: &'v View<'v>,
        head: Option<ObjectId>,
        task: Option<&TaskId>,
        base: Option<ObjectId>,
    ) -> Result<Self> {
        let owners = RefCell::new(NumberedTasks::new(view, head)?);
        Ok(Names { view, owners, task: task.cloned(), base })
    }

    /// Whether `commit` belongs to any task.
    pub fn has_task(&self, commit: ObjectId) -> bool {
        self.owners.borrow().has_any(commit)
    }

    /// `t-1@4`, or an abbreviated id.
    pub fn of(&self, commit: ObjectId) -> String {
        match (self.owner(commit), &self.task) {
            (_, Some(task)) if Some(commit) == self.base => format!("{task}@start"),
            (Some(owner), _) if owner.number.is_some() => owner.to_string(),
            _ => self.short(commit),
        }
    }

    pub fn point(&self, commit: ObjectId) -> Point {
        let owner = self.owner(commit);
        let number = owner.as_ref().and_then(|owner| owner.number);
        let task = owner.map(|owner| owner.task);
        Point { commit, short: self.short(commit), name: self.of(commit), task, number }
    }

    /// The commit with what it says and changes.
    ///
    /// # Errors
    ///
    /// When the commit or the note of its task cannot be read.
    pub fn describe(&self, commit: ObjectId) -> Result<FirstBad> {
        let (repo, point) = (self.view.repo(), self.point(commit));
        let query = Query { only: Some(vec![commit]), ..Query::default() };
        let record = Log::start(repo, &query)?.next_commit()?;
        let record = record.ok_or_else(|| Error::bug(format!("'git log' does not show {commit}")))?;
        Ok(FirstBad {
            task: point.task.as_deref().map(|id| self.view.known(id)).transpose()?.flatten(),
            subject: record.subject().to_string(),
            author: record.author.to_string(),
            at: Timestamp::from_seconds(record.authored_at),
            paths: changed_paths::of_commit(repo, commit)?,
            point,
        })
    }

    fn short(&self, commit: ObjectId) -> String {
        self.view.repo().short(commit)
    }

    fn owner(&self, commit: ObjectId) -> Option<NumberedTask> {
        let mut owners = self.owners.borrow_mut();
        // A name is not worth a failure.
        let all = owners.of(commit).unwrap_or_default();
        let of_task = all.iter().find(|owner| self.task.as_ref().is_some_and(|task| task.as_str() == owner.task));
        of_task.or(all.first()).cloned()
    }
}
