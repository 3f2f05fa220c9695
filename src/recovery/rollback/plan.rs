//! What a rollback does, decided before anything is touched.

use bstr::BString;

use super::{Dependent, OtherTask, refusal};
use crate::{
    domain::{
        id::TaskId,
        revision::Rule,
        rollback::{Mode, Skipped},
        task::Task,
    },
    error::Result,
    git::{ObjectId, state::InProgress},
    recovery::{
        commit::PlannedCommit,
        path_plan::Scope,
        snapshot::{Snapshot, WorktreeState},
    },
};

/// What a rollback does, and what that means for others. New trees are in the repository, and nothing refers to them yet.
#[derive(Clone, Debug)]
pub struct RollbackPlan {
    /// The task.
    pub task: Task,
    /// The state that comes back.
    pub to: Checkpoint,
    /// How it comes back.
    pub mode: Mode,
    /// The commit of HEAD, which must still be that when HEAD moves.
    pub head_before: ObjectId,
    /// Where HEAD goes: the branch that it is on, or HEAD itself when it is detached.
    pub after: After,
    /// What index and work tree become, within the scope.
    pub tree: ObjectId,
    /// What the snapshot holds that comes back.
    pub held: Option<Box<WorktreeState>>,
    /// Which paths may be touched.
    pub scope: Scope,
    /// `--keep-untracked`: untracked files stay, whenever they were made.
    pub keep_untracked: bool,
    /// Commits that the branch abandons, newest first.
    pub drop: Vec<ObjectId>,
    /// Commits that the new commit reverts, in the order in which that is done.
    pub revert: Vec<ObjectId>,
    /// Commits that name the task and are not reverted.
    pub skipped: Vec<Skipped<ObjectId>>,
    /// Why the task's commits cannot be reverted. With conflicts the plan changes nothing, and cannot be carried out.
    pub conflicts: Vec<Conflict>,
    /// The unfinished merge, cherry-pick or revert that is abandoned.
    pub abandons: Option<InProgress>,
    /// Other tasks that are affected.
    pub other_tasks: Vec<OtherTask>,
    /// Tasks that depend on this one.
    pub dependents: Vec<Dependent>,
}

/// Where HEAD goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Nowhere.
    Stay,
    /// Back to this commit.
    MoveTo(ObjectId),
    /// On to a new commit, which is made when the snapshot has its id.
    Commit(Box<PlannedCommit>),
}

/// A state of a task that can come back.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The commit; `None`: the state before any commit.
    pub commit: Option<ObjectId>,
    /// n of `T@n`, if it is one of the task's commits.
    pub number: Option<usize>,
    /// How `@start` was found.
    pub rule: Option<Rule>,
    /// What stands behind the `@`: a number, or `start`.
    pub name: String,
    /// The snapshot whose files come back; `commit` is what HEAD was then.
    pub snapshot: Option<Snapshot>,
}

impl Checkpoint {
    /// `t-1@2`, or `snapshot 01K…`.
    pub fn full_name(&self, task: &TaskId) -> String {
        match &self.snapshot {
            Some(snapshot) => format!("snapshot {}", snapshot.id),
            None => format!("{task}@{}", self.name),
        }
    }
}

/// A path that blocks a revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The path.
    pub path: BString,
    /// The commit that cannot be reverted, and the later ones that changed the path, newest first.
    pub commits: Vec<ObjectId>,
}

impl RollbackPlan {
    /// `t-1@2`, or `snapshot 01K…`.
    pub fn name(&self) -> String {
        self.to.full_name(&self.task.id)
    }

    /// Refuse a plan that has conflicts.
    ///
    /// # Errors
    ///
    /// `revert-conflict` with the paths, and the commits that meet there.
    pub fn refuse_conflicts(&self) -> Result<()> {
        if self.conflicts.is_empty() { Ok(()) } else { Err(refusal::conflicts(&self.task, &self.conflicts)) }
    }
}
