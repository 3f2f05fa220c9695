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
    task::{Task, TaskResult},
    time::Timestamp,
};

/// A task.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub id: TaskId,
    /// The title, on one line.
    pub title: String,
    /// Where it stands, as the reader wants to know it.
    pub state: State,
    /// The part of the feature that it belongs to, if that is not the feature itself.
    pub within: Option<String>,
    /// Tasks to be completed first.
    pub after: Vec<TaskId>,
    /// Why it cannot be started.
    pub reasons: Vec<Reason>,
    /// Paths it is expected to touch.
    pub files: Vec<String>,
    pub description: Option<String>,
    /// When is it done?
    pub accept: Option<String>,
    /// Why it stands as it does, as `paused: …`.
    pub why: Option<String>,
    /// The task that it was cancelled as a duplicate of.
    pub duplicate_of: Option<TaskId>,
    pub labels: Vec<String>,
    /// What it is about outside of the repository.
    pub refs: Vec<String>,
    /// Who works on it, or worked on it last.
    pub by: Option<Actor>,
    /// When it was added.
    pub created_at: Option<Timestamp>,
    /// When it was started first.
    pub started_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    /// The time of its last event.
    pub updated_at: Timestamp,
    /// Expected effort in seconds.
    pub estimate: Option<u64>,
    /// Work, oldest first.
    pub stretches: Vec<Stretch>,
    /// Seconds from the first start to the end, or to now.
    pub elapsed: u64,
    /// How many times it was begun.
    pub attempts: u32,
    /// Why attempts failed, oldest first.
    pub failures: Vec<(Timestamp, Actor, String)>,
    /// The result given when the task was completed.
    pub result: Option<String>,
    /// Command and verdict of the last verification.
    pub verified: Option<(String, bool)>,
    /// Its commits, oldest first.
    pub checkpoints: Vec<Checkpoint>,
    /// How its history came about, if that can be said.
    pub making: Option<Making>,
    /// Whether it was started, or completed, in the time that is told of.
    pub is_new: bool,
}

named! {
    /// Where a task stands.
    pub enum State {
        /// Done.
        Completed = "completed",
        /// Under way.
        InProgress = "in_progress",
        /// Can be started.
        Ready = "ready",
        /// Waits for other tasks, or is claimed.
        Waiting = "waiting",
        /// Something external blocks it.
        Blocked = "blocked",
        /// Tried and failed.
        Failed = "failed",
        /// No longer wanted.
        Cancelled = "cancelled",
    }
}

/// Why a task cannot be started, or continues with difficulty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Something external blocks it.
    Blocked(String),
    /// A task that it comes after is not completed.
    After {
        on: TaskId,
        /// How that stands; `None` if it is not in this ledger.
        status: Option<Status>,
    },
    /// It is in a cycle of dependencies.
    Cycle(Arc<[TaskId]>),
    /// It is paused until then.
    PutOff(Timestamp),
    /// It is claimed.
    Held { by: Actor, until: Timestamp },
}

/// A commit of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The n of `T@n`.
    pub number: usize,
    /// Full hex.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// When it was made.
    pub at: Timestamp,
    /// Whether its content was verified, and with what verdict.
    pub verified: Option<bool>,
}

impl State {
    /// The state of `task`, which cannot be started for `reasons`.
    pub fn of(status: Status, reasons: &[Reason]) -> Self {
        match status {
            Status::Completed => State::Completed,
            Status::InProgress => State::InProgress,
            Status::Failed => State::Failed,
            Status::Cancelled => State::Cancelled,
            Status::Pending if reasons.iter().any(|reason| matches!(reason, Reason::Blocked(_))) => State::Blocked,
            Status::Pending if reasons.is_empty() => State::Ready,
            Status::Pending => State::Waiting,
        }
    }

    /// The state of the task, whatever keeps it from being started.
    pub fn status(self) -> Status {
        match self {
            State::Completed => Status::Completed,
            State::InProgress => Status::InProgress,
            State::Ready | State::Waiting | State::Blocked => Status::Pending,
            State::Failed => Status::Failed,
            State::Cancelled => Status::Cancelled,
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
            state: State::of(task.status, &reasons),
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
            result: task.result.as_ref().map(|result| match result {
                TaskResult::Value(serde_json::Value::String(text)) => text.clone(),
                TaskResult::Value(value) => value.to_string(),
                TaskResult::Stored(stored) => text(stored),
            }),
            verified: task.verification().map(|verification| (text(&verification.command), verification.passed())),
            checkpoints: source.checkpoints.get(&task.id).cloned().unwrap_or_default(),
            making: making::of(task, source.saved.get(&task.id).copied()),
            is_new: source.since.is_some_and(|since| begins.is_some_and(|at| at >= since)),
        }
    }

    /// Whether it was worked on: a task may be completed without having been started.
    pub fn was_worked_on(&self) -> bool {
        !self.stretches.is_empty()
    }

    /// Whether something outside blocks it.
    pub fn is_blocked(&self) -> bool {
        self.reasons.iter().any(|reason| matches!(reason, Reason::Blocked(_)))
    }

    /// Seconds of work.
    pub fn active(&self) -> u64 {
        self.stretches.iter().map(Stretch::seconds).sum()
    }

    /// Why the last attempt failed, while it stands so.
    pub fn failure(&self) -> Option<&str> {
        self.failures.last().filter(|_| self.state == State::Failed).map(|(_, _, why)| why.as_str())
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
            // The blockers are there in full; parts are listed below their feature.
            Obstacle::Blocked(_) | Obstacle::Status(_) | Obstacle::Subtasks(_) => {}
        }
    }
    reasons
}
