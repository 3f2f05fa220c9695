//! What a rollback does, decided before anything is touched.

use bstr::BString;

use super::{Dependent, OtherTask, refusal};
use crate::{
    domain::{
        id::TaskId,
        revision::Rule,
        rollback::{Mode, SkippedCommit},
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
    /// The task to roll back, in full.
    pub task: Task,
    /// The state to restore.
    pub to: RollbackTarget,
    /// How it is restored.
    pub mode: Mode,
    /// The current commit of HEAD, which must not change before the rollback.
    pub head_before: ObjectId,
    /// Where HEAD, or the branch it is on, is moved.
    pub after: After,
    /// The tree for the index and the work tree, within the scope.
    pub tree: ObjectId,
    /// The content of the snapshot to restore.
    pub held: Option<Box<WorktreeState>>,
    /// Which paths may change.
    pub scope: Scope,
    /// `--keep-untracked`: keep all untracked files.
    pub keep_untracked: bool,
    /// Commits that the branch abandons, newest first.
    pub drop: Vec<ObjectId>,
    /// Commits that the new commit reverts, in that order.
    pub revert: Vec<ObjectId>,
    /// Commits that name the task and are not reverted.
    pub skipped: Vec<SkippedCommit<ObjectId>>,
    /// Why the task's commits cannot be reverted. With conflicts the plan changes nothing, and cannot be carried out.
    pub conflicts: Vec<Conflict>,
    /// The unfinished merge, cherry-pick or revert that is abandoned.
    pub abandons: Option<InProgress>,
    /// Other tasks that are affected.
    pub other_tasks: Vec<OtherTask>,
    /// Tasks that depend on this one.
    pub dependents: Vec<Dependent>,
}

/// Where HEAD is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// HEAD stays.
    Stay,
    /// HEAD is moved to this ancestor.
    MoveTo(ObjectId),
    /// HEAD is moved to a new commit, created after the snapshot that it names.
    Commit(Box<PlannedCommit>),
}

/// A state of a task that can be restored.
#[derive(Clone, Debug)]
pub struct RollbackTarget {
    /// The commit; `None`: the state before any commit.
    pub commit: Option<ObjectId>,
    /// n of `T@n`, if it is one of the task's commits.
    pub number: Option<usize>,
    /// How `@start` was determined; `None` for other checkpoints.
    pub rule: Option<Rule>,
    /// The part after `@`: a number, or `start`.
    pub name: String,
    /// The snapshot whose files are restored; `commit` is its HEAD.
    pub snapshot: Option<Snapshot>,
}

impl RollbackTarget {
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
    /// The path, relative to the top of the work tree.
    pub path: BString,
    /// The commit that cannot be reverted, and the later ones that changed the path, newest first.
    pub commits: Vec<ObjectId>,
}

impl RollbackPlan {
    /// `t-1@2`, or `snapshot 01K…`.
    pub fn name(&self) -> String {
        self.to.full_name(&self.task.id)
    }

    /// Refuse to carry out a plan that has conflicts.
    ///
    /// # Errors
    ///
    /// `revert-conflict` with the paths, and the commits that meet there.
    pub fn refuse_conflicts(&self) -> Result<()> {
        if self.conflicts.is_empty() { Ok(()) } else { Err(refusal::conflicts(&self.task, &self.conflicts)) }
    }
}
