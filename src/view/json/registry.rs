//! Which command answers with what: the contract as JSON Schema, for `git agent schema`.

use schemars::{JsonSchema, Schema, schema_for};
use serde_json::{Value, json};

use super::*;

/// A command, and the JSON Schema of its `--json` output.
pub type Answer = (&'static str, fn() -> Schema);

/// Every command that has one.
pub const ANSWERS: [Answer; 62] = [
    ("add", of::<TaskAnswer>),
    ("adopt", of::<TaskAnswer>),
    ("bisect", of::<BisectAnswer>),
    ("blame", of::<BlameAnswer>),
    ("block", of::<TaskAnswer>),
    ("brief", of::<BriefAnswer>),
    ("cancel", of::<EndAnswer<TaskAnswer>>),
    ("capabilities", of::<Capabilities>),
    ("changes-since", of::<ChangesAnswer>),
    ("checkpoint", of::<CheckpointAnswer>),
    ("claim", of::<TaskAnswer>),
    ("complete", of_work::<CompleteAnswer<TaskAnswer>>),
    ("complete (several tasks)", of::<CompleteAnswer<TasksAnswer>>),
    ("completions", of::<PageAnswer>),
    ("decide", of::<TaskAnswer>),
    ("demo", of::<DemoAnswer>),
    ("dep", of::<TaskAnswer>),
    ("diff", of::<DiffAnswer>),
    ("doctor", of::<DoctorAnswer>),
    ("edit", of::<TaskAnswer>),
    ("edit --split", of::<SplitAnswer>),
    ("error", of::<ErrorAnswer>),
    ("fail", of::<EndAnswer<TaskAnswer>>),
    ("gc", of::<GcAnswer>),
    ("graph", of::<GraphAnswer>),
    ("guard", of::<GuardAnswer>),
    ("help", of::<PageAnswer>),
    ("host install", of::<HostsAnswer>),
    ("host status", of::<HostsAnswer>),
    ("host uninstall", of::<HostsAnswer>),
    ("init", of::<InitAnswer>),
    ("link", of::<LinkAnswer>),
    ("list", of::<ListAnswer>),
    ("log", of::<LogAnswer>),
    ("man", of::<PageAnswer>),
    ("man --into", of::<PagesAnswer>),
    ("next", of_work::<NextAnswer>),
    ("note", of::<TaskAnswer>),
    ("ops", of::<OpsAnswer>),
    ("pause", of::<EndAnswer<TaskAnswer>>),
    ("plan export", of::<PlanAnswer>),
    ("plan export --output", of::<ExportAnswer>),
    ("plan import", of::<ImportAnswer>),
    ("ready", of::<ReadyAnswer>),
    ("redo", of::<OperationAnswer>),
    ("reopen", of::<TaskAnswer>),
    ("repair", of::<RepairAnswer>),
    ("report", of::<ReportAnswer>),
    ("resume", of::<OperationAnswer>),
    ("rollback", of::<RollbackAnswer>),
    ("several tasks", of::<TasksAnswer>),
    ("show", of::<ShowAnswer>),
    ("snapshot", of::<SnapshotAnswer>),
    ("squash", of::<SquashAnswer>),
    ("start", of_work::<StartAnswer>),
    ("status", of::<StatusAnswer>),
    ("sync", of::<SyncAnswer>),
    ("unblock", of::<TaskAnswer>),
    ("undo", of::<OperationAnswer>),
    ("uninstall", of::<InitAnswer>),
    ("unlink", of::<LinkAnswer>),
    ("verify", of::<VerifyAnswer>),
];

/// The schema of the answer `T`, with the version in front as in [`Versioned`].
pub fn of<T: JsonSchema>() -> Schema {
    let mut schema = schema_for!(T);
    let keys = schema.ensure_object();
    if let Value::Object(properties) = keys.entry("properties").or_insert_with(|| json!({})) {
        let about = "The version of the contract.";
        let version = json!({ "description": about, "type": "integer", "format": "uint32", "minimum": 0 });
        properties.shift_insert(0, "schema".to_owned(), version);
    }
    if let Value::Array(required) = keys.entry("required").or_insert_with(|| json!([])) {
        required.insert(0, "schema".into());
    }
    schema
}

/// [`of`] an answer whose tasks have what [`Selection::work`] has of them.
fn of_work<T: JsonSchema>() -> Schema {
    let mut schema = of::<T>();
    let task = schema.pointer_mut("/$defs/TaskJson").and_then(|task| task.as_object_mut());
    task.map(|task| task.insert("required".to_owned(), json!(["id", "title", "status"])));
    schema
}
