//! `plan import`, `plan export`.

use serde_json::Value;

use super::{JsonForm as _, json};
use crate::{
    domain::status::Status,
    verbs::plan::{Field, Imported, LeftKind},
};

json! {
    /// `plan import`.
    pub struct ImportAnswer {
        /// The format that the plan was read as.
        format: &'static str,
        /// Ids of the new tasks, in the order of the plan.
        added: Vec<String>,
        /// Tasks that say something else than before.
        changed: Vec<ChangedJson>,
        /// Tasks with fields that are kept although the plan differs.
        kept: Vec<KeptJson>,
        /// How many tasks already match the plan.
        unchanged: usize,
        /// Tasks that came from this file before, and are not in it any more.
        missing: Vec<String>,
        /// Parts of the file that were not imported unchanged.
        left: Vec<LeftJson>,
        /// Whether the changes were written to the ledger; false with `--dry-run`.
        applied: bool,
        /// The commit of the ledger; `null` if there was nothing to do.
        commit: Option<String>,
    }

    /// A task that changes.
    struct ChangedJson {
        id: String,
        /// The names of the fields.
        fields: Vec<&'static str>,
        /// The old and the new values.
        changes: Vec<FieldJson>,
    }

    /// A field that changes.
    struct FieldJson from field: &Field {
        field: &'static str = field.name,
        /// Empty where there was nothing.
        before: String,
        after: String,
    }

    /// A task that is kept as it is.
    struct KeptJson {
        id: String,
        why: String,
    }

    /// Something that was not taken as it is.
    struct LeftJson from left: &LeftKind {
        /// What it is, and what became of it.
        what: String,
        /// How often.
        count: usize,
        /// The first places: line and column.
        first: Vec<String>,
    }

    /// `plan export --output`.
    pub struct ExportAnswer {
        /// The file.
        pub output: String,
        /// Its format.
        pub format: &'static str,
        /// How many tasks are in it.
        pub exported: usize,
    }

    /// `plan export`: the json format, which `plan import` reads. Fields without a value are omitted.
    pub struct PlanAnswer {
        /// In an order in which they can be done.
        tasks: Vec<PlannedTask>,
    }

    /// A task of a plan.
    struct PlannedTask {
        /// Its id; generated from the title if omitted.
        id: Option<String>,
        /// One line.
        title: String,
        /// Where it should stand.
        status: Option<Status>,
        /// 0 (highest) to 4.
        priority: Option<u8>,
        /// The feature: an id, or the title of a task in the plan; empty for none.
        parent: Option<String>,
        /// Its dependencies: ids, or titles of tasks in the plan.
        after: Option<Vec<String>>,
        /// Paths from the top of the work tree.
        files: Option<Vec<String>>,
        /// Expected effort.
        estimate_seconds: Option<u64>,
        /// The files that it is expected to change.
        description: Option<String>,
        /// When is it done?
        accept: Option<String>,
        /// Blockers.
        blockers: Option<Vec<String>>,
        /// A text or any JSON value.
        result: Option<Value>,
        /// Remarks.
        notes: Option<Vec<String>>,
        /// Attempts that failed, oldest first.
        failures: Option<Vec<PlannedFailure>>,
        /// Decisions, oldest first.
        decisions: Option<Vec<PlannedDecision>>,
    }

    /// An attempt that failed.
    struct PlannedFailure {
        /// Why.
        reason: String,
        /// One word for it.
        kind: Option<String>,
    }

    /// A decision.
    struct PlannedDecision {
        /// What.
        text: String,
        /// Why.
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
