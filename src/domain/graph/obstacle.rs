//! What can keep a task from being started.

use std::sync::Arc;

use crate::domain::{actor::Actor, id::TaskId, status::Status, time::Timestamp};

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
    /// It is part of a circle of dependencies.
    Cycle(Arc<[TaskId]>),
    /// Blockers are open.
    Blocked(u32),
    /// It is claimed.
    Claimed {
        /// Who.
        by: Actor,
        /// Until when.
        until: Timestamp,
    },
    /// It is a feature with open subtasks.
    Subtasks(u32),
}
