//! What a rollback is to reach.

use bstr::BString;
use ulid::Ulid;

use super::{Dependent, OtherTask};
use crate::{
    domain::{
        rollback::{Mode, Skipped, message::Message},
        task::Task,
    },
    error::{Error, Result, codes},
    git::{ObjectId, Repo, commit_tree, objects::Batch, state::InProgress},
    query::revision::Rule,
};

/// What a rollback is to reach, and what that means.
#[derive(Clone, Debug)]
pub struct Goal {
    /// The task.
    pub task: Task,
    /// The checkpoint.
    pub to: To,
    /// How its state comes back.
    pub mode: Mode,
    /// The commit of HEAD, which must still be that when HEAD moves.
    pub head_before: ObjectId,
    /// Where HEAD goes: the branch that it is on, or HEAD itself when it is detached.
    pub after: After,
    /// What index and work tree shall be, within the scope.
    pub tree: ObjectId,
    /// Which paths may be touched.
    pub scope: Scope,
    /// Commits that the branch loses, newest first.
    pub drop: Vec<ObjectId>,
    /// Commits that the new commit takes back, in the order in which that is done.
    pub revert: Vec<ObjectId>,
    /// Commits that the task's id stands in and that are left alone.
    pub skipped: Vec<Skipped<ObjectId>>,
    /// The unfinished operation of git's that is given up.
    pub abandons: Option<InProgress>,
    /// Other tasks that may be concerned.
    pub other_tasks: Vec<OtherTask>,
    /// Tasks that come after this one.
    pub dependents: Vec<Dependent>,
}

/// The state that is wanted back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct To {
    /// The commit; `None`: the state before any commit.
    pub commit: Option<ObjectId>,
    /// n of `T@n`, if it is one of the task's commits.
    pub number: Option<usize>,
    /// How `@start` was found.
    pub rule: Option<Rule>,
    /// Its tree.
    pub tree: ObjectId,
    /// What stands behind the `@`: a number, or `start`.
    pub name: String,
}

/// Where HEAD goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Nowhere.
    Stay,
    /// Back to this commit.
    MoveTo(ObjectId),
    /// On to a new commit, which is made when the snapshot has its id.
    Commit(NewCommit),
}

/// Which paths may be touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that are tracked now or at the checkpoint, or came up in between.
    Everything,
    /// These, exactly.
    Paths(Vec<BString>),
}

/// A commit to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCommit {
    /// Its tree.
    pub tree: ObjectId,
    /// Its parents.
    pub parents: Vec<ObjectId>,
    /// What it says.
    pub message: Message,
    /// Whether the user signs commits.
    pub signed: bool,
}

impl NewCommit {
    /// [`Self::make`], and write it: kept from every gc for a while, with nothing referring to it yet.
    ///
    /// # Errors
    ///
    /// As [`Self::make`]; `object-not-written`.
    pub fn write(&self, repo: &Repo, snapshot: Ulid) -> Result<ObjectId> {
        let mut batch = Batch::default();
        let id = self.make(repo, &mut batch, snapshot)?;
        batch.hold_durable(repo)?;
        Ok(id)
    }

    /// Make it, staged in `batch`. `snapshot` holds what was there before.
    ///
    /// By the user, at git's time, signed if their commits are: it will be on their branch.
    ///
    /// # Errors
    ///
    /// `commit-refused` when git does not make it: mostly because it cannot be signed.
    pub fn make(&self, repo: &Repo, batch: &mut Batch, snapshot: Ulid) -> Result<ObjectId> {
        let message = self.message.compose(&snapshot.to_string());
        let commit = commit_tree::NewCommit {
            tree: self.tree,
            parents: &self.parents,
            message,
            author: None,
            signed: self.signed,
        };
        commit.make(repo, batch)?.map_err(|error| {
            let why = format!("cannot roll back {}: git makes no commit", self.message.task);
            Error::new(codes::COMMIT_REFUSED, why).because(error)
        })
    }
}

/// What a wish comes to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// This can be reached.
    Goal(Box<Goal>),
    /// The task's commits cannot be reverted.
    Conflicts(Box<Conflicted>),
}

/// Commits that cannot be reverted, because others built on what they did.
#[derive(Clone, Debug)]
pub struct Conflicted {
    /// What is known all the same: a goal that changes nothing.
    pub plan: Goal,
    /// Where, and who.
    pub conflicts: Vec<Conflict>,
}

/// A path that stands in the way of a revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path.
    pub path: BString,
    /// The commit that cannot be taken back, and the later ones that changed the path, newest first.
    pub commits: Vec<ObjectId>,
}

impl Outcome {
    /// The plan, whether or not it can be carried out.
    pub fn plan(&self) -> &Goal {
        match self {
            Outcome::Goal(goal) => goal,
            Outcome::Conflicts(conflicted) => &conflicted.plan,
        }
    }

    pub(super) fn plan_mut(&mut self) -> &mut Goal {
        match self {
            Outcome::Goal(goal) => goal,
            Outcome::Conflicts(conflicted) => &mut conflicted.plan,
        }
    }

    /// The conflicts.
    pub fn conflicts(&self) -> &[Conflict] {
        match self {
            Outcome::Goal(_) => &[],
            Outcome::Conflicts(conflicted) => &conflicted.conflicts,
        }
    }

    /// The goal to be carried out.
    ///
    /// # Errors
    ///
    /// `revert-conflict` with the paths, and the commits that meet there.
    pub fn into_goal(self) -> Result<Goal> {
        match self {
            Outcome::Goal(goal) => Ok(*goal),
            Outcome::Conflicts(conflicted) => Err(super::refusal::conflicts(&conflicted)),
        }
    }
}
