//! What matters now: who works on what, what is stuck, and what can be done next.

use super::{Item, Report, TaskState};

/// The tasks that a report shows first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Now<'r> {
    /// Tasks in progress without blockers.
    pub in_progress: Vec<&'r Item>,
    /// Tasks with open blockers.
    pub blocked: Vec<&'r Item>,
    /// Failed tasks.
    pub failed: Vec<&'r Item>,
    /// The task that `next` would start.
    pub next: Option<&'r Item>,
}

impl Report {
    /// The tasks to show first.
    pub fn now(&self) -> Now<'_> {
        let in_state = |state: TaskState| self.items().filter(|item| item.state == state).collect();
        Now {
            in_progress: in_state(TaskState::InProgress),
            blocked: in_state(TaskState::Blocked),
            failed: in_state(TaskState::Failed),
            next: self.next.as_ref().and_then(|next| self.items().find(|item| item.id == *next)),
        }
    }
}
