//! `checkpoint`, `show`.

use bstr::{BStr, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::{JsonForm as _, TaskJson, VerificationJson, WorkJson, json};
use crate::{
    domain::{graph::Graph, id::TaskId, time::Timestamp},
    error::Result,
    query::revision::Rule,
    store::ledger::View,
    verbs::{
        checkpoint::{self, SavedCheckpoint},
        show::{ShownCheckpoint, Story},
    },
};

/// A path: a string if it is UTF-8, otherwise an object with its bytes in hex.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PathJson {
    /// A path in UTF-8.
    Text(String),
    /// Any other path.
    Bytes {
        /// The bytes of the path in hex.
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

json! {
    /// The answer of `checkpoint`.
    pub struct CheckpointAnswer {
        /// False if there was nothing to commit.
        created: bool,
        checkpoint: Option<CheckpointJson>,
        /// The id of the operation, for `undo`.
        operation: Option<String>,
        /// With `--verify`: the verification, even if there was nothing to commit.
        verification: Option<VerificationJson>,
    }

    /// A commit that names its task.
    struct CheckpointJson from made: &SavedCheckpoint, id: &TaskId, verification: Option<VerificationJson> {
        /// The id of the task.
        task: String = id.to_string(),
        /// `n` of `<task>@n`.
        number: usize,
        /// The full commit id.
        commit: String,
        /// The full id of its tree.
        tree: String,
        /// The first line of its message.
        subject: String,
        /// The paths that differ from its parent.
        paths: Vec<PathJson>,
        /// A verification of exactly its tree.
        verification: Option<VerificationJson> = verification.filter(|verification| verification.tree == made.tree),
    }

    /// The answer of `show`.
    pub struct ShowAnswer {
        task: TaskJson,
        /// The checkpoint, if one was named.
        checkpoint: Option<PointJson>,
        /// Progress, subtasks and files of the task; `null` if a checkpoint was named.
        work: Option<WorkJson>,
    }

    /// The state that a checkpoint name refers to.
    struct PointJson from shown: &ShownCheckpoint<'_> {
        /// `n` of `<task>@n`, if it is a commit of the task.
        number: Option<usize> = shown.point.number,
        /// The full commit id; null for the state before the first commit.
        commit: Option<String> = shown.point.commit.to_json(),
        /// The full id of its tree.
        tree: String,
        /// The first line of its message.
        subject: Option<String>,
        /// The paths that differ from its parent.
        paths: Vec<PathJson>,
        /// The newest verification of exactly its tree for this task.
        verification: Option<VerificationJson> = shown
            .task
            .verification_of(&shown.tree.to_string())
            .map(|verification| VerificationJson::new(verification, &shown.view)),
        /// How `@start` was determined.
        rule: Option<&'static str> = shown.point.rule.map(Rule::as_str),
    }
}

impl CheckpointAnswer {
    /// The result of `checkpoint`; `view` has its long texts.
    pub fn new(view: &View<'_>, answer: checkpoint::Answer) -> Self {
        let verified = answer.verified.as_ref().map(|(_, verification)| verification);
        let verification = verified.map(|verification| VerificationJson::new(verification, view));
        let operation = answer.checkpoint.as_ref().and_then(|made| made.operation.clone());
        let checkpoint =
            answer.checkpoint.map(|made| CheckpointJson::new(&made, &answer.task.id, verification.clone()));
        CheckpointAnswer { created: checkpoint.is_some(), checkpoint, operation, verification }
    }
}

impl ShowAnswer {
    /// A task with everything that is known of it at `now`.
    pub fn task(story: &Story<'_>, now: Timestamp) -> Self {
        let task = TaskJson::new(&story.task, &story.view, &Graph::new(&story.table), now);
        ShowAnswer { task, checkpoint: None, work: Some(story.to_json()) }
    }

    /// A checkpoint, with its task as of `now`.
    pub fn checkpoint(shown: &ShownCheckpoint<'_>, now: Timestamp) -> Result<Self> {
        let task = TaskJson::new(&shown.task, &shown.view, &Graph::new(&shown.view.table()?), now);
        Ok(ShowAnswer { task, checkpoint: Some(shown.to_json()), work: None })
    }
}
