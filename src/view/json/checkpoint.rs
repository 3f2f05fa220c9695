//! `checkpoint`, `show`.

use bstr::{BStr, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::{SCHEMA, TaskJson, VerificationJson, WorkJson};
use crate::{
    domain::{graph::Graph, id::TaskId, time::Timestamp},
    error::Result,
    query::revision::Rule,
    store::ledger::View,
    verbs::{
        checkpoint::{self, Checkpoint as Saved},
        show::{Checkpoint, Story},
    },
};

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
    /// With `--verify`: the verification, also if there was nothing to commit.
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
    /// Its changes.
    pub paths: Vec<PathJson>,
    /// The verification of exactly its tree.
    pub verification: Option<VerificationJson>,
}

impl CheckpointJson {
    /// The checkpoint `made` of the task `id`.
    pub fn new(id: &TaskId, made: &Saved, verification: Option<VerificationJson>) -> Self {
        CheckpointJson {
            task: id.to_string(),
            number: made.number,
            commit: made.commit.clone(),
            verification: verification.filter(|verification| verification.tree == made.tree),
            tree: made.tree.clone(),
            subject: made.subject.clone(),
            paths: made.paths.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
        }
    }
}

impl CheckpointAnswer {
    /// The result of `checkpoint`; `view` has its long texts.
    pub fn new(view: &View<'_>, answer: checkpoint::Answer) -> Self {
        let verified = answer.verified.as_ref().map(|(_, verification)| verification);
        let verification = verified.map(|verification| VerificationJson::new(view, verification));
        let operation = answer.checkpoint.as_ref().and_then(|made| made.operation.clone());
        let id = &answer.task.id;
        let checkpoint = answer.checkpoint.map(|made| CheckpointJson::new(id, &made, verification.clone()));
        CheckpointAnswer { schema: SCHEMA, created: checkpoint.is_some(), checkpoint, operation, verification }
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
    /// A task with everything that is known of it at `now`.
    pub fn task(story: &Story<'_>, now: Timestamp) -> Self {
        let task = TaskJson::new(&story.view, &story.task, &Graph::new(&story.table), now);
        ShowAnswer { schema: SCHEMA, task, checkpoint: None, work: Some(WorkJson::new(story)) }
    }

    /// A checkpoint, with its task as of `now`.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn checkpoint(shown: &Checkpoint<'_>, now: Timestamp) -> Result<Self> {
        let (view, tree) = (&shown.view, shown.tree.to_string());
        let verification = shown.task.verification_of(&tree);
        let checkpoint = PointJson {
            number: shown.point.number,
            commit: shown.point.commit.map(|commit| commit.to_string()),
            subject: shown.subject.clone(),
            paths: shown.paths.iter().map(|path| PathJson::new(path.as_bstr())).collect(),
            verification: verification.map(|verification| VerificationJson::new(view, verification)),
            rule: shown.point.rule.map(Rule::as_str),
            tree,
        };
        let table = view.table()?;
        let task = TaskJson::new(view, &shown.task, &Graph::new(&table), now);
        Ok(ShowAnswer { schema: SCHEMA, task, checkpoint: Some(checkpoint), work: None })
    }
}

/// The state that the name of a checkpoint refers to.
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
    /// Its changes.
    pub paths: Vec<PathJson>,
    /// The newest verification of exactly its tree by this task.
    pub verification: Option<VerificationJson>,
    /// How `@start` was found.
    pub rule: Option<&'static str>,
}
