//! `undo`, `redo`, `resume`, `ops`, `snapshot restore`.

use bstr::{BStr, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;
use ulid::Ulid;

use super::{PathJson, SCHEMA};
use crate::{
    git::Head,
    recovery::{
        Outcome,
        operation::{Kind, Operation, State},
        path_plan::{Change, PathPlan},
    },
    verbs::{
        commands::{Affected, Entry},
        ops::Shown,
        undo::{Ended, Undone},
    },
};

/// The change of a path.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlannedJson {
    /// Its name, or its bytes in hex.
    #[serde(flatten)]
    path: NamedPath,
    /// The event.
    action: &'static str,
    /// Why.
    reason: Option<String>,
}

/// `path` when it is UTF-8, else `path_hex`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum NamedPath {
    /// UTF-8.
    Text {
        /// From the top of the work tree.
        path: String,
    },
    /// Anything else.
    Bytes {
        /// Its bytes, in hex.
        path_hex: String,
    },
}

impl NamedPath {
    /// A path from the top of the work tree.
    pub fn new(path: &BStr) -> Self {
        match PathJson::new(path) {
            PathJson::Text(path) => NamedPath::Text { path },
            PathJson::Bytes { path_hex } => NamedPath::Bytes { path_hex },
        }
    }
}

/// The paths of a plan, those that stay last.
pub fn planned(plan: &PathPlan) -> Vec<PlannedJson> {
    let change = |(path, change): (&bstr::BString, &Change)| {
        let (action, reason) = match change {
            Change::Write(_) => ("write", None),
            Change::Remove(reason) => ("remove", Some(reason.as_str().to_owned())),
        };
        PlannedJson { path: NamedPath::new(path.as_bstr()), action, reason }
    };
    let kept = plan.kept.iter().map(|kept| PlannedJson {
        path: NamedPath::new(kept.path.as_bstr()),
        action: "keep",
        reason: Some(kept.why.as_str().to_owned()),
    });
    plan.files.iter().map(change).chain(kept).collect()
}

/// HEAD before and after.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HeadsJson {
    /// The commit before; `null` on a branch without commits.
    pub before: Option<String>,
    /// The commit after.
    pub after: Option<String>,
}

impl HeadsJson {
    /// From one to the other.
    pub fn new(before: &Head, after: &Head) -> Self {
        let id = |head: &Head| head.commit.map(|commit| commit.to_string());
        HeadsJson { before: id(before), after: id(after) }
    }
}

/// An operation in a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OperationJson {
    id: String,
    /// `worktree`: it changed the branch, the index or the work tree. `ledger`: it only wrote to the ledger.
    scope: &'static str,
    /// `rollback`, `undo`, `redo`, `restore`, `checkpoint`, `squash`; of the ledger the command: `add`, `edit`, …
    kind: String,
    /// In words.
    title: String,
    at: String,
    by: String,
    task: Option<String>,
    /// `begun` (under way, or interrupted), `done`, `failed` (everything was restored).
    state: &'static str,
    /// The branch that HEAD was on.
    branch: Option<String>,
    head: HeadsJson,
    /// The snapshot of the previous state.
    snapshot: Option<String>,
    /// The operation that this one takes back.
    undoes: Option<String>,
    /// The operation that took it back.
    undone_by: Option<String>,
    /// It was not made in this repository, and is never acted on; left out otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    foreign: bool,
}

impl OperationJson {
    /// `entry`.
    pub fn new(entry: &Entry) -> Self {
        let text = |id: Ulid| id.to_string();
        let recorded = entry.operation.as_ref();
        let operation = recorded.map(|recorded| &recorded.operation);
        OperationJson {
            id: text(entry.id),
            scope: if operation.is_some() { "worktree" } else { "ledger" },
            kind: entry.kind().to_owned(),
            title: entry.title.clone(),
            at: entry.at.to_string(),
            by: entry.by.clone(),
            task: operation.and_then(|operation| operation.task.as_ref()).map(ToString::to_string),
            state: operation.map_or(State::Done, |operation| operation.state).as_str(),
            branch: operation.and_then(|operation| operation.before.branch_name()),
            head: operation.map_or(HeadsJson { before: None, after: None }, |operation| {
                HeadsJson::new(&operation.before, &operation.after)
            }),
            snapshot: operation.and_then(|operation| operation.snapshot).map(text),
            undoes: entry.undoes.map(text),
            undone_by: entry.undone_by.map(text),
            foreign: recorded.is_some_and(|recorded| recorded.is_foreign),
        }
    }
}

/// `ops`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OpsAnswer {
    schema: u32,
    /// Newest first.
    operations: Vec<OperationJson>,
}

impl OpsAnswer {
    /// The answer with `entries`.
    pub fn new(entries: &[Entry]) -> Self {
        OpsAnswer { schema: SCHEMA, operations: listed(entries) }
    }
}

/// `entries` as they are listed.
pub fn listed(entries: &[Entry]) -> Vec<OperationJson> {
    entries.iter().map(OperationJson::new).collect()
}

/// A path that an operation touched.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TouchedJson {
    #[serde(flatten)]
    path: NamedPath,
    /// Its file changed.
    on_disk: bool,
    /// Its index entry changed.
    in_index: bool,
}

/// An event that a command wrote.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrittenJson {
    task: String,
    /// The event, as `log --json` names it.
    event: String,
    kind: String,
}

/// `ops show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OpShowAnswer {
    schema: u32,
    operation: OperationJson,
    /// The paths that it touched.
    paths: Vec<TouchedJson>,
    /// Its events in the ledger.
    events: Vec<WrittenJson>,
    /// The commit that holds `before/`, `after/` and `late/`; of a command that only wrote to the ledger, its newest commit there.
    commit: Option<String>,
    /// Where those are in the tree of that commit: empty at the top, otherwise it ends in a slash.
    directory: String,
}

impl OpShowAnswer {
    /// The answer with `shown`.
    pub fn new(Shown { entry, events }: &Shown) -> Self {
        let recorded = entry.operation.as_ref();
        let touched = recorded.iter().flat_map(|recorded| &recorded.touched).map(|touched| TouchedJson {
            path: NamedPath::new(touched.path.as_bstr()),
            on_disk: touched.on_disk,
            in_index: touched.in_index,
        });
        let events = events.iter().map(|(task, event)| WrittenJson {
            task: task.to_string(),
            event: event.id.to_string(),
            kind: event.payload.kind().to_owned(),
        });
        let commit = recorded.map(|recorded| recorded.commit).or(entry.ledger.as_ref().map(|part| part.commit));
        OpShowAnswer {
            schema: SCHEMA,
            operation: OperationJson::new(entry),
            paths: touched.collect(),
            events: events.collect(),
            commit: commit.map(|commit| commit.to_string()),
            directory: recorded.map(|recorded| recorded.directory.clone()).unwrap_or_default(),
        }
    }
}

/// `undo`, `redo`, `resume`, `snapshot restore`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OperationAnswer {
    schema: u32,
    /// The operation; `null` if there was nothing to do.
    operation: Option<DoneJson>,
    /// The changed paths.
    paths: Vec<PlannedJson>,
    /// Paths that other processes wrote to meanwhile: their changes are kept in the operation.
    late: Vec<PathJson>,
    /// The tasks from which something was withdrawn, or to which it came back.
    tasks: Vec<AffectedJson>,
}

/// A task that an undo or a redo changed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AffectedJson {
    id: String,
    title: String,
    /// Whether it is listed now: a task whose addition was undone is hidden.
    exists: bool,
    /// As in `show`.
    status: &'static str,
}

/// An operation that was done just now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoneJson {
    id: String,
    /// As in `ops`.
    kind: &'static str,
    /// The operation that it takes back.
    undoes: Option<String>,
    /// The snapshot of the previous state.
    snapshot: Option<String>,
    head: HeadsJson,
}

impl DoneJson {
    /// `operation`.
    pub fn new(operation: &Operation) -> Self {
        DoneJson {
            id: operation.id.to_string(),
            kind: operation.kind.as_str(),
            undoes: operation.undoes.map(|id| id.to_string()),
            snapshot: operation.snapshot.map(|id| id.to_string()),
            head: HeadsJson::new(&operation.before, &operation.after),
        }
    }
}

impl DoneJson {
    /// The undo or redo of what a command wrote to the ledger; HEAD stays.
    pub fn of_ledger(undone: &Undone, kind: Kind, head: &Head) -> Self {
        DoneJson {
            id: undone.id.to_string(),
            kind: kind.as_str(),
            undoes: Some(undone.undone.to_string()),
            snapshot: None,
            head: HeadsJson::new(head, head),
        }
    }
}

impl OperationAnswer {
    /// The answer with what was done.
    pub fn new(operation: Option<DoneJson>, paths: Vec<PlannedJson>, late: &[bstr::BString]) -> Self {
        let late = late.iter().map(|path| PathJson::new(path.as_bstr())).collect();
        OperationAnswer { schema: SCHEMA, operation, paths, late, tasks: Vec::new() }
    }

    /// The result of an undo or a redo (`kind`); `head` is the new HEAD.
    pub fn undone(undone: &Undone, kind: Kind, head: &Head) -> Self {
        let answer = match &undone.outcome {
            Some(outcome) => Self::outcome(outcome),
            None => Self::new(Some(DoneJson::of_ledger(undone, kind, head)), Vec::new(), &[]),
        };
        answer.with_tasks(&undone.tasks)
    }

    /// And with the tasks that were changed.
    pub fn with_tasks(mut self, tasks: &[Affected]) -> Self {
        let affected = |Affected { before, after }: &Affected| AffectedJson {
            id: after.id.to_string(),
            title: if after.exists() { after.title.clone() } else { before.title.clone() },
            exists: after.exists(),
            status: after.status.as_str(),
        };
        self.tasks = tasks.iter().map(affected).collect();
        self
    }

    /// How an operation ended.
    pub fn outcome(outcome: &Outcome) -> Self {
        let late = outcome.done().map_or(&[][..], |done| &done.late);
        Self::new(outcome.done().map(|done| DoneJson::new(&done.operation)), planned(outcome.paths()), late)
    }

    /// An operation that was interrupted, and was taken back.
    pub fn interrupted(ended: &Ended) -> Self {
        let operation = &ended.operation;
        Self::ended(operation, Kind::Undo.as_str(), Some(operation.id), &ended.late)
    }

    /// An interrupted operation that is finished now: `undoes` is the id of the one that was undone.
    pub fn ended(recorded_or: &Operation, kind: &'static str, undoes: Option<Ulid>, late: &[bstr::BString]) -> Self {
        let done = DoneJson { kind, undoes: undoes.map(|id| id.to_string()), ..DoneJson::new(recorded_or) };
        Self::new(Some(done), Vec::new(), late)
    }
}
