//! What can keep a task from being started.

use std::{fmt, sync::Arc};

use super::show_cycle;
use crate::domain::{actor::Actor, id::TaskId, status::Status, text::plural, time::Timestamp};

/// One reason why a task is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not pending at all.
    Status(Status),
    /// A task that it comes after is not completed; `None` if the ledger does not have it.
    Waits {
        /// The task it comes after.
        on: TaskId,
        /// How that one stands.
        status: Option<Status>,
        /// Why that one failed.
        failure: Option<String>,
    },
    /// It is part of a cycle of dependencies.
    Cycle(Arc<[TaskId]>),
    /// Blockers are open.
    Blocked(u32),
    /// It is paused until then.
    PutOff(Timestamp),
    /// It is claimed.
    Claimed {
        /// The actor.
        by: Actor,
        /// Until when.
        until: Timestamp,
    },
    /// It is a feature with open subtasks.
    Subtasks(u32),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Status(status) => f.write_str(status.in_words()),
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
