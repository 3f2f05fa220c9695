//! `checkpoint`, `show`.

use bstr::{BStr, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::{SCHEMA, TaskJson, VerificationJson, WorkJson};

/// A path: a string when it is UTF-8, else an object with its bytes in hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PathJson {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Bytes {
        /// Its bytes, in hex.
        path_hex: String,
    },
}

impl PathJson {
    /// A path from the top of the work tree.
    pub fn new(path: &BStr) -> Self {
        match path.to_str() {
            Ok(text) => PathJson::Text(text.to_owned()),
            Err(_) => PathJson::Bytes { path_hex: path.iter().map(|byte| format!("{byte:02x}")).collect() },
        }
    }
}

/// `checkpoint`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckpointAnswer {
    schema: u32,
    /// False when there was nothing to commit.
    created: bool,
    checkpoint: Option<CheckpointJson>,
    /// The operation that `undo` takes back.
    operation: Option<String>,
    /// With `--verify`: what was run, also when there was nothing to commit.
    verification: Option<VerificationJson>,
}

/// A commit that names its task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckpointJson {
    /// The task.
    pub task: String,
    /// n of `<task>@n`.
    pub number: usize,
    /// The commit.
    pub commit: String,
    /// Its tree.
    pub tree: String,
    /// Its subject.
    pub subject: String,
    /// What it changes.
    pub paths: Vec<PathJson>,
    /// The verification of exactly its tree.
    pub verification: Option<VerificationJson>,
}

impl CheckpointAnswer {
    /// The answer with a checkpoint, or without one when there was nothing to commit.
    pub fn new(
        checkpoint: Option<CheckpointJson>,
        operation: Option<String>,
        verification: Option<VerificationJson>,
    ) -> Self {
        let created = checkpoint.is_some();
        CheckpointAnswer { schema: SCHEMA, created, checkpoint, operation, verification }
    }
}

/// `show`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ShowAnswer {
    schema: u32,
    task: TaskJson,
    /// The checkpoint that was named behind `@`.
    checkpoint: Option<PointJson>,
    /// How far the task is, its parts, and the files that its commits touch; `null` where a checkpoint was named.
    work: Option<WorkJson>,
}

impl ShowAnswer {
    /// The answer with `task`, and the checkpoint of it that was asked for, or else what there is to say of its work.
    pub fn new(task: TaskJson, checkpoint: Option<PointJson>, work: Option<WorkJson>) -> Self {
        ShowAnswer { schema: SCHEMA, task, checkpoint, work }
    }
}

/// A state that a checkpoint's name stands for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PointJson {
    /// n of `<task>@n`, if it is a commit of the task.
    pub number: Option<usize>,
    /// The commit; null for the state before any commit.
    pub commit: Option<String>,
    /// Its tree.
    pub tree: String,
    /// Its subject.
    pub subject: Option<String>,
    /// What it changes.
    pub paths: Vec<PathJson>,
    /// The newest verification of exactly its tree by this task.
    pub verification: Option<VerificationJson>,
    /// How `@start` was found.
    pub rule: Option<&'static str>,
}
