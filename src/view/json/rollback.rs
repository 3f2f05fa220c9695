//! `rollback`.

use super::{DoneJson, HeadsJson, JsonForm as _, NamedPath, PathJson, PlannedJson, json, planned};
use crate::{
    domain::{rollback::SkippedCommit, status::Status},
    git::ObjectId,
    query::revision::Rule,
    recovery::{
        Outcome,
        rollback::{After, Conflict, Dependent, OtherTask, RollbackPlan, RollbackTarget},
    },
};

json! {
    /// The answer of `rollback`, also with `--dry-run`.
    pub struct RollbackAnswer from plan: &RollbackPlan, outcome: &Outcome {
        plan: RollbackJson = RollbackJson::new(plan, outcome),
        /// The operation; null with `--dry-run`, and if there was nothing to do.
        operation: Option<DoneJson> = outcome.done().map(|done| done.operation.to_json()),
        /// Paths that other processes wrote to meanwhile: their changes are kept in the operation.
        late: Vec<PathJson> = outcome.done().map(|done| done.late.to_json()).unwrap_or_default(),
    }

    /// The plan of a rollback.
    struct RollbackJson from plan: &RollbackPlan, outcome: &Outcome {
        /// The id of the task.
        task: String = plan.task.id.to_string(),
        /// The state to restore.
        to: ToJson,
        /// `files`, `rewind`, `restore` or `revert`.
        mode: &'static str = plan.mode.as_str(),
        /// `after` is null while the new commit does not exist.
        head: HeadsJson = outcome.done().map_or_else(|| head(plan), |done| HeadsJson::of(&done.operation)),
        /// Commits that the branch abandons, newest first.
        drop: Vec<String>,
        /// Commits that the new commit reverts, in that order.
        revert: Vec<String>,
        /// Commits of the task that are not reverted.
        skipped: Vec<SkippedCommitJson>,
        /// What happens to each path.
        paths: Vec<PlannedJson> = planned(outcome.paths()),
        /// Other tasks with commits after the checkpoint: open ones, and those that changed the same paths.
        other_tasks: Vec<OtherTaskJson>,
        /// Tasks that depend on this one, directly or indirectly.
        dependents: Vec<DependentJson>,
        /// Why the task's commits cannot be reverted.
        conflicts: Vec<RevertConflictJson>,
    }

    struct ToJson from to: &RollbackTarget {
        /// The full commit id; null for the state before the first commit.
        commit: Option<String>,
        /// `n` of `<task>@n`, if it is a commit of the task.
        number: Option<usize>,
        /// How `@start` was determined.
        rule: Option<&'static str> = to.rule.map(Rule::as_str),
        /// The snapshot whose files are restored (`--to`); `commit` is its HEAD.
        snapshot: Option<String> = to.snapshot.as_ref().map(|snapshot| snapshot.id.to_string()),
    }

    struct SkippedCommitJson from skipped: &SkippedCommit<ObjectId> {
        commit: String,
        /// `reverted`, `reverts`, `merge` or `buried`.
        reason: &'static str = skipped.why.as_str(),
    }

    struct OtherTaskJson from other: &OtherTask {
        id: String,
        /// The title; null if the task is not in this ledger.
        title: Option<String> = other.known.as_ref().map(|(title, _)| title.clone()),
        status: Option<Status> = other.known.as_ref().map(|(_, status)| *status),
        /// Its commits after the checkpoint, newest first.
        commits: Vec<String>,
        /// Paths that both tasks changed.
        paths: Vec<PathJson>,
    }

    struct DependentJson from task: &Dependent {
        id: String,
        title: String,
        status: Status,
    }

    struct RevertConflictJson from conflict: &Conflict {
        #[serde(flatten)]
        path: NamedPath,
        /// The commit that cannot be reverted, and the later ones that changed the path, newest first.
        commits: Vec<String>,
    }
}

/// HEAD before and after what `plan` says.
fn head(plan: &RollbackPlan) -> HeadsJson {
    let after = match plan.after {
        After::Stay => Some(plan.head_before),
        After::MoveTo(commit) => Some(commit),
        After::Commit(_) => None,
    };
    HeadsJson { before: Some(plan.head_before.to_string()), after: after.to_json() }
}
