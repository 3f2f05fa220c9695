//! How many of how many tasks are completed: now, and over time.

use crate::domain::{progress::Progress, status::Status, task::Task, time::Timestamp};

/// Counts of the tasks without subtasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many of them are completed.
    pub progress: Progress,
    /// How many are in progress.
    pub in_progress: usize,
    /// How many are failed.
    pub failed: usize,
    /// The sum of their estimates in seconds.
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

    /// How many are pending.
    pub fn rest(&self) -> usize {
        self.progress.total - self.progress.completed - self.in_progress - self.failed
    }
}

/// The counts at a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurnPoint {
    pub at: Timestamp,
    /// How many tasks existed.
    pub total: usize,
    /// How many of them were completed.
    pub completed: usize,
}

/// How the counts of `tasks` changed, oldest first.
pub(super) fn burn(tasks: &[&Task]) -> Vec<BurnPoint> {
    let added = tasks.iter().filter_map(|task| Some((task.created_at?, 1, 0)));
    let done = tasks.iter().filter_map(|task| Some((super::completed_at(task)?, 0, 1)));
    let mut changes: Vec<(Timestamp, usize, usize)> = added.chain(done).collect();
    changes.sort_unstable();
    let mut steps: Vec<BurnPoint> = Vec::new();
    for (at, added, done) in changes {
        let last = steps.last().copied().unwrap_or(BurnPoint { at, total: 0, completed: 0 });
        let step = BurnPoint { at, total: last.total + added, completed: last.completed + done };
        match steps.last_mut().filter(|last| last.at == at) {
            Some(last) => *last = step,
            None => steps.push(step),
        }
    }
    steps
}
