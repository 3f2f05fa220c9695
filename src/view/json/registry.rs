//! Which command answers with what: the contract as JSON Schema, for `git agent schema`.

use schemars::{Schema, schema_for};

use super::*;

/// One command's answer.
#[derive(Debug)]
pub struct Answer {
    /// The command.
    pub command: &'static str,
    /// The JSON Schema of its `--json` output.
    pub schema: Schema,
}

/// Commands that answer with the task they changed.
const TASK_COMMANDS: [&str; 10] =
    ["add", "adopt", "edit", "claim", "reopen", "block", "unblock", "dep", "decide", "note"];

/// Every answer, by command.
pub fn answers() -> Vec<Answer> {
    let mut answers: Vec<Answer> =
        TASK_COMMANDS.into_iter().map(|command| Answer { command, schema: schema_for!(TaskAnswer) }).collect();
    let mut add = |command, schema| answers.push(Answer { command, schema });
    for command in ["pause", "fail", "cancel"] {
        add(command, schema_for!(EndAnswer));
    }
    add("start", of_work(schema_for!(StartAnswer)));
    add("several tasks", schema_for!(TasksAnswer));
    add("edit --split", schema_for!(SplitAnswer));
    add("complete", of_work(schema_for!(CompleteAnswer)));
    add("complete (several tasks)", schema_for!(CompletedAnswer));
    add("next", of_work(schema_for!(NextAnswer)));
    add("link", schema_for!(LinkAnswer));
    add("unlink", schema_for!(LinkAnswer));
    add("list", schema_for!(ListAnswer));
    add("log", schema_for!(LogAnswer));
    add("ready", schema_for!(ReadyAnswer));
    add("show", schema_for!(ShowAnswer));
    add("brief", schema_for!(BriefAnswer));
    add("status", schema_for!(StatusAnswer));
    add("changes-since", schema_for!(ChangesAnswer));
    add("checkpoint", schema_for!(CheckpointAnswer));
    add("bisect", schema_for!(BisectAnswer));
    add("blame", schema_for!(BlameAnswer));
    add("diff", schema_for!(DiffAnswer));
    add("gc", schema_for!(GcAnswer));
    add("undo", schema_for!(OperationAnswer));
    add("redo", schema_for!(OperationAnswer));
    add("resume", schema_for!(OperationAnswer));
    add("ops", schema_for!(OpsAnswer));
    add("snapshot", schema_for!(SnapshotAnswer));
    add("plan import", schema_for!(ImportAnswer));
    add("plan export", schema_for!(PlanAnswer));
    add("plan export --output", schema_for!(ExportAnswer));
    add("repair", schema_for!(RepairAnswer));
    add("report", schema_for!(ReportAnswer));
    add("graph", schema_for!(GraphAnswer));
    add("rollback", schema_for!(RollbackAnswer));
    add("squash", schema_for!(SquashAnswer));
    for command in ["host install", "host status", "host uninstall"] {
        add(command, schema_for!(HostsAnswer));
    }
    add("guard", schema_for!(GuardAnswer));
    add("verify", schema_for!(VerifyAnswer));
    add("doctor", schema_for!(DoctorAnswer));
    add("sync", schema_for!(SyncAnswer));
    add("init", schema_for!(InitAnswer));
    add("uninstall", schema_for!(InitAnswer));
    add("demo", schema_for!(DemoAnswer));
    add("capabilities", schema_for!(Capabilities));
    add("error", schema_for!(ErrorAnswer));
    answers.sort_by_key(|answer| answer.command);
    answers
}

/// `schema` of an answer whose tasks have what [`Selection::work`] has of them.
fn of_work(mut schema: Schema) -> Schema {
    let task = schema.pointer_mut("/$defs/TaskJson").and_then(|task| task.as_object_mut());
    task.map(|task| task.insert("required".to_owned(), serde_json::json!(["id", "title", "status"])));
    schema
}
