//! The answer of `log`.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ChangeJson, SnapshotJson};

/// `log`; with `--jsonl` its entries, one a line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogAnswer {
    /// Newest first.
    pub entries: Vec<LogEntry>,
    /// The history is cut off (shallow clone): there may be more.
    pub lower_bound: bool,
}

/// One thing that happened.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum LogEntry {
    /// A commit.
    Commit(LogCommit),
    /// A task event.
    Event(LogEvent),
    /// A snapshot (`--snapshots`).
    Snapshot(LogSnapshot),
}

/// A snapshot, and its changes since the previous one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogSnapshot {
    /// The snapshot.
    #[serde(flatten)]
    pub snapshot: SnapshotJson,
    /// The snapshot before it of the same worktree; `null`: the changes are those against `head`.
    pub previous: Option<String>,
    /// What changed.
    pub changes: Vec<ChangeJson>,
}

/// A commit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogCommit {
    /// Its id, full hex.
    pub commit: String,
    /// The committer's date. Git keeps seconds; milliseconds are from the ledger where it saw the commit, else zero.
    pub at: String,
    /// `Name <email>`, as the mailmap has it.
    pub author: String,
    /// Ids of the tasks that it belongs to.
    pub tasks: Vec<String>,
    /// The first paragraph of the message on one line.
    pub subject: String,
    /// n of `T@n` when the log is about task T and the commit is on HEAD's history.
    pub number: Option<usize>,
    /// The same for each of `tasks`, when the log is about one task; otherwise empty.
    pub numbers: Vec<Option<usize>>,
    /// How the newest verification of exactly its tree ended.
    pub verified: Option<bool>,
    /// A later commit in this log reverts it, and is in force itself.
    pub reverted: bool,
    /// The oldest commit of the task that made the same patch, when the log is about one task: this one is a cherry-pick of it, or it of this one.
    pub same_patch_as: Option<String>,
}

/// A task event, with the keys that its kind carries.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogEvent {
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// Whose.
    pub task: String,
    /// The kind of event.
    pub kind: String,
    /// Its id in the ledger.
    pub id: String,
    /// What else it says; `failure_kind` and `linked_by` are `kind` and `by` of the ledger's line. Of an edit, `was` has the fields that it
    /// set as they were before; `undone` is true when it was withdrawn.
    #[serde(flatten)]
    pub keys: Map<String, Value>,
}
