//! What matters now: who works on what, what is stuck, and what can be done next.

use super::{Item, Report, State};

/// The tasks of a report that matter now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Now<'r> {
    /// Work on them continues.
    pub in_progress: Vec<&'r Item>,
    /// Something outside blocks them.
    pub blocked: Vec<&'r Item>,
    /// They were tried and failed.
    pub failed: Vec<&'r Item>,
    /// What `next` answers for this report.
    pub next: Option<&'r Item>,
}

impl Report {
    /// What matters now.
    pub fn now(&self) -> Now<'_> {
        let in_state = |state: State| self.items().filter(|item| item.state == state).collect();
        Now {
            in_progress: in_state(State::InProgress),
            blocked: in_state(State::Blocked),
            failed: in_state(State::Failed),
            next: self.next.as_ref().and_then(|next| self.items().find(|item| item.id == *next)),
        }
    }
}
