//! What can keep a task from being started.

use std::{fmt, sync::Arc};

use super::show_cycle;
use crate::domain::{actor::Actor, id::TaskId, status::Status, text::plural, time::Timestamp};

/// A reason why a task is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not pending.
    Status(Status),
    /// This feature above it is cancelled, and the task with it.
    Cancelled(TaskId),
    /// A dependency is not completed.
    Waits {
        /// The dependency.
        on: TaskId,
        /// Its status; `None` if it is not in the ledger.
        status: Option<Status>,
        /// The reason of its failure, if it is failed.
        failure: Option<String>,
    },
    /// It is in a dependency cycle.
    Cycle(Arc<[TaskId]>),
    /// This many blockers are open.
    Blocked(u32),
    /// It is paused until this time.
    PutOff(Timestamp),
    /// Another actor holds a valid claim.
    Claimed {
        /// The holder of the claim.
        by: Actor,
        /// The end of the claim.
        until: Timestamp,
    },
    /// This many of its subtasks are open.
    Subtasks(u32),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Status(status) => f.write_str(status.in_words()),
            Obstacle::Cancelled(feature) => write!(f, "is part of {feature}, which is cancelled"),
            Obstacle::Waits { on, status: None, .. } => {
                write!(f, "waits for {on}, which is not in this ledger")
            }
            Obstacle::Waits { on, status: Some(Status::Failed), failure: Some(why) } => {
                write!(f, "waits for {on}, which failed: {why}")
            }
            Obstacle::Waits { on, status: Some(status), .. } => {
                write!(f, "waits for {on}, which is {}", status.in_words())
            }
            Obstacle::Cycle(cycle) => write!(f, "is in a dependency cycle: {}", show_cycle(cycle)),
            Obstacle::Blocked(count) => write!(f, "{} open", plural(*count as usize, "blocker")),
            Obstacle::PutOff(until) => write!(f, "paused until {}", until.to_minute()),
            Obstacle::Claimed { by, until } => write!(f, "held by {by} until {}", until.to_minute()),
            Obstacle::Subtasks(count) => write!(f, "{} open", plural(*count as usize, "subtask")),
        }
    }
}
