//! `complete`, `pause`, `fail`, `cancel`: the end of a task, and its consequences.

use schemars::JsonSchema;
use serde::Serialize;

use super::{BriefDecisionJson, BriefUncommittedJson, JsonForm as _, TaskJson, json};
use crate::{
    domain::summary::Summary,
    error::Result,
    verbs::{
        Caller, checkpoint::SavedCheckpoint, complete::Completed, feature::Features, task::ChangedTask,
        uncommitted::Uncommitted,
    },
};

/// The answer of `pause`, `fail` and `cancel`: the task or the tasks, and what else happened when they ended.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "EndAnswer")]
pub struct EndAnswer<T> {
    #[serde(flatten)]
    tasks: T,
    #[serde(flatten)]
    end: EndJson,
    /// With `cancel`: ids of the open tasks that directly depend on one of them; omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    dependents: Vec<String>,
}

/// The answer of `complete`: the task or the tasks, and what else happened when they were completed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(rename = "CompleteAnswer")]
pub struct CompleteAnswer<T> {
    #[serde(flatten)]
    tasks: T,
    /// Ids of the tasks that became ready.
    unblocked: Vec<String>,
    /// With `--next`: the task that was started or claimed.
    next: Option<TaskJson>,
    /// Decisions that apply to `next`, as in the answer of `start`; omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    decided_before: Vec<BriefDecisionJson>,
    /// With `--message`: the checkpoint created first; omitted if there was nothing to commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkpoint: Option<MadeJson>,
    #[serde(flatten)]
    end: EndJson,
    /// Acceptance criteria that are not ticked; omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open_criteria: Vec<String>,
    /// Commits without a task made while one of the tasks was active.
    unstamped: Vec<String>,
    /// Commits of the task that HEAD does not contain, and another branch does; those that no branch contains, if HEAD has none of the task.
    /// Omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    elsewhere: Vec<String>,
}

json! {
    /// What else happened when a task ended.
    struct EndJson {
        /// Ids of the features that were completed with it; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        features: Vec<String>,
        /// Uncommitted changes of this worktree, if the task was active in it; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uncommitted: Option<UncommittedJson>,
    }

    /// Uncommitted changes of a task that is no longer active.
    pub struct UncommittedJson from left: &Uncommitted {
        /// The id of the task: `git agent checkpoint --task <id>` commits its changes.
        task: String,
        /// The id of the task that a checkpoint commits these changes to from now on; omitted if none is active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        goes_to: Option<String>,
        #[serde(flatten)]
        uncommitted: BriefUncommittedJson = left.summary.to_json(),
    }

    /// A checkpoint that was created first; `show` has the details.
    struct MadeJson from done: &Completed, saved: &SavedCheckpoint {
        /// `n` of `<task>@n`.
        number: usize = saved.number,
        /// The full commit id.
        commit: String = saved.commit.clone(),
        /// The number of changed paths.
        paths: usize = saved.paths.len(),
        /// Whether exactly its tree passed the verification; omitted if none was requested.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        passed: Option<bool> = done.verified.as_ref().map(|(_, verification)| verification.passed()),
    }
}

impl<T> EndAnswer<T> {
    /// The answer with `tasks`, the consequences of their end, as `changed` has them, and their dependents.
    pub fn new(tasks: T, changed: &[ChangedTask], dependents: &[Summary]) -> Self {
        let end = EndJson::new(changed.iter().map(|changed| (&changed.features, changed.uncommitted.as_ref())));
        EndAnswer { tasks, end, dependents: ids(dependents) }
    }
}

impl<T> CompleteAnswer<T> {
    /// The answer with `tasks`, which are `done`.
    pub fn new(tasks: T, caller: &Caller, done: &[Completed]) -> Result<Self> {
        let next = done.iter().filter_map(|done| done.next.as_ref()?.as_ref().ok()).next_back();
        let next = next.map(|next| TaskJson::with_needs(caller, &next.task)).transpose()?;
        let (next, decided_before) = next.map_or((None, Vec::new()), |(next, decided)| (Some(next), decided));
        let saved = |done: &Completed| done.saved.as_ref().map(|saved| MadeJson::new(done, saved));
        Ok(CompleteAnswer {
            tasks,
            unblocked: done.iter().flat_map(|done| ids(&done.unblocked)).collect(),
            next,
            decided_before,
            checkpoint: done.iter().find_map(saved),
            end: EndJson::new(done.iter().map(|done| (&done.features, left(done)))),
            open_criteria: done.iter().flat_map(|done| done.open_criteria.clone()).collect(),
            unstamped: done.iter().flat_map(|done| &done.unstamped).map(ToString::to_string).collect(),
            elsewhere: done.iter().flat_map(|done| &done.elsewhere).map(ToString::to_string).collect(),
        })
    }
}

fn ids(rows: &[Summary]) -> Vec<String> {
    rows.iter().map(|row| row.id.to_string()).collect()
}

impl EndJson {
    /// What became of the features above each of the tasks that ended, and what is not committed.
    fn new<'a>(ended: impl Iterator<Item = (&'a Features, Option<&'a Uncommitted>)>) -> Self {
        let (mut features, mut uncommitted) = (Vec::new(), None);
        for (above, left) in ended {
            features.extend(ids(&above.completed));
            uncommitted = uncommitted.or(left);
        }
        EndJson { features, uncommitted: uncommitted.map(UncommittedJson::new) }
    }
}

/// What is not committed after `done`.
fn left(done: &Completed) -> Option<&Uncommitted> {
    let next = done.next.as_ref().and_then(|next| next.as_ref().ok());
    done.uncommitted.as_ref().or_else(|| next?.uncommitted.as_ref())
}
