//! `plan import`, `plan export`.

use serde_json::Value;

use super::{JsonForm as _, json};
use crate::{
    domain::status::Status,
    verbs::plan::{Field, Imported, LeftKind},
};

json! {
    /// The answer of `plan import`.
    pub struct ImportAnswer {
        /// The format that the plan was read as.
        format: &'static str,
        /// Ids of the new tasks, in the order of the plan.
        added: Vec<String>,
        /// Tasks whose fields change.
        changed: Vec<ChangedJson>,
        /// Tasks with fields that are not changed although the plan differs.
        kept: Vec<KeptJson>,
        /// The number of tasks that already match the plan.
        unchanged: usize,
        /// Ids of tasks that were imported from this file before, but are no longer in it.
        missing: Vec<String>,
        /// Parts of the file that were not imported unchanged.
        left: Vec<LeftJson>,
        /// Whether the changes were written to the ledger; false with `--dry-run`.
        applied: bool,
        /// The commit of the ledger; `null` if there was nothing to do.
        commit: Option<String>,
    }

    /// A task that is changed.
    struct ChangedJson {
        id: String,
        /// The names of the changed fields.
        fields: Vec<&'static str>,
        /// The old and the new values.
        changes: Vec<FieldJson>,
    }

    /// The change of a field.
    struct FieldJson from field: &Field {
        field: &'static str = field.name,
        /// The old value; empty if there was none.
        before: String,
        after: String,
    }

    /// A task that is not changed.
    struct KeptJson {
        id: String,
        why: String,
    }

    /// A part of the file that was changed or skipped.
    struct LeftJson from left: &LeftKind {
        /// What it is, and what was done with it.
        what: String,
        /// The number of occurrences.
        count: usize,
        /// The first places: `line:column`.
        first: Vec<String>,
    }

    /// The answer of `plan export --output`.
    pub struct ExportAnswer {
        /// The path of the written file.
        pub output: String,
        /// The format of the file.
        pub format: &'static str,
        /// The number of exported tasks.
        pub exported: usize,
    }

    /// `plan export`: the json format, which `plan import` reads. Fields without a value are omitted.
    pub struct PlanAnswer {
        /// The tasks, dependencies first.
        tasks: Vec<PlannedTask>,
    }

    /// A task of a plan.
    struct PlannedTask {
        /// The id; derived from the title if omitted.
        id: Option<String>,
        /// The title: one line.
        title: String,
        /// The intended status.
        status: Option<Status>,
        /// 0 (highest) to 4.
        priority: Option<u8>,
        /// The feature: an id, or the title of a task in the plan; empty for none.
        parent: Option<String>,
        /// The dependencies: ids, or titles of tasks in the plan.
        after: Option<Vec<String>>,
        /// Paths it is expected to change, relative to the top of the work tree.
        files: Option<Vec<String>>,
        /// The estimated effort in seconds.
        estimate_seconds: Option<u64>,
        /// The description.
        description: Option<String>,
        /// The acceptance criteria.
        accept: Option<String>,
        /// Descriptions of the open blockers.
        blockers: Option<Vec<String>>,
        /// A text or any JSON value.
        result: Option<Value>,
        /// Notes, oldest first.
        notes: Option<Vec<String>>,
        /// Failed attempts, oldest first.
        failures: Option<Vec<PlannedFailure>>,
        /// Decisions, oldest first.
        decisions: Option<Vec<PlannedDecision>>,
    }

    /// A failed attempt.
    struct PlannedFailure {
        /// The reason for the failure.
        reason: String,
        /// The kind of failure, one word.
        kind: Option<String>,
    }

    /// A decision.
    struct PlannedDecision {
        /// The decision.
        text: String,
        /// Its reason.
        why: Option<String>,
    }
}

impl ImportAnswer {
    /// The answer to an import.
    pub fn new(imported: &Imported, dry_run: bool) -> Self {
        let Imported { format, difference, left, commit } = imported;
        let changed = difference.changed().map(|(id, _, change)| {
            let mut fields: Vec<&'static str> = change.fields.iter().map(|field| field.name).collect();
            fields.dedup();
            ChangedJson { id: id.to_string(), fields, changes: change.fields.to_json() }
        });
        let kept = difference.kept().map(|(id, _, why)| KeptJson { id: id.to_string(), why: why.to_owned() });
        ImportAnswer {
            format: format.as_str(),
            added: difference.added.iter().map(|(id, _, _)| id.to_string()).collect(),
            changed: changed.collect(),
            kept: kept.collect(),
            unchanged: difference.unchanged,
            missing: difference.missing.iter().map(|(id, _)| id.to_string()).collect(),
            left: left.to_json(),
            applied: !dry_run,
            commit: commit.to_json(),
        }
    }
}
