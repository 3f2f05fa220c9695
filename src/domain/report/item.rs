//! One task of a report.

use std::sync::Arc;

use super::Source;
use crate::domain::named::named;
use crate::domain::{
    active_time::{self, Stretch},
    actor::Actor,
    graph::Obstacle,
    id::TaskId,
    making::{self, Making},
    status::Status,
    task::Task,
    time::Timestamp,
};

/// A task as listed in a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub id: TaskId,
    /// The title: one line.
    pub title: String,
    /// The state that its mark shows.
    pub state: TaskState,
    /// The subtask of the feature that it is below, if it is not a direct subtask.
    pub within: Option<String>,
    /// Ids of the tasks that it depends on.
    pub after: Vec<TaskId>,
    /// The reasons why it cannot be started.
    pub reasons: Vec<Reason>,
    /// Paths it is expected to change.
    pub files: Vec<String>,
    pub description: Option<String>,
    /// The acceptance criteria, with checkboxes.
    pub accept: Option<String>,
    /// The reason for its state, as `paused: …`.
    pub why: Option<String>,
    /// The task that it duplicates, if it was cancelled as a duplicate.
    pub duplicate_of: Option<TaskId>,
    pub labels: Vec<String>,
    /// References: URLs, or keys of other trackers.
    pub refs: Vec<String>,
    /// The actor that works or last worked on it.
    pub by: Option<Actor>,
    /// The time of its `create` event.
    pub created_at: Option<Timestamp>,
    /// The time of the first start.
    pub started_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    /// The time of its last event.
    pub updated_at: Timestamp,
    /// The estimated effort in seconds.
    pub estimate: Option<u64>,
    /// The periods of work, oldest first.
    pub stretches: Vec<Stretch>,
    /// Seconds from the first start to the end, or to the current time.
    pub elapsed: u64,
    /// How many times it was started.
    pub attempts: u32,
    /// Failed attempts with time, actor and reason, oldest first.
    pub failures: Vec<(Timestamp, Actor, String)>,
    /// The result given when the task was completed.
    pub result: Option<String>,
    /// The command of the last verification, and whether it passed.
    pub verified: Option<(String, bool)>,
    /// Its commits, oldest first.
    pub checkpoints: Vec<ReportCheckpoint>,
    /// When its commits were made; `None` if that is unknown.
    pub making: Option<Making>,
    /// Whether it was started or completed in the reported period.
    pub is_new: bool,
}

named! {
    /// The state of a task as its mark shows it.
    pub enum TaskState {
        /// Done.
        Completed = "completed",
        /// Started, and neither paused nor ended.
        InProgress = "in_progress",
        /// Can be started.
        Ready = "ready",
        /// Waits for other tasks, or is claimed.
        Waiting = "waiting",
        /// It has an open blocker.
        Blocked = "blocked",
        /// Tried and failed.
        Failed = "failed",
        /// No longer wanted.
        Cancelled = "cancelled",
    }
}

/// A reason why a task cannot be started, or is held up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It waits for something outside of the ledger.
    Blocked(String),
    /// A dependency is not completed.
    After {
        on: TaskId,
        /// Its status; `None` if it is not in this ledger.
        status: Option<Status>,
    },
    /// It is in a dependency cycle.
    Cycle(Arc<[TaskId]>),
    /// It is paused until this time.
    PutOff(Timestamp),
    /// Another actor holds a valid claim.
    Held { by: Actor, until: Timestamp },
}

/// A commit of a task, as listed in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportCheckpoint {
    /// `n` of `T@n`.
    pub number: usize,
    /// The full commit id, in hex.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// The committer date.
    pub at: Timestamp,
    /// Whether the newest verification of its tree passed; `None` if there is none.
    pub verified: Option<bool>,
}

impl TaskState {
    /// The state of `task`, given the `reasons` why it cannot be started.
    pub fn of(status: Status, reasons: &[Reason]) -> Self {
        match status {
            Status::Completed => TaskState::Completed,
            Status::InProgress => TaskState::InProgress,
            Status::Failed => TaskState::Failed,
            Status::Cancelled => TaskState::Cancelled,
            Status::Pending if reasons.iter().any(|reason| matches!(reason, Reason::Blocked(_))) => TaskState::Blocked,
            Status::Pending if reasons.is_empty() => TaskState::Ready,
            Status::Pending => TaskState::Waiting,
        }
    }

    /// The state of the task without regard to reasons.
    pub fn status(self) -> Status {
        match self {
            TaskState::Completed => Status::Completed,
            TaskState::InProgress => Status::InProgress,
            TaskState::Ready | TaskState::Waiting | TaskState::Blocked => Status::Pending,
            TaskState::Failed => Status::Failed,
            TaskState::Cancelled => Status::Cancelled,
        }
    }
}

impl Item {
    pub(super) fn new(source: &Source<'_>, task: &Task, within: Option<String>) -> Self {
        let text = |text| (source.text)(text);
        let reasons = reasons(source, task);
        let claimed = task.claim.as_ref().map(|claim| claim.by.clone()).filter(|_| task.status == Status::InProgress);
        let begins = match task.status {
            Status::Completed => task.completed_at,
            Status::InProgress => task.started_at,
            Status::Failed => task.failure().map(|failure| failure.at),
            Status::Pending | Status::Cancelled => task.created_at,
        };
        Item {
            id: task.id.clone(),
            title: task.title.clone(),
            state: TaskState::of(task.status, &reasons),
            within,
            after: task.after.clone(),
            reasons,
            files: task.files.clone(),
            description: task.description.as_ref().map(text),
            accept: task.accept_text(source.text),
            why: task.reason.as_ref().map(|why| format!("{}: {}", why.what.as_str(), text(&why.text))),
            duplicate_of: task.duplicate_of.clone(),
            labels: task.labels.clone(),
            refs: task.refs.clone(),
            by: claimed.or_else(|| task.spans.last().map(|span| span.by.clone())),
            created_at: task.created_at,
            started_at: task.started_at,
            completed_at: super::completed_at(task),
            updated_at: task.updated_at,
            estimate: task.estimate,
            stretches: active_time::stretches(task, source.gap, source.now),
            elapsed: active_time::elapsed(task, source.now),
            attempts: task.attempts,
            failures: task.failures.iter().map(|one| (one.at, one.by.clone(), text(&one.reason))).collect(),
            result: task.result.as_ref().map(|result| result.to_text(source.text)),
            verified: task.verification().map(|verification| (text(&verification.command), verification.passed())),
            checkpoints: source.checkpoints.get(&task.id).cloned().unwrap_or_default(),
            making: making::of(task, source.saved.get(&task.id).copied()),
            is_new: source.since.is_some_and(|since| begins.is_some_and(|at| at >= since)),
        }
    }

    /// Whether it was worked on; a task can be completed without being started.
    pub fn was_worked_on(&self) -> bool {
        !self.stretches.is_empty()
    }

    /// Whether it has an open blocker.
    pub fn is_blocked(&self) -> bool {
        self.reasons.iter().any(|reason| matches!(reason, Reason::Blocked(_)))
    }

    /// The work on it in seconds.
    pub fn active(&self) -> u64 {
        self.stretches.iter().map(Stretch::seconds).sum()
    }

    /// The reason of the last failure, while it is failed.
    pub fn failure(&self) -> Option<&str> {
        self.failures.last().filter(|_| self.state == TaskState::Failed).map(|(_, _, why)| why.as_str())
    }
}

/// What blocks `task`, worst first; what is completed or cancelled has nothing in its way.
pub(super) fn reasons(source: &Source<'_>, task: &Task) -> Vec<Reason> {
    if task.status.is_closed() {
        return Vec::new();
    }
    let blocked = task.blockers.iter().map(|blocker| Reason::Blocked((source.text)(&blocker.text)));
    let mut reasons: Vec<Reason> = blocked.collect();
    let row = source.graph.get(&task.id).filter(|_| task.status == Status::Pending);
    for obstacle in row.map(|row| source.graph.obstacles(&row.summary(), source.now)).unwrap_or_default() {
        match obstacle {
            Obstacle::Waits { on, status, .. } => reasons.push(Reason::After { on, status }),
            Obstacle::Cycle(cycle) => reasons.push(Reason::Cycle(cycle)),
            Obstacle::PutOff(until) => reasons.push(Reason::PutOff(until)),
            Obstacle::Claimed { by, until } => reasons.push(Reason::Held { by, until }),
            // The blockers are there in full; parts are listed below their feature; no report has parts of what is cancelled.
            Obstacle::Cancelled(_) | Obstacle::Blocked(_) | Obstacle::Status(_) | Obstacle::Subtasks(_) => {}
        }
    }
    reasons
}
