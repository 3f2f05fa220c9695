//! How far a feature is: its leaves, the tasks below it that have no parts themselves, or only cancelled ones.
//!
//! Cancelled leaves do not count; failed ones count as not done. If every leaf that counts has an estimate, each weighs as much as
//! its estimate; otherwise each weighs the same.

use std::fmt;

use super::{status::Status, text::plural};

/// How much of a feature is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The number of completed tasks.
    pub completed: usize,
    /// The number of tasks that count: those without subtasks that are not cancelled.
    pub total: usize,
    done: u128,
    all: u128,
    /// Whether tasks are weighted by their estimates, because all have one.
    pub is_weighted: bool,
}

/// How many tasks there are, wherever that is told. A feature is not counted with its parts, and what is below a cancelled task is
/// cancelled with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The number of tasks without subtasks in each state.
    pub tasks: Vec<(Status, usize)>,
    /// The number of tasks with subtasks.
    pub features: usize,
}

impl Counts {
    /// Of tasks without parts, and of the number of `features`.
    pub(super) fn new(tasks: impl Iterator<Item = Status>, features: usize) -> Self {
        let mut counts = Status::ALL.map(|status| (status, 0)).to_vec();
        for task in tasks {
            counts.iter_mut().filter(|(status, _)| *status == task).for_each(|(_, count)| *count += 1);
        }
        Counts { tasks: counts, features }
    }

    /// Whether there is no task at all.
    pub fn is_empty(&self) -> bool {
        self.features == 0 && self.tasks.iter().all(|(_, count)| *count == 0)
    }
}

/// `2 pending, 1 completed; 1 feature`, or `none`.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = self.tasks.iter().filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts.map(|(status, count)| format!("{count} {}", status.in_words())).collect();
        let features = (self.features > 0).then(|| plural(self.features, "feature"));
        let parts: Vec<String> = (!counts.is_empty()).then(|| counts.join(", ")).into_iter().chain(features).collect();
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join("; "))
    }
}

/// Leaves that are counted together: the parts of a feature add up to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Leaves {
    completed: usize,
    total: usize,
    done: u128,
    all: u128,
    /// How many of them have no estimate.
    unweighted: usize,
}

impl Leaves {
    /// One leaf.
    pub(super) fn one(status: Status, estimate: Option<u64>) -> Self {
        if status == Status::Cancelled {
            return Leaves::default();
        }
        let all = u128::from(estimate.unwrap_or(0));
        let (completed, done) = if status == Status::Completed { (1, all) } else { (0, 0) };
        Leaves { completed, total: 1, done, all, unweighted: usize::from(all == 0) }
    }

    /// These leaves and `more`.
    pub(super) fn add(&mut self, more: &Leaves) {
        self.completed += more.completed;
        self.total += more.total;
        self.done += more.done;
        self.all += more.all;
        self.unweighted += more.unweighted;
    }

    /// How far they are.
    pub(super) fn progress(&self) -> Progress {
        let Leaves { completed, total, done, all, unweighted } = *self;
        let is_weighted = total > 0 && unweighted == 0;
        let (done, all) = if is_weighted { (done, all) } else { (completed as u128, total as u128) };
        Progress { completed, total, done, all, is_weighted }
    }
}

impl Progress {
    /// The sum for tasks with these states and estimates in seconds.
    pub fn of(leaves: impl Iterator<Item = (Status, Option<u64>)>) -> Self {
        let mut sum = Leaves::default();
        leaves.for_each(|(status, estimate)| sum.add(&Leaves::one(status, estimate)));
        sum.progress()
    }

    /// Per cent done, rounded down: 100 means that nothing is left. 0 if there is nothing that counts.
    pub fn percent(&self) -> u8 {
        percent(self.done, self.all)
    }

    /// Per cent of the leaves that are completed, whatever they weigh; rounded down.
    pub fn percent_by_count(&self) -> u8 {
        percent(self.completed as u128, self.total as u128)
    }
}

fn percent(part: u128, whole: u128) -> u8 {
    (part * 100).checked_div(whole).and_then(|percent| u8::try_from(percent).ok()).unwrap_or(0)
}

/// `60%, 3 of 5`; weighted by the estimates: `60% of the estimate, 3 of 5`.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weighted = if self.is_weighted { " of the estimate" } else { "" };
        write!(f, "{}%{weighted}, {} of {}", self.percent(), self.completed, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::{Status::*, *};

    fn percent(leaves: &[(Status, Option<u64>)]) -> u8 {
        Progress::of(leaves.iter().copied()).percent()
    }

    #[test]
    fn weights_leave_the_counts_alone() {
        let progress = Progress::of([(Completed, Some(3600)), (Pending, Some(10_800))].into_iter());
        assert_eq!((progress.percent(), progress.percent_by_count()), (25, 50));
    }

    #[test]
    fn leaves_count_the_same_unless_all_have_estimates() {
        assert_eq!(percent(&[(Completed, None), (Pending, None), (InProgress, None)]), 33);
        assert_eq!(percent(&[(Completed, Some(3600)), (Pending, None)]), 50);
        assert_eq!(percent(&[(Completed, Some(3600)), (Pending, Some(10_800))]), 25);
        assert!(Progress::of([(Completed, Some(1))].into_iter()).is_weighted);
    }

    #[test]
    fn what_is_cancelled_does_not_count_and_what_failed_is_not_done() {
        assert_eq!(percent(&[(Completed, None), (Cancelled, None)]), 100);
        assert_eq!(percent(&[(Completed, None), (Failed, None)]), 50);
        assert_eq!(percent(&[(Completed, Some(60)), (Cancelled, None), (Failed, Some(60))]), 50);
        assert_eq!(percent(&[(Cancelled, None)]), 0);
        assert_eq!(percent(&[]), 0);
    }

    #[test]
    fn a_hundred_per_cent_means_all_and_nothing_overflows() {
        let mut leaves = vec![(Completed, None); 999];
        leaves.push((Pending, None));
        assert_eq!(percent(&leaves), 99);
        assert_eq!(percent(&[(Completed, Some(u64::MAX)), (Pending, Some(u64::MAX))]), 50);
    }
}
