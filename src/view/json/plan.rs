//! `plan import`, `plan export`.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::SCHEMA;
use crate::{
    domain::status::Status,
    verbs::plan::{Field, Format, Imported},
};

/// `plan import`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportAnswer {
    schema: u32,
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
#[derive(Debug, Serialize, JsonSchema)]
pub struct ChangedJson {
    id: String,
    /// The names of the fields.
    fields: Vec<&'static str>,
    /// The old and the new values.
    changes: Vec<FieldJson>,
}

/// A field that changes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FieldJson {
    field: &'static str,
    /// Empty where there was nothing.
    before: String,
    after: String,
}

/// A task that is kept as it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KeptJson {
    id: String,
    why: String,
}

/// Something that was not taken as it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeftJson {
    /// What it is, and what became of it.
    pub what: String,
    /// How often.
    pub count: usize,
    /// The first places: line and column.
    pub first: Vec<String>,
}

impl ImportAnswer {
    /// The answer to an import.
    pub fn new(imported: Imported, dry_run: bool) -> Self {
        let Imported { format, difference, left, commit } = imported;
        let field =
            |field: &Field| FieldJson { field: field.name, before: field.before.clone(), after: field.after.clone() };
        let changed = difference.changed().map(|(id, _, change)| {
            let mut fields: Vec<&'static str> = change.fields.iter().map(|field| field.name).collect();
            fields.dedup();
            ChangedJson { id: id.to_string(), fields, changes: change.fields.iter().map(field).collect() }
        });
        let kept = difference.kept().map(|(id, _, why)| KeptJson { id: id.to_string(), why: why.to_owned() });
        ImportAnswer {
            schema: SCHEMA,
            format: format.as_str(),
            added: difference.added.iter().map(|(id, _, _)| id.to_string()).collect(),
            changed: changed.collect(),
            kept: kept.collect(),
            unchanged: difference.unchanged,
            missing: difference.missing.iter().map(|(id, _)| id.to_string()).collect(),
            left: left
                .into_iter()
                .map(|kind| LeftJson { what: kind.what, count: kind.count, first: kind.first })
                .collect(),
            applied: !dry_run,
            commit: commit.map(|id| id.to_string()),
        }
    }
}

/// `plan export --output`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ExportAnswer {
    schema: u32,
    /// The file.
    output: String,
    /// Its format.
    format: &'static str,
    /// How many tasks are in it.
    exported: usize,
}

impl ExportAnswer {
    /// `count` tasks in `output`.
    pub fn new(output: &str, format: Format, count: usize) -> Self {
        ExportAnswer { schema: SCHEMA, output: output.to_owned(), format: format.as_str(), exported: count }
    }
}

/// `plan export`: the json format, which `plan import` reads. Fields without a value are omitted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanAnswer {
    /// The version of the format.
    pub schema: u32,
    /// In an order in which they can be done.
    pub tasks: Vec<PlannedTask>,
}

/// A task of a plan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedTask {
    /// Its id; made from the title if it is left out.
    pub id: Option<String>,
    /// One line.
    pub title: String,
    /// Where it should stand.
    pub status: Option<Status>,
    /// 0 (highest) to 4.
    pub priority: Option<u8>,
    /// The feature: an id, or the title of a task in the plan; empty for none.
    pub parent: Option<String>,
    /// Its dependencies: ids, or titles of tasks in the plan.
    pub after: Option<Vec<String>>,
    /// Paths from the top of the work tree.
    pub files: Option<Vec<String>>,
    /// Expected effort.
    pub estimate_seconds: Option<u64>,
    /// The files that it is expected to change.
    pub description: Option<String>,
    /// When is it done?
    pub accept: Option<String>,
    /// Blockers.
    pub blockers: Option<Vec<String>>,
    /// A text or any JSON value.
    pub result: Option<Value>,
    /// Remarks.
    pub notes: Option<Vec<String>>,
    /// Attempts that failed, oldest first.
    pub failures: Option<Vec<PlannedFailure>>,
    /// Decisions, oldest first.
    pub decisions: Option<Vec<PlannedDecision>>,
}

/// An attempt that failed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedFailure {
    /// Why.
    pub reason: String,
    /// One word for it.
    pub kind: Option<String>,
}

/// A decision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedDecision {
    /// What.
    pub text: String,
    /// Why.
    pub why: Option<String>,
}
