//! One struct an answer.

use std::collections::BTreeMap;

use super::{BriefDecisionJson, JsonForm as _, TaskJson, UncommittedJson, json};
use crate::{
    domain::{
        graph::{Graph, Obstacle},
        summary::Summary,
        task::Task,
        time::Timestamp,
    },
    error::Result,
    git::{ObjectId, status::Counts},
    query::unstamped::FollowUp,
    recovery::operation::Operation,
    store::ledger::audit::Loss,
    verbs::{
        Caller,
        list::List,
        next::{NextTask, NoTask},
        ready::Ready,
        start::Started,
        status::WorktreeStatus,
        sync,
        uncommitted::Uncommitted,
    },
};

json! {
    /// `add`, `edit`, `start`, `claim`, `fail`, …
    pub struct TaskAnswer {
        /// The task.
        pub task: TaskJson,
    }

    /// `start`.
    pub struct StartAnswer {
        task: TaskJson,
        /// Decisions of its feature, of finished parts of that, and of the tasks that it comes after; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        decided_before: Vec<BriefDecisionJson>,
        /// What is not committed, if another task was active here before; omitted if nothing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uncommitted: Option<UncommittedJson>,
    }

    /// A command that changes tasks, where several are named.
    pub struct TasksAnswer {
        /// In the order in which they were named.
        pub tasks: Vec<TaskJson>,
    }

    /// `edit --split`.
    pub struct SplitAnswer {
        /// The task that keeps the id.
        pub task: TaskJson,
        /// The tasks that got ids of their own.
        pub split: Vec<TaskJson>,
    }

    /// `next`.
    pub struct NextAnswer {
        task: Option<TaskJson>,
        /// Null with a task that is new to the actor.
        reason: Option<NextReason>,
        /// Decisions that bear on it, as in the answer of `start`; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        decided_before: Vec<BriefDecisionJson>,
        /// What is not committed, if the task was started and another one was active here before; omitted if nothing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uncommitted: Option<UncommittedJson>,
    }

    /// `list`, `ready`.
    pub struct ListAnswer {
        tasks: Vec<TaskJson>,
        /// How many other tasks match, which a limit left out.
        more: usize,
    }

    /// Changes that are not committed, by kind.
    #[derive(Copy, Default, PartialEq, Eq)]
    pub struct DirtyJson from counts: &Counts {
        /// Paths whose index entry differs from HEAD.
        pub staged: usize,
        /// Paths whose file differs from the index.
        pub unstaged: usize,
        /// Files that git does not know.
        pub untracked: usize,
        /// Paths with conflicts; they are counted here only. Omitted if there is none.
        #[serde(skip_serializing_if = "is_zero", default)]
        pub unmerged: usize,
        /// Files that differ from the index, which `git status` does not examine (assume-unchanged, skip-worktree). Omitted if
        /// there is none.
        #[serde(skip_serializing_if = "is_zero", default)]
        pub hidden: usize,
    }

    /// Commits that may belong to a task that ended before they were made.
    pub struct FollowUpJson from found: &FollowUp {
        /// The task.
        pub task: String,
        /// The commits, oldest first.
        pub commits: Vec<String>,
    }

    /// `status`.
    pub struct StatusAnswer from status: &WorktreeStatus {
        /// Ids of the active tasks of this worktree.
        active: Vec<String> = status.active.iter().map(|(id, _)| id.to_string()).collect(),
        /// Ids of the tasks that the actor holds in this worktree, or left in progress there, without being active; omitted if none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held: Vec<String> = status.held.iter().map(|task| task.id.to_string()).collect(),
        /// The actor.
        actor: String,
        /// The commit.
        head: Option<String> = status.head.commit.to_json(),
        /// The branch.
        branch: Option<String> = status.head.branch_name(),
        /// Uncommitted changes.
        dirty: DirtyJson,
        /// Tasks without parts, by state; what is below a cancelled task is cancelled with it.
        counts: BTreeMap<String, usize> = status.counts.tasks.iter().map(|(status, count)| (status.to_string(), *count)).collect(),
        /// How many tasks have parts.
        features: usize = status.counts.features,
        /// Commits made while a task was active that carry no trailer.
        unstamped: Vec<String>,
        /// Why commits made here are not stamped; null if they are.
        hooks_missing: Option<String> = status.unstamping.clone(),
        /// Commits made after the last active task ended, which may belong to it; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        follow_up: Option<FollowUpJson>,
        /// The id of an operation that was interrupted: 'undo' undoes it, 'resume' finishes it.
        interrupted: Option<String> = id(status.interrupted.as_ref()),
        /// The id of a finished operation that was killed while cleaning up: 'resume' removes what is left.
        left_behind: Option<String> = id(status.left_behind.as_ref()),
        /// Tasks that a ref of this worktree names because it was fetched from another repository: not acted on; omitted if none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        foreign: Vec<String>,
    }

    /// `ready`.
    pub struct ReadyAnswer {
        tasks: Vec<TaskJson>,
        /// With `--explain`: the open tasks that are not ready, and why.
        #[serde(skip_serializing_if = "Option::is_none")]
        not_ready: Option<Vec<Unready>>,
    }

    /// An open task that is not ready.
    pub struct Unready from waiting: &(Summary, Vec<Obstacle>) {
        /// Its id.
        pub id: String = waiting.0.id.to_string(),
        /// Why, in words.
        pub reasons: Vec<String> = waiting.1.iter().map(ToString::to_string).collect(),
    }

    /// `sync`.
    pub struct SyncAnswer from answer: &sync::Answer {
        /// With whom.
        remote: String,
        /// Whether its ledger was fetched.
        fetched: bool = answer.synced.fetched,
        /// How many events were new here.
        merged_events: usize = answer.synced.merged_events,
        /// Whether ours was pushed.
        pushed: bool = answer.synced.pushed,
        /// How many pushes it took.
        attempts: u32 = answer.synced.attempts,
        /// Ids of the tasks that changed here.
        tasks_changed: Vec<String> = answer.synced.tasks_changed.to_json(),
        /// Ids that the clones had chosen for different work: 'edit --split' tells it apart.
        rivals: Vec<String> = answer.synced.rivals.iter().map(|task| task.id.to_string()).collect(),
        /// Ids of the tasks that this actor held until another actor turned out to have claimed them first.
        claims_lost: Vec<String> = answer.synced.claims_lost.to_json(),
        /// Events that the remote lost: kept here, and pushed back.
        dropped: Vec<Dropped> = answer.synced.dropped.to_json(),
        /// Notes whose events are together more than a note can hold.
        apart: Vec<Apart> = answer.synced.apart.to_json(),
    }

    /// Events that a remote has no more.
    pub struct Dropped from loss: &Loss {
        /// The task, or the key of a note that names none.
        task: String = loss.note.clone(),
        /// How many.
        events: usize,
    }

    /// Events that are kept, and have no effect because the note of their task has no room for them.
    pub struct Apart from apart: &(String, ObjectId) {
        /// The task, or the key of a note that names none.
        task: String = apart.0.clone(),
        /// The blob that holds them.
        blob: String = apart.1.to_string(),
    }

    /// `init`, `uninstall`.
    pub struct InitAnswer {
        /// The changes, a sentence each; empty if there were none.
        pub done: Vec<String>,
        /// Warnings.
        pub warnings: Vec<String>,
    }

    /// `demo`.
    pub struct DemoAnswer {
        /// The repository that it leaves.
        pub repository: String,
        /// The commands that were run, in order.
        pub commands: Vec<String>,
    }

    /// `capabilities`.
    pub struct Capabilities {
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
}

impl StartAnswer {
    /// The answer with the task that was `started`.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn new(caller: &Caller, started: &Started) -> Result<Self> {
        let (task, decided_before) = TaskJson::with_needs(caller, &started.changed.task)?;
        let uncommitted = started.uncommitted.as_ref().map(UncommittedJson::new);
        Ok(StartAnswer { task, decided_before, uncommitted })
    }
}

/// Why `next` has no task, or this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
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

impl TaskAnswer {
    /// `task` in the ledger as it is now.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn now(caller: &Caller, task: &Task) -> Result<Self> {
        Ok(TaskAnswer { task: TaskJson::now(caller, task)? })
    }
}

impl TasksAnswer {
    /// `tasks` in the ledger as it is now.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn now<'t>(caller: &Caller, tasks: impl Iterator<Item = &'t Task>) -> Result<Self> {
        Ok(TasksAnswer { tasks: tasks.map(|task| TaskJson::now(caller, task)).collect::<Result<_>>()? })
    }
}

impl NextAnswer {
    /// The answer with `found`, or why there is none.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn new(caller: &Caller, found: &Result<NextTask, NoTask>) -> Result<Self> {
        let why = match found {
            Ok(next) => return Self::task(caller, &next.task, next.is_yours, next.uncommitted.as_ref()),
            Err(why) => why,
        };
        let reason = match why {
            NoTask::AllDone => NextReason::AllDone,
            NoTask::AllClaimed => NextReason::AllClaimed,
            NoTask::AllBlocked => NextReason::AllBlocked,
            NoTask::None => NextReason::None,
            NoTask::NoLedger => NextReason::NoLedger,
        };
        Ok(NextAnswer { task: None, reason: Some(reason), decided_before: Vec::new(), uncommitted: None })
    }

    /// The answer with `task`, whether the actor held it before, and what another task left.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn task(caller: &Caller, task: &Task, is_yours: bool, left: Option<&Uncommitted>) -> Result<Self> {
        let (task, decided_before) = TaskJson::with_needs(caller, task)?;
        let (reason, uncommitted) = (is_yours.then_some(NextReason::Yours), left.map(UncommittedJson::new));
        Ok(NextAnswer { task: Some(task), reason, decided_before, uncommitted })
    }
}

impl ListAnswer {
    /// The tasks of `list` at `now`.
    ///
    /// # Errors
    ///
    /// When a note cannot be read.
    pub fn new(list: &List<'_>, now: Timestamp) -> Result<Self> {
        Ok(ListAnswer { tasks: Self::tasks(list, now)?, more: list.matching - list.tasks.len() })
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

impl ReadyAnswer {
    /// The JSON form of `ready` at `now`.
    ///
    /// # Errors
    ///
    /// When a note cannot be read.
    pub fn new(ready: &Ready<'_>, now: Timestamp) -> Result<Self> {
        let graph = Graph::new(&ready.table);
        let tasks = TaskJson::several(&ready.view, &graph, ready.tasks.iter().map(|row| &row.id), now)?;
        Ok(ReadyAnswer { tasks, not_ready: ready.waiting.to_json() })
    }
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn id(operation: Option<&Operation>) -> Option<String> {
    operation.map(|operation| operation.id.to_string())
}
