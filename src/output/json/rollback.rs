//! `rollback`.

use bstr::{BStr, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::{PathJson, SCHEMA};
use crate::{
    core::status::Status,
    recovery::rollback::{Action, After, Conflict, Dependent, Goal, OtherTask, Outcome, Planned},
    revision::Rule,
};

/// `rollback`, also with `--dry-run`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RollbackAnswer {
    schema: u32,
    plan: RollbackJson,
    /// What `undo` takes back; null with `--dry-run`, and when there was nothing to do.
    operation: Option<RollbackOperationJson>,
}

/// The operation that a rollback is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RollbackOperationJson {
    /// Its id.
    pub id: String,
    /// The id of the snapshot that holds what was there before.
    pub snapshot: Option<String>,
}

/// What a rollback does.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RollbackJson {
    /// The task.
    task: String,
    /// The state that comes back.
    to: ToJson,
    /// `files`, `rewind`, `restore` or `revert`.
    mode: &'static str,
    head: HeadJson,
    /// Commits that the branch loses, newest first.
    drop: Vec<String>,
    /// Commits that the new commit takes back, in the order in which that is done.
    revert: Vec<String>,
    /// Commits of the task that are left alone.
    skipped: Vec<SkippedCommitJson>,
    /// What happens to files.
    paths: Vec<PlannedJson>,
    /// Tasks that commits after the checkpoint belong to: open ones, and those that changed the same paths.
    other_tasks: Vec<OtherTaskJson>,
    /// Tasks that come after this one, directly or through others.
    dependents: Vec<DependentJson>,
    /// Why the task's commits cannot be reverted.
    conflicts: Vec<RevertConflictJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ToJson {
    /// Null for the state before any commit.
    commit: Option<String>,
    /// n of `<task>@n`, if it is a commit of the task.
    number: Option<usize>,
    /// How `@start` was found.
    rule: Option<&'static str>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct HeadJson {
    before: String,
    /// Null while the commit is not made.
    after: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SkippedCommitJson {
    commit: String,
    /// `reverted`, `reverts`, `merge` or `buried`.
    reason: &'static str,
}

/// What happens to a file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PlannedJson {
    #[serde(flatten)]
    path: PlannedPathJson,
    /// `write`: it becomes what it was at the checkpoint; `remove`: it goes, into the snapshot; `keep`: it stays.
    action: &'static str,
    /// Why.
    reason: String,
}

/// A path as a field of an object: `path` when it is UTF-8, else its bytes in hex as `path_hex`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum PlannedPathJson {
    Text { path: String },
    Bytes { path_hex: String },
}

#[derive(Debug, Serialize, JsonSchema)]
struct OtherTaskJson {
    id: String,
    /// Null when this ledger does not have the task.
    title: Option<String>,
    status: Option<Status>,
    /// Its commits after the checkpoint, newest first.
    commits: Vec<String>,
    /// Paths that they changed and the task's own commits, too.
    paths: Vec<PathJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct DependentJson {
    id: String,
    title: String,
    status: Status,
}

#[derive(Debug, Serialize, JsonSchema)]
struct RevertConflictJson {
    #[serde(flatten)]
    path: PlannedPathJson,
    /// The commit that cannot be taken back, and the later ones that changed the path, newest first.
    commits: Vec<String>,
}

impl RollbackAnswer {
    /// The answer for `outcome`, with what happens to files, and the operation if it was carried out.
    pub fn new(outcome: &Outcome, paths: &[Planned], operation: Option<RollbackOperationJson>) -> Self {
        let mut plan = RollbackJson::new(outcome.plan(), paths);
        plan.conflicts = outcome.conflicts().iter().map(conflict).collect();
        RollbackAnswer { schema: SCHEMA, plan, operation }
    }

    /// The answer for `goal`, which was reached: HEAD is at `head` now.
    pub fn reached(goal: &Goal, head: &str, paths: &[Planned], operation: Option<RollbackOperationJson>) -> Self {
        let mut plan = RollbackJson::new(goal, paths);
        plan.head.after = Some(head.to_owned());
        RollbackAnswer { schema: SCHEMA, plan, operation }
    }
}

impl RollbackJson {
    fn new(goal: &Goal, paths: &[Planned]) -> Self {
        let hex = |ids: &[crate::git::ObjectId]| ids.iter().map(ToString::to_string).collect();
        let after = match &goal.after {
            After::Stay => Some(goal.head_before),
            After::MoveTo(commit) => Some(*commit),
            After::Commit(_) => None,
        };
        let skipped = goal
            .skipped
            .iter()
            .map(|skipped| SkippedCommitJson { commit: skipped.commit.to_string(), reason: skipped.why.as_str() });
        RollbackJson {
            task: goal.task.id.to_string(),
            to: ToJson {
                commit: goal.to.commit.map(|commit| commit.to_string()),
                number: goal.to.number,
                rule: goal.to.rule.map(Rule::as_str),
            },
            mode: goal.mode.as_str(),
            head: HeadJson { before: goal.head_before.to_string(), after: after.map(|commit| commit.to_string()) },
            drop: hex(&goal.drop),
            revert: hex(&goal.revert),
            skipped: skipped.collect(),
            paths: paths.iter().map(planned).collect(),
            other_tasks: goal.other_tasks.iter().map(other_task).collect(),
            dependents: goal.dependents.iter().map(dependent).collect(),
            conflicts: Vec::new(),
        }
    }
}

fn planned(planned: &Planned) -> PlannedJson {
    let action = match planned.action {
        Action::Write => "write",
        Action::Remove => "remove",
        Action::Keep => "keep",
    };
    PlannedJson { path: field(planned.path.as_bstr()), action, reason: planned.reason.to_owned() }
}

fn field(path: &BStr) -> PlannedPathJson {
    match PathJson::new(path) {
        PathJson::Text(path) => PlannedPathJson::Text { path },
        PathJson::Bytes { path_hex } => PlannedPathJson::Bytes { path_hex },
    }
}

fn conflict(conflict: &Conflict) -> RevertConflictJson {
    let commits = conflict.commits.iter().map(ToString::to_string).collect();
    RevertConflictJson { path: field(conflict.path.as_bstr()), commits }
}

fn other_task(other: &OtherTask) -> OtherTaskJson {
    OtherTaskJson {
        id: other.id.to_string(),
        title: other.known.as_ref().map(|(title, _)| title.clone()),
        status: other.known.as_ref().map(|(_, status)| *status),
        commits: other.commits.iter().map(ToString::to_string).collect(),
        paths: other.paths.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
    }
}

fn dependent(task: &Dependent) -> DependentJson {
    DependentJson { id: task.id.to_string(), title: task.title.clone(), status: task.status }
}
