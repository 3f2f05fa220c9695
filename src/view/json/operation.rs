//! `undo`, `redo`, `resume`, `ops`, `snapshot restore`.

use bstr::{BStr, BString};
use schemars::JsonSchema;
use serde::Serialize;
use ulid::Ulid;

use super::{JsonForm, PathJson, json};
use crate::{
    domain::{event::Event, id::TaskId},
    git::Head,
    recovery::{
        Outcome,
        operation::{Operation, OperationKind, OperationState, Touched},
        path_plan::{PathChange, PathPlan},
    },
    verbs::{
        commands::{Affected, CommandEntry},
        ops::ShownCommand,
        undo::{EndedOperation, Undone},
    },
};

json! {
    /// What happens to a path.
    pub struct PlannedJson {
        /// The path, or its bytes in hex.
        #[serde(flatten)]
        path: NamedPath,
        /// What is done with it.
        action: &'static str,
        /// Why it is removed or kept.
        reason: Option<String>,
    }

    /// The commit of HEAD before and after.
    #[derive(Default)]
    pub struct HeadsJson {
        /// The full commit id before; `null` on a branch without commits.
        pub before: Option<String>,
        /// The full commit id after.
        pub after: Option<String>,
    }

    /// An operation or command in a list.
    pub struct OperationJson from entry: &CommandEntry {
        id: String,
        /// `worktree`: it changed the branch, the index or the work tree. `ledger`: it only wrote to the ledger.
        scope: &'static str = if entry.operation.is_some() { "worktree" } else { "ledger" },
        /// `rollback`, `undo`, `redo`, `restore`, `checkpoint`, `squash`; in scope `ledger` the command: `add`, `edit`, …
        kind: String = entry.kind().to_owned(),
        /// A description: one line.
        title: String,
        at: String,
        by: String,
        task: Option<String> = operation(entry).and_then(|operation| operation.task.to_json()),
        /// `begun` (running or interrupted), `done`, `failed` (everything was restored).
        state: &'static str = operation(entry).map_or(OperationState::Done, |operation| operation.state).as_str(),
        /// The branch before the operation; null if HEAD was detached.
        branch: Option<String> = operation(entry).and_then(|operation| operation.before.branch_name()),
        head: HeadsJson = operation(entry).map(HeadsJson::of).unwrap_or_default(),
        /// The id of the snapshot of the previous state.
        snapshot: Option<String> = operation(entry).and_then(|operation| operation.snapshot.to_json()),
        /// The id of the operation that this one undoes.
        undoes: Option<String>,
        /// The id of the operation that undid this one.
        undone_by: Option<String>,
        /// It was not made in this repository, and cannot be undone; omitted otherwise.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        foreign: bool = entry.operation.as_ref().is_some_and(|recorded| recorded.is_foreign),
    }

    /// The answer of `ops`.
    pub struct OpsAnswer {
        /// The operations, newest first.
        pub operations: Vec<OperationJson>,
    }

    /// A path that an operation changed.
    pub struct TouchedJson from touched: &Touched {
        #[serde(flatten)]
        path: NamedPath,
        /// Whether its file was changed.
        on_disk: bool,
        /// Whether its index entry was changed.
        in_index: bool,
    }

    /// An event that a command wrote.
    pub struct WrittenJson from written: &(TaskId, Event) {
        task: String = written.0.to_string(),
        /// The ulid of the event, as in `log --json`.
        event: String = written.1.id.to_string(),
        kind: String = written.1.payload.kind().to_owned(),
    }

    /// The answer of `ops show`.
    pub struct OpShowAnswer {
        operation: OperationJson,
        /// The paths that it changed.
        paths: Vec<TouchedJson>,
        /// Its events in the ledger.
        events: Vec<WrittenJson>,
        /// The commit that contains `before/`, `after/` and `late/`; for a command that only wrote to the ledger, its newest commit there.
        commit: Option<String>,
        /// Their directory in the tree of that commit: empty at the top, otherwise it ends with a slash.
        directory: String,
    }

    /// The answer of `undo`, `redo`, `resume` and `snapshot restore`.
    pub struct OperationAnswer {
        /// The operation; `null` if there was nothing to do.
        operation: Option<DoneJson>,
        /// The changed paths.
        paths: Vec<PlannedJson>,
        /// Paths that other processes wrote to meanwhile: their changes are kept in the operation.
        late: Vec<PathJson>,
        /// The tasks whose events were withdrawn or restored.
        tasks: Vec<AffectedJson>,
    }

    /// A task that an undo or redo changed.
    pub struct AffectedJson from affected: &Affected {
        id: String = affected.after.id.to_string(),
        title: String = if affected.after.exists() { &affected.after } else { &affected.before }.title.clone(),
        /// Whether it is listed now; a task whose addition was undone is hidden.
        exists: bool = affected.after.exists(),
        /// The status, as in `show`.
        status: &'static str = affected.after.status.as_str(),
    }

    /// The operation that was carried out.
    pub struct DoneJson from operation: &Operation {
        id: String,
        /// The kind, as in `ops`.
        kind: &'static str = operation.kind.as_str(),
        /// The id of the operation that it undoes.
        undoes: Option<String>,
        /// The id of the snapshot of the previous state.
        snapshot: Option<String>,
        head: HeadsJson = HeadsJson::of(operation),
    }
}

/// `path` if it is UTF-8, otherwise `path_hex`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum NamedPath {
    /// A path in UTF-8.
    Text {
        /// The path, relative to the top of the work tree.
        path: String,
    },
    /// Any other path.
    Bytes {
        /// The bytes of the path in hex.
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
    let change = |(path, change): (&BString, &PathChange)| {
        let (action, reason) = match change {
            PathChange::Write(_) => ("write", None),
            PathChange::Remove(reason) => ("remove", Some(reason.as_str().to_owned())),
        };
        PlannedJson { path: path.to_json(), action, reason }
    };
    let kept = plan.kept.iter().map(|kept| PlannedJson {
        path: kept.path.to_json(),
        action: "keep",
        reason: Some(kept.why.as_str().to_owned()),
    });
    plan.files.iter().map(change).chain(kept).collect()
}

impl HeadsJson {
    /// From one to the other.
    pub fn new(before: &Head, after: &Head) -> Self {
        HeadsJson { before: before.commit.to_json(), after: after.commit.to_json() }
    }

    /// Before `operation`, and after it.
    pub fn of(operation: &Operation) -> Self {
        Self::new(&operation.before, &operation.after)
    }
}

fn operation(entry: &CommandEntry) -> Option<&Operation> {
    entry.operation.as_ref().map(|recorded| &recorded.operation)
}

impl OpShowAnswer {
    /// The answer with `shown`.
    pub fn new(ShownCommand { entry, events }: &ShownCommand) -> Self {
        let recorded = entry.operation.as_ref();
        let commit = recorded.map(|recorded| recorded.commit).or(entry.ledger.as_ref().map(|part| part.commit));
        OpShowAnswer {
            operation: entry.to_json(),
            paths: recorded.map(|recorded| recorded.touched.to_json()).unwrap_or_default(),
            events: events.to_json(),
            commit: commit.to_json(),
            directory: recorded.map(|recorded| recorded.directory.clone()).unwrap_or_default(),
        }
    }
}

impl OperationAnswer {
    fn new(operation: Option<DoneJson>, paths: Vec<PlannedJson>, late: &[BString]) -> Self {
        OperationAnswer { operation, paths, late: late.to_json(), tasks: Vec::new() }
    }

    /// The result of an undo or a redo (`kind`); `head` is the new HEAD.
    pub fn undone(undone: &Undone, kind: OperationKind, head: &Head) -> Self {
        let answer = match &undone.outcome {
            Some(outcome) => Self::outcome(outcome),
            // It only wrote to the ledger; HEAD stays.
            None => {
                let done = DoneJson {
                    id: undone.id.to_string(),
                    kind: kind.as_str(),
                    undoes: Some(undone.undone.to_string()),
                    snapshot: None,
                    head: HeadsJson::new(head, head),
                };
                Self::new(Some(done), Vec::new(), &[])
            }
        };
        OperationAnswer { tasks: undone.tasks.to_json(), ..answer }
    }

    /// How an operation ended.
    pub fn outcome(outcome: &Outcome) -> Self {
        let late = outcome.done().map_or(&[][..], |done| &done.late);
        Self::new(outcome.done().map(|done| done.operation.to_json()), planned(outcome.paths()), late)
    }

    /// An operation that was interrupted, and was taken back.
    pub fn interrupted(ended: &EndedOperation) -> Self {
        let operation = &ended.operation;
        Self::ended(operation, OperationKind::Undo.as_str(), Some(operation.id), &ended.late)
    }

    /// An interrupted operation that is finished now: `undoes` is the id of the one that was undone.
    pub fn ended(recorded_or: &Operation, kind: &'static str, undoes: Option<Ulid>, late: &[BString]) -> Self {
        let done = DoneJson { kind, undoes: undoes.to_json(), ..recorded_or.to_json() };
        Self::new(Some(done), Vec::new(), late)
    }
}
