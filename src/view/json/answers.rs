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
    git::{ObjectId, status::DirtyCounts},
    query::unstamped::FollowUp,
    recovery::operation::Operation,
    store::ledger::audit::LostLines,
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
    /// The answer of `add`, `edit`, `claim`, `block` and other commands that change one task.
    pub struct TaskAnswer {
        /// The task after the change.
        pub task: TaskJson,
    }

    /// The answer of `start`.
    pub struct StartAnswer {
        task: TaskJson,
        /// Decisions of its feature, of completed sibling tasks and of its dependencies; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        decided_before: Vec<BriefDecisionJson>,
        /// Uncommitted changes, if another task was active here before; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uncommitted: Option<UncommittedJson>,
    }

    /// The answer of a command that changes several named tasks.
    pub struct TasksAnswer {
        /// The tasks after the change, in the order in which they were named.
        pub tasks: Vec<TaskJson>,
    }

    /// The answer of `help`, `man` and `completions`.
    pub struct PageAnswer {
        /// The text that is printed without `--json`.
        pub text: String,
    }

    /// The answer of `man --into`.
    pub struct PagesAnswer {
        /// The directory.
        pub into: String,
        /// The number of pages in it.
        pub pages: usize,
    }

    /// The answer of `edit --split`.
    pub struct SplitAnswer {
        /// The task that keeps the id.
        pub task: TaskJson,
        /// The tasks that got new ids.
        pub split: Vec<TaskJson>,
    }

    /// The answer of `next`.
    pub struct NextAnswer {
        task: Option<TaskJson>,
        /// Why this task was chosen, or why there is none; null for a task that is new to the actor.
        reason: Option<NextReason>,
        /// Decisions that apply to it, as in the answer of `start`; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        decided_before: Vec<BriefDecisionJson>,
        /// Uncommitted changes, if the task was started and another one was active here before; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uncommitted: Option<UncommittedJson>,
    }

    /// The answer of `list` and `ready`.
    pub struct ListAnswer {
        tasks: Vec<TaskJson>,
        /// The number of matching tasks beyond the limit.
        more: usize,
    }

    /// Numbers of uncommitted paths.
    #[derive(Copy, Default, PartialEq, Eq)]
    pub struct DirtyJson from counts: &DirtyCounts {
        /// Paths whose index entry differs from HEAD.
        pub staged: usize,
        /// Paths whose file differs from the index.
        pub unstaged: usize,
        /// Untracked files.
        pub untracked: usize,
        /// Paths with conflicts, which are not counted elsewhere; omitted if there are none.
        #[serde(skip_serializing_if = "is_zero", default)]
        pub unmerged: usize,
        /// Files that differ from the index, which `git status` does not examine (assume-unchanged, skip-worktree). Omitted if
        /// there is none.
        #[serde(skip_serializing_if = "is_zero", default)]
        pub hidden: usize,
    }

    /// Commits made after the end of a task that may belong to it.
    pub struct FollowUpJson from found: &FollowUp {
        /// The id of the task.
        pub task: String,
        /// Full commit ids, oldest first.
        pub commits: Vec<String>,
    }

    /// The answer of `status`.
    pub struct StatusAnswer from status: &WorktreeStatus {
        /// Ids of the active tasks of this worktree.
        active: Vec<String> = status.active.iter().map(|(id, _)| id.to_string()).collect(),
        /// Ids of the tasks that the actor holds or left in progress in this worktree, without the active ones; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held: Vec<String> = status.held.iter().map(|task| task.id.to_string()).collect(),
        /// The actor, as `name@host`.
        actor: String,
        /// The full id of the commit of HEAD; null on an unborn branch.
        head: Option<String> = status.head.commit.to_json(),
        /// The short name of the branch; null if HEAD is detached.
        branch: Option<String> = status.head.branch_name(),
        /// The number of uncommitted paths, by kind.
        dirty: DirtyJson,
        /// The number of tasks that are no features, by state; tasks below a cancelled one count as cancelled.
        counts: BTreeMap<String, usize> = status.counts.tasks.iter().map(|(status, count)| (status.to_string(), *count)).collect(),
        /// The number of tasks with subtasks that are not all cancelled.
        features: usize = status.counts.features,
        /// Commits without a trailer made while a task was active.
        unstamped: Vec<String>,
        /// Why commits made here are not stamped; null if they are.
        hooks_missing: Option<String> = status.unstamping.as_ref().map(|unstamping| unstamping.why.clone()),
        /// Commits made after the last active task ended that may belong to it; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        follow_up: Option<FollowUpJson>,
        /// The id of an interrupted operation: 'undo' rolls it back, 'resume' finishes it.
        interrupted: Option<String> = id(status.interrupted.as_ref()),
        /// The id of a finished operation that was killed while cleaning up: 'resume' removes the leftovers.
        left_behind: Option<String> = id(status.left_behind.as_ref()),
        /// Tasks named by refs of this worktree that came from another repository, and are ignored; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        foreign: Vec<String>,
    }

    /// The answer of `ready`.
    pub struct ReadyAnswer {
        tasks: Vec<TaskJson>,
        /// With `--explain`: the open tasks that are not ready, with the reasons.
        #[serde(skip_serializing_if = "Option::is_none")]
        not_ready: Option<Vec<Unready>>,
    }

    /// An open task that is not ready.
    pub struct Unready from waiting: &(Summary, Vec<Obstacle>) {
        /// The id of the task.
        pub id: String = waiting.0.id.to_string(),
        /// The reasons, as text.
        pub reasons: Vec<String> = waiting.1.iter().map(ToString::to_string).collect(),
    }

    /// The answer of `sync`. With `--dry-run`, what would happen.
    pub struct SyncAnswer from answer: &sync::Answer, is_dry_run: bool {
        /// Whether nothing was changed (`--dry-run`).
        dry_run: bool = is_dry_run,
        /// The name of the remote.
        remote: String,
        /// Whether the ledger of the remote was fetched.
        fetched: bool = answer.synced.fetched,
        /// The number of events that were new in this clone.
        merged_events: usize = answer.synced.merged_events,
        /// Whether the local ledger was pushed.
        pushed: bool = answer.synced.pushed,
        /// The number of attempts to push.
        attempts: u32 = answer.synced.attempts,
        /// Ids of the tasks that changed in this clone.
        tasks_changed: Vec<String> = answer.synced.tasks_changed.to_json(),
        /// Ids that clones chose for different tasks: 'edit --split' separates them.
        rivals: Vec<String> = answer.synced.rivals.iter().map(|task| task.id.to_string()).collect(),
        /// Ids of tasks that this actor held, but another actor had claimed first.
        claims_lost: Vec<String> = answer.synced.claims_lost.to_json(),
        /// Events that the remote lost; they are kept here, and pushed back.
        dropped: Vec<Dropped> = answer.synced.dropped.to_json(),
        /// Notes whose events together exceed the size limit of a note.
        apart: Vec<Apart> = answer.synced.apart.to_json(),
    }

    /// Events that a remote no longer has.
    pub struct Dropped from loss: &LostLines {
        /// The id of the task, or the key of a note that names none.
        task: String = loss.note.clone(),
        /// The number of lost events.
        events: usize,
    }

    /// Events that are kept without effect, because the note of their task has no room for them.
    pub struct Apart from apart: &(String, ObjectId) {
        /// The id of the task, or the key of a note that names none.
        task: String = apart.0.clone(),
        /// The object id of the blob that contains them.
        blob: String = apart.1.to_string(),
    }

    /// The answer of `init` and `uninstall`.
    pub struct InitAnswer {
        /// The changes, one sentence each; empty if there were none.
        pub done: Vec<String>,
        /// The warnings, one sentence each.
        pub warnings: Vec<String>,
    }

    /// The answer of `demo`.
    pub struct DemoAnswer {
        /// The path of the repository.
        pub repository: String,
        /// The commands that were run, in order.
        pub commands: Vec<String>,
    }

    /// The answer of `capabilities`.
    pub struct Capabilities {
        /// The version of git-agent.
        pub version: String,
        /// The names of all commands.
        pub commands: Vec<String>,
        /// The names of other features.
        pub features: Vec<String>,
        /// The kinds of events that this version knows.
        pub event_kinds: Vec<String>,
        /// The exit codes with their meanings.
        pub exit_codes: BTreeMap<u8, String>,
        /// The limits by name.
        pub limits: BTreeMap<String, u64>,
    }
}

impl StartAnswer {
    /// The answer with the task that was `started`.
    pub fn new(caller: &Caller, started: &Started) -> Result<Self> {
        let (task, decided_before) = TaskJson::with_needs(caller, &started.changed.task)?;
        let uncommitted = started.uncommitted.as_ref().map(UncommittedJson::new);
        Ok(StartAnswer { task, decided_before, uncommitted })
    }
}

/// Why `next` returned this task, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NextReason {
    /// Every task is completed or cancelled.
    AllDone,
    /// Every ready task is claimed.
    AllClaimed,
    /// Every open task is waiting or blocked.
    AllBlocked,
    /// The ledger has no tasks.
    None,
    /// This clone has no ledger, but its commits name tasks: they are in another clone.
    NoLedger,
    /// The actor holds the task or left it in progress in this worktree.
    Yours,
}

impl TaskAnswer {
    /// `task` in the ledger as it is now.
    pub fn now(caller: &Caller, task: &Task) -> Result<Self> {
        Ok(TaskAnswer { task: TaskJson::now(caller, task)? })
    }
}

impl TasksAnswer {
    /// `tasks` in the ledger as it is now.
    pub fn now<'t>(caller: &Caller, tasks: impl Iterator<Item = &'t Task>) -> Result<Self> {
        Ok(TasksAnswer { tasks: tasks.map(|task| TaskJson::now(caller, task)).collect::<Result<_>>()? })
    }
}

impl NextAnswer {
    /// The answer with `found`, or why there is none.
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
    pub fn task(caller: &Caller, task: &Task, is_yours: bool, left: Option<&Uncommitted>) -> Result<Self> {
        let (task, decided_before) = TaskJson::with_needs(caller, task)?;
        let (reason, uncommitted) = (is_yours.then_some(NextReason::Yours), left.map(UncommittedJson::new));
        Ok(NextAnswer { task: Some(task), reason, decided_before, uncommitted })
    }
}

impl ListAnswer {
    /// The tasks of `list` at `now`.
    pub fn new(list: &List<'_>, now: Timestamp) -> Result<Self> {
        Ok(ListAnswer { tasks: Self::tasks(list, now)?, more: list.matching - list.tasks.len() })
    }

    /// The tasks of `list` at `now`, each for itself.
    pub fn tasks(list: &List<'_>, now: Timestamp) -> Result<Vec<TaskJson>> {
        let ids = list.tasks.iter().map(|listed| &listed.task.id);
        TaskJson::several(&list.view, &Graph::new(&list.table), ids, now)
    }
}

impl ReadyAnswer {
    /// The JSON form of `ready` at `now`.
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
