//! The answer of `log`.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ChangeJson, SnapshotJson};

/// The answer of `log`; with `--jsonl`, its entries, one per line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogAnswer {
    /// The entries, newest first.
    pub entries: Vec<LogEntry>,
    /// The clone is shallow, and its history ends here: there may be more.
    pub lower_bound: bool,
}

/// An entry of the log.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum LogEntry {
    /// A commit.
    Commit(LogCommit),
    /// An event of a task.
    Event(LogEvent),
    /// A snapshot (`--snapshots`).
    Snapshot(LogSnapshot),
}

/// A snapshot, and its changes since the previous one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogSnapshot {
    #[serde(flatten)]
    pub snapshot: SnapshotJson,
    /// The id of the previous snapshot of the same worktree; `null`: the changes are relative to `head`.
    pub previous: Option<String>,
    /// The changed files.
    pub changes: Vec<ChangeJson>,
}

/// A commit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogCommit {
    /// The full commit id.
    pub commit: String,
    /// The committer date. Git stores seconds; milliseconds are from the ledger if it recorded the commit, otherwise zero.
    pub at: String,
    /// `Name <email>` after applying the mailmap.
    pub author: String,
    /// Ids of the tasks that it belongs to.
    pub tasks: Vec<String>,
    /// The subject: the first paragraph of the message on one line.
    pub subject: String,
    /// `n` of `T@n`, if the log is about task T and the commit is on the history of HEAD.
    pub number: Option<usize>,
    /// The number for each of `tasks`, if the log is about one task; otherwise empty.
    pub numbers: Vec<Option<usize>>,
    /// Whether the newest verification of exactly its tree passed; null if there is none.
    pub verified: Option<bool>,
    /// Whether a later commit in this log reverts it, and is not reverted itself.
    pub reverted: bool,
    /// The oldest commit of the task with the same patch, if the log is about one task: one of the two is a cherry-pick of the other.
    pub same_patch_as: Option<String>,
}

/// An event of a task, with the keys of its kind.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogEvent {
    /// The time by the clock of the writer.
    pub at: String,
    /// The actor, as `name@host`.
    pub by: String,
    /// The id of the task.
    pub task: String,
    /// The kind of the event, as in the ledger.
    pub kind: String,
    /// The ulid of the event in the ledger.
    pub id: String,
    /// What else it says; `failure_kind` and `linked_by` are `kind` and `by` of the ledger's line. Of an edit, `was` has the fields that it
    /// set as they were before; `undone` is true when it was withdrawn.
    #[serde(flatten)]
    pub keys: Map<String, Value>,
}
