//! `rollback`.

use bstr::ByteSlice as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::{DoneJson, HeadsJson, NamedPath, PathJson, PlannedJson, SCHEMA, planned};
use crate::{
    domain::status::Status,
    git::ObjectId,
    query::revision::Rule,
    recovery::{
        Outcome,
        rollback::{After, Conflict, Dependent, OtherTask, RollbackPlan},
    },
};

/// `rollback`, also with `--dry-run`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RollbackAnswer {
    schema: u32,
    plan: RollbackJson,
    /// The id for `undo`; null with `--dry-run`, and if there was nothing to do.
    operation: Option<DoneJson>,
    /// Paths that other processes wrote to meanwhile: their changes are kept in the operation.
    late: Vec<PathJson>,
}

/// The plan of a rollback.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RollbackJson {
    /// The task.
    task: String,
    /// The state that comes back.
    to: ToJson,
    /// `files`, `rewind`, `restore` or `revert`.
    mode: &'static str,
    /// `after` is null while the commit is not made.
    head: HeadsJson,
    /// Commits that the branch loses, newest first.
    drop: Vec<String>,
    /// Commits that the new commit takes back, in the order in which that is done.
    revert: Vec<String>,
    /// Commits of the task that are left alone.
    skipped: Vec<SkippedCommitJson>,
    /// The effects on files.
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
    /// The snapshot whose files are restored (`--to`); `commit` is the HEAD of its time.
    snapshot: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SkippedCommitJson {
    commit: String,
    /// `reverted`, `reverts`, `merge` or `buried`.
    reason: &'static str,
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
    path: NamedPath,
    /// The commit that cannot be taken back, and the later ones that changed the path, newest first.
    commits: Vec<String>,
}

impl RollbackAnswer {
    /// `plan`, with its result.
    pub fn new(plan: &RollbackPlan, outcome: &Outcome) -> Self {
        let hex = |ids: &[ObjectId]| ids.iter().map(ToString::to_string).collect();
        let skipped = plan
            .skipped
            .iter()
            .map(|skipped| SkippedCommitJson { commit: skipped.commit.to_string(), reason: skipped.why.as_str() });
        let done = outcome.done();
        let after = match plan.after {
            After::Stay => Some(plan.head_before),
            After::MoveTo(commit) => Some(commit),
            After::Commit(_) => None,
        };
        let head =
            HeadsJson { before: Some(plan.head_before.to_string()), after: after.map(|commit| commit.to_string()) };
        let late = done.map_or(&[][..], |done| &done.late);
        let plan = RollbackJson {
            task: plan.task.id.to_string(),
            to: ToJson {
                commit: plan.to.commit.map(|commit| commit.to_string()),
                number: plan.to.number,
                rule: plan.to.rule.map(Rule::as_str),
                snapshot: plan.to.snapshot.as_ref().map(|snapshot| snapshot.id.to_string()),
            },
            mode: plan.mode.as_str(),
            head: done.map_or(head, |done| HeadsJson::new(&done.operation.before, &done.operation.after)),
            drop: hex(&plan.drop),
            revert: hex(&plan.revert),
            skipped: skipped.collect(),
            paths: planned(outcome.paths()),
            other_tasks: plan.other_tasks.iter().map(other_task).collect(),
            dependents: plan.dependents.iter().map(dependent).collect(),
            conflicts: plan.conflicts.iter().map(conflict).collect(),
        };
        RollbackAnswer {
            schema: SCHEMA,
            plan,
            operation: done.map(|done| DoneJson::new(&done.operation)),
            late: late.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
        }
    }
}

fn conflict(conflict: &Conflict) -> RevertConflictJson {
    let commits = conflict.commits.iter().map(ToString::to_string).collect();
    RevertConflictJson { path: NamedPath::new(conflict.path.as_bstr()), commits }
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
