//! One struct an answer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{BriefDecisionJson, SCHEMA, TaskJson, UncommittedJson};
use crate::{
    domain::{
        graph::{Graph, Obstacle},
        summary::Summary,
        time::Timestamp,
    },
    error::Result,
    git::status::Counts,
    query::unstamped::FollowUp,
    recovery::operation::Operation,
    verbs::{doctor::Check, list::List, next::NoTask, ready::Ready, status::WorktreeStatus, uncommitted::Left},
};

pub use super::task::VerificationJson;

/// `add`, `edit`, `start`, `claim`, `fail`, …
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskAnswer {
    schema: u32,
    task: TaskJson,
}

impl TaskAnswer {
    /// The answer with `task`.
    pub fn new(task: TaskJson) -> Self {
        TaskAnswer { schema: SCHEMA, task }
    }
}

/// `start`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StartAnswer {
    schema: u32,
    task: TaskJson,
    /// Decisions of its feature, of finished parts of that, and of the tasks that it comes after; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    decided_before: Vec<BriefDecisionJson>,
    /// What is not committed, if another task was active here before; left out if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uncommitted: Option<UncommittedJson>,
}

impl StartAnswer {
    /// The answer with `task`, the decisions that bear on it, and what another task left.
    pub fn new((task, decided_before): (TaskJson, Vec<BriefDecisionJson>), left: Option<&Left>) -> Self {
        StartAnswer { schema: SCHEMA, task, decided_before, uncommitted: left.map(UncommittedJson::new) }
    }
}

/// A command that changes tasks, where several are named.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TasksAnswer {
    schema: u32,
    /// In the order in which they were named.
    tasks: Vec<TaskJson>,
}

impl TasksAnswer {
    /// The answer with `tasks`.
    pub fn new(tasks: Vec<TaskJson>) -> Self {
        TasksAnswer { schema: SCHEMA, tasks }
    }
}

/// `edit --split`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SplitAnswer {
    schema: u32,
    /// The task that keeps the id.
    task: TaskJson,
    /// The tasks that got ids of their own.
    split: Vec<TaskJson>,
}

impl SplitAnswer {
    /// The answer with the task and those that were split off.
    pub fn new(task: TaskJson, split: Vec<TaskJson>) -> Self {
        SplitAnswer { schema: SCHEMA, task, split }
    }
}

/// Why `next` has no task, or this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NextReason {
    /// Every task is completed or cancelled.
    AllDone,
    /// All ready tasks are claimed.
    AllClaimed,
    /// Whatever is left waits for something.
    AllBlocked,
    /// There are no tasks.
    None,
    /// The tasks are elsewhere: this clone has no ledger, and its commits name tasks.
    NoLedger,
    /// There is a task: the one that the actor holds in this worktree, or left in progress there.
    Yours,
}

impl From<NoTask> for NextReason {
    fn from(why: NoTask) -> Self {
        match why {
            NoTask::AllDone => NextReason::AllDone,
            NoTask::AllClaimed => NextReason::AllClaimed,
            NoTask::AllBlocked => NextReason::AllBlocked,
            NoTask::None => NextReason::None,
            NoTask::NoLedger => NextReason::NoLedger,
        }
    }
}

/// `next`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NextAnswer {
    schema: u32,
    task: Option<TaskJson>,
    /// Null with a task that is new to the actor.
    reason: Option<NextReason>,
    /// Decisions that bear on it, as in the answer of `start`; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    decided_before: Vec<BriefDecisionJson>,
    /// What is not committed, if the task was started and another one was active here before; left out if nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uncommitted: Option<UncommittedJson>,
}

impl NextAnswer {
    /// The answer with a task and the decisions that bear on it, whether the actor held it before, and what another task left.
    pub fn task(
        (task, decided_before): (TaskJson, Vec<BriefDecisionJson>),
        is_yours: bool,
        left: Option<&Left>,
    ) -> Self {
        let reason = is_yours.then_some(NextReason::Yours);
        NextAnswer {
            schema: SCHEMA,
            task: Some(task),
            reason,
            decided_before,
            uncommitted: left.map(UncommittedJson::new),
        }
    }

    /// The answer without a task, and why there is none.
    pub fn none(why: NoTask) -> Self {
        NextAnswer {
            schema: SCHEMA,
            task: None,
            reason: Some(why.into()),
            decided_before: Vec::new(),
            uncommitted: None,
        }
    }
}

/// `list`, `ready`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListAnswer {
    schema: u32,
    tasks: Vec<TaskJson>,
    /// How many other tasks match, which a limit left out.
    more: usize,
}

impl ListAnswer {
    /// The tasks of `list` at `now`.
    ///
    /// # Errors
    ///
    /// When a note cannot be read.
    pub fn new(list: &List<'_>, now: Timestamp) -> Result<Self> {
        let more = list.matching - list.tasks.len();
        Ok(ListAnswer { schema: SCHEMA, tasks: Self::tasks(list, now)?, more })
    }

    /// The tasks of `list` at `now`, each for itself.
    ///
    /// # Errors
    ///
    /// When a note cannot be read.
    pub fn tasks(list: &List<'_>, now: Timestamp) -> Result<Vec<TaskJson>> {
        let ids = list.tasks.iter().map(|listed| &listed.task.id);
        TaskJson::several(&list.view, &Graph::new(&list.table), ids, now)
    }
}

/// Changes that are not committed, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DirtyJson {
    /// Paths whose index entry differs from HEAD.
    pub staged: usize,
    /// Paths whose file differs from the index.
    pub unstaged: usize,
    /// Files that git does not know.
    pub untracked: usize,
    /// Paths with conflicts; they are counted here only. Left out if there is none.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unmerged: usize,
    /// Files that differ from the index, which `git status` does not examine (assume-unchanged, skip-worktree). Omitted if
    /// there is none.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub hidden: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl From<Counts> for DirtyJson {
    fn from(dirty: Counts) -> Self {
        let Counts { staged, unstaged, untracked, unmerged, hidden } = dirty;
        DirtyJson { staged, unstaged, untracked, unmerged, hidden }
    }
}

/// Commits that may belong to a task that ended before they were made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FollowUpJson {
    /// The task.
    pub task: String,
    /// The commits, oldest first.
    pub commits: Vec<String>,
}

impl FollowUpJson {
    /// `found` as JSON.
    pub fn new(found: &FollowUp) -> Self {
        let commits = found.commits.iter().map(ToString::to_string).collect();
        FollowUpJson { task: found.task.to_string(), commits }
    }
}

/// `status`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StatusAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// Ids of the active tasks of this worktree.
    pub active: Vec<String>,
    /// Ids of the tasks that the actor holds in this worktree, or left in progress there, without being active; left out if none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// The actor.
    pub actor: String,
    /// The commit.
    pub head: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// Uncommitted changes.
    pub dirty: DirtyJson,
    /// Tasks without parts, by state; what is below a cancelled task is cancelled with it.
    pub counts: BTreeMap<String, usize>,
    /// How many tasks have parts.
    pub features: usize,
    /// Commits made while a task was active that carry no trailer.
    pub unstamped: Vec<String>,
    /// Why commits made here are not stamped; null if they are.
    pub hooks_missing: Option<String>,
    /// Commits made after the last active task ended, which may belong to it; left out if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUpJson>,
    /// The id of an operation that was interrupted: 'undo' takes it back, 'resume' finishes it.
    pub interrupted: Option<String>,
    /// The id of a finished operation that was killed while cleaning up: 'resume' removes what is left.
    pub left_behind: Option<String>,
    /// Tasks that a ref of this worktree names because it was fetched from another repository: not acted on; left out if none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreign: Vec<String>,
}

impl StatusAnswer {
    /// `status` as JSON.
    pub fn new(status: &WorktreeStatus) -> Self {
        let id = |operation: &Option<Operation>| operation.as_ref().map(|operation| operation.id.to_string());
        StatusAnswer {
            schema: SCHEMA,
            active: status.active.iter().map(|(id, _)| id.to_string()).collect(),
            held: status.held.iter().map(|task| task.id.to_string()).collect(),
            actor: status.actor.to_string(),
            head: status.head.commit.map(|id| id.to_string()),
            branch: status.head.branch_name(),
            dirty: status.dirty.into(),
            counts: status.counts.tasks.iter().map(|(status, count)| (status.to_string(), *count)).collect(),
            features: status.counts.features,
            unstamped: status.unstamped.iter().map(ToString::to_string).collect(),
            hooks_missing: status.unstamping.clone(),
            follow_up: status.follow_up.as_ref().map(FollowUpJson::new),
            interrupted: id(&status.interrupted),
            left_behind: id(&status.left_behind),
            foreign: status.foreign.iter().map(ToString::to_string).collect(),
        }
    }
}

/// `verify`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifyAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// The verification and its result.
    pub verification: VerificationJson,
}

/// `doctor`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoctorAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// All checks.
    pub checks: Vec<Check>,
    /// With `--fix` and `--adopt`: the repairs, a sentence each; omitted if there were none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed: Vec<String>,
}

impl DoctorAnswer {
    /// The answer with `checks`.
    pub fn new(checks: Vec<Check>, fixed: Vec<String>) -> Self {
        DoctorAnswer { schema: SCHEMA, checks, fixed }
    }
}

/// `ready`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ReadyAnswer {
    schema: u32,
    tasks: Vec<TaskJson>,
    /// With `--explain`: the open tasks that are not ready, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_ready: Option<Vec<Unready>>,
}

/// An open task that is not ready.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Unready {
    /// Its id.
    pub id: String,
    /// Why, in words.
    pub reasons: Vec<String>,
}

impl ReadyAnswer {
    /// The JSON form of `ready` at `now`.
    ///
    /// # Errors
    ///
    /// When a note cannot be read.
    pub fn new(ready: &Ready<'_>, now: Timestamp) -> Result<Self> {
        let graph = Graph::new(&ready.table);
        let tasks = TaskJson::several(&ready.view, &graph, ready.tasks.iter().map(|row| &row.id), now)?;
        let unready = |(row, obstacles): &(Summary, Vec<Obstacle>)| Unready {
            id: row.id.to_string(),
            reasons: obstacles.iter().map(ToString::to_string).collect(),
        };
        let not_ready = ready.waiting.as_ref().map(|waiting| waiting.iter().map(unready).collect());
        Ok(ReadyAnswer { schema: SCHEMA, tasks, not_ready })
    }
}

/// `sync`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SyncAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// With whom.
    pub remote: String,
    /// Whether its ledger was fetched.
    pub fetched: bool,
    /// How many events were new here.
    pub merged_events: usize,
    /// Whether ours was pushed.
    pub pushed: bool,
    /// How many pushes it took.
    pub attempts: u32,
    /// Ids of the tasks that changed here.
    pub tasks_changed: Vec<String>,
    /// Ids that the clones had chosen for different work: 'edit --split' tells it apart.
    pub rivals: Vec<String>,
    /// Ids of the tasks that this actor held until another actor turned out to have claimed them first.
    pub claims_lost: Vec<String>,
    /// Events that the remote lost: kept here, and pushed back.
    pub dropped: Vec<Dropped>,
    /// Notes whose events are together more than a note can hold.
    pub apart: Vec<Apart>,
}

/// Events that a remote has no more.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dropped {
    /// The task, or the key of a note that names none.
    pub task: String,
    /// How many.
    pub events: usize,
}

/// Events that are kept, and have no effect because the note of their task has no room for them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Apart {
    /// The task, or the key of a note that names none.
    pub task: String,
    /// The blob that holds them.
    pub blob: String,
}

/// `init`, `uninstall`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InitAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// The changes, a sentence each; empty if there were none.
    pub done: Vec<String>,
    /// Warnings.
    pub warnings: Vec<String>,
}

/// `demo`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DemoAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// The repository that it leaves.
    pub repository: String,
    /// The commands that were run, in order.
    pub commands: Vec<String>,
}

/// `capabilities`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Capabilities {
    /// The version of the contract.
    pub schema: u32,
    /// The version of git-agent.
    pub version: String,
    /// The commands.
    pub commands: Vec<String>,
    /// Other features, by name.
    pub features: Vec<String>,
    /// Kinds of events that it knows.
    pub event_kinds: Vec<String>,
    /// Exit codes and their meaning.
    pub exit_codes: BTreeMap<u8, String>,
    /// Limits, by name.
    pub limits: BTreeMap<String, u64>,
}
