//! How the plan grew and was done, over time.

use crate::domain::{task::Task, time::Timestamp};

/// The state of affairs from one moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The moment.
    pub at: Timestamp,
    /// How many tasks there were.
    pub total: usize,
    /// How many of them were completed.
    pub completed: usize,
}

/// The steps of `tasks`, of those that count now.
pub(super) fn steps(tasks: &[&Task]) -> Vec<Step> {
    let added = tasks.iter().filter_map(|task| Some((task.created_at?, 1, 0)));
    let done = tasks.iter().filter_map(|task| Some((super::completed_at(task)?, 0, 1)));
    let mut moments: Vec<(Timestamp, usize, usize)> = added.chain(done).collect();
    moments.sort_unstable();
    let mut steps: Vec<Step> = Vec::new();
    for (at, added, done) in moments {
        let last = steps.last().copied().unwrap_or(Step { at, total: 0, completed: 0 });
        let step = Step { at, total: last.total + added, completed: last.completed + done };
        match steps.last_mut().filter(|last| last.at == at) {
            Some(last) => *last = step,
            None => steps.push(step),
        }
    }
    steps
}
