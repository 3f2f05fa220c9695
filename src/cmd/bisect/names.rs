//! What the commits of a bisection are called.

use std::cell::RefCell;

use bstr::ByteSlice as _;

use crate::{
    domain::{id::TaskId, time::Timestamp},
    error::{Error, Result},
    git::{ObjectId, Repo, revwalk},
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
        let words = ["-c", "log.showSignature=false", "show", "-s", "--no-color", "--encoding=UTF-8", "--no-notes"];
        let format = "--format=%aN <%aE>%x00%at%x00%s%x00";
        let answer = repo.git().args(words).args([format, &commit.to_string(), "--"]).run()?;
        let mut fields = answer.split_str("\0").map(|field| field.to_str_lossy().into_owned());
        let (Some(author), Some(at), Some(subject)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(Error::bug("'git show' answered in a form that was not asked for"));
        };
        let paths = revwalk::changed_paths(repo, commit)?;
        Ok(BisectBad {
            point: self.point(commit),
            subject,
            author,
            at: Timestamp::from_seconds(at.trim().parse().unwrap_or_default()).to_string(),
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
