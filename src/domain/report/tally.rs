//! How many of how many.

use crate::domain::{progress::Progress, status::Status, task::Task};

/// Counts of tasks without parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How far they are.
    pub progress: Progress,
    /// Under way.
    pub in_progress: usize,
    /// Tried and failed.
    pub failed: usize,
    /// What all of them together are estimated to take, in seconds.
    pub estimate: u64,
}

impl Tally {
    /// Of `tasks`, none of which is cancelled.
    pub(super) fn of<'t>(tasks: impl Iterator<Item = &'t Task> + Clone) -> Self {
        let count = |status| tasks.clone().filter(|task| task.status == status).count();
        Tally {
            progress: Progress::of(tasks.clone().map(|task| (task.status, task.estimate))),
            in_progress: count(Status::InProgress),
            failed: count(Status::Failed),
            estimate: tasks.clone().filter_map(|task| task.estimate).fold(0, u64::saturating_add),
        }
    }

    /// How many are neither completed, nor under way, nor failed.
    pub fn rest(&self) -> usize {
        self.progress.total - self.progress.completed - self.in_progress - self.failed
    }
}
