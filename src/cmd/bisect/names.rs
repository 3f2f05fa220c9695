//! What the commits of a bisection are called.

use std::cell::RefCell;

use bstr::ByteSlice as _;

use crate::{
    domain::{id::TaskId, time::Timestamp},
    error::{Error, Result},
    git::{
        ObjectId, Repo, changed_paths,
        log::{Log, Query},
    },
    query::revision::{Owner, Owners},
    store::ledger::View,
    view::json::{BisectBad, BisectPoint, PathJson},
};

/// Names of commits on the history of HEAD.
pub(super) struct Names<'v> {
    repo: &'v Repo,
    owners: RefCell<Owners<'v>>,
    task: Option<TaskId>,
    base: Option<ObjectId>,
}

impl<'v> Names<'v> {
    /// On the history of `head`, in a search that begins at `base`; of a commit with several tasks `task` comes first.
    pub fn new(
        view: &'v View<'v>,
        head: Option<ObjectId>,
        task: Option<&TaskId>,
        base: Option<ObjectId>,
    ) -> Result<Self> {
        let owners = RefCell::new(Owners::new(view, head)?);
        Ok(Names { repo: view.repo(), owners, task: task.cloned(), base })
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

    /// The beginning of its id.
    pub fn short(&self, commit: ObjectId) -> String {
        self.repo.short(commit)
    }

    /// The commit for programs.
    pub fn point(&self, commit: ObjectId) -> BisectPoint {
        let owner = self.owner(commit);
        let number = owner.as_ref().and_then(|owner| owner.number);
        let task = owner.map(|owner| owner.task);
        BisectPoint { commit: commit.to_string(), name: self.of(commit), task, number }
    }

    /// The commit with what it says and changes.
    pub fn describe(&self, repo: &Repo, commit: ObjectId) -> Result<BisectBad> {
        let query = Query { only: Some(vec![commit]), ..Query::default() };
        let record = Log::start(repo, &query)?.next_commit()?;
        let record = record.ok_or_else(|| Error::bug(format!("'git log' does not show {commit}")))?;
        let paths = changed_paths::of_commit(repo, commit)?;
        Ok(BisectBad {
            point: self.point(commit),
            subject: record.subject().to_string(),
            author: record.author.to_string(),
            at: Timestamp::from_seconds(record.authored_at).to_string(),
            paths: paths.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
        })
    }

    fn owner(&self, commit: ObjectId) -> Option<Owner> {
        let mut owners = self.owners.borrow_mut();
        // A name is not worth a failure.
        let all = owners.of(commit).unwrap_or_default();
        let of_task = all.iter().find(|owner| self.task.as_ref().is_some_and(|task| task.as_str() == owner.task));
        of_task.or(all.first()).cloned()
    }
}
