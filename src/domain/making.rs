//! How the history of a task came about: by checkpoints while the work went on, or packaged at its end.
//!
//! ```text
//! began                              first commit         last commit
//!   |------------- before -----------------|-----------------|
//!   |------------------------ work --------------------------|
//! ```
//!
//! The work began with the first snapshot that was taken while the task was active, where snapshots are here, else when the task was started
//! first. It was packaged if the first commit came when four fifths of it were over. Of work that took less than ten minutes, nothing is
//! said.

use super::{
    task::{Task, Tie},
    time::Timestamp,
};
use crate::domain::named::named;

/// Work that took less than this, in seconds, tells nothing.
const SHORTEST: u64 = 10 * 60;

named! {
    /// When the commits of a task were made, relative to its work.
    pub enum How {
        /// The first commit was made before four fifths of the work were over.
        WhileWorking = "while-working",
        /// The first commit was made in the last fifth of the work.
        AtTheEnd = "at-the-end",
    }
}

/// The snapshots of a task that exist in this repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The time of the first one.
    pub first: Timestamp,
    /// The number of snapshots.
    pub count: usize,
}

/// When the commits of a task were made, relative to its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// The conclusion from the times.
    pub how: How,
    /// Seconds of work before the first commit.
    pub before: u64,
    /// Seconds from the beginning of the work to the last commit.
    pub work: u64,
    /// The number of commits.
    pub commits: usize,
    /// The number of its snapshots in this repository.
    pub snapshots: usize,
}

/// How the commits of `task` that the ledger knows came about. `None` if there are none, if the work was too short, or if it is not known when
/// it began.
pub fn of(task: &Task, saved: Option<Saved>) -> Option<Making> {
    let commits = task.commits.iter().filter(|commit| commit.tie != Tie::Unlinked);
    let times: Vec<Timestamp> = commits.map(|commit| commit.at).collect();
    let (first, last) = (*times.iter().min()?, *times.iter().max()?);
    let saved_first = saved.map(|saved| saved.first).filter(|at| *at <= first);
    let began = saved_first.or(task.started_at).filter(|began| *began <= first)?;
    let (before, work) = (first.seconds_since(began), last.seconds_since(began));
    if work < SHORTEST {
        return None;
    }
    let how = if before.saturating_mul(5) >= work.saturating_mul(4) { How::AtTheEnd } else { How::WhileWorking };
    Some(Making { how, before, work, commits: times.len(), snapshots: saved.map_or(0, |saved| saved.count) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::TaskId, task::KnownCommit};

    fn minute(number: i64) -> Timestamp {
        Timestamp::from_seconds(number * 60)
    }

    fn how(started: Option<i64>, commits: &[i64], saved: Option<i64>) -> Option<(How, u64, u64)> {
        let mut task = Task::unknown(TaskId::parse("t").unwrap());
        task.started_at = started.map(minute);
        let known = |at: &i64| KnownCommit { commit: String::new(), tree: None, at: minute(*at), tie: Tie::Trailer };
        task.commits = commits.iter().map(known).collect();
        let making = of(&task, saved.map(|at| Saved { first: minute(at), count: 3 }))?;
        Some((making.how, making.before / 60, making.work / 60))
    }

    #[test]
    fn the_first_commit_tells() {
        assert_eq!(how(Some(0), &[10, 30, 60], None), Some((How::WhileWorking, 10, 60)));
        assert_eq!(how(Some(0), &[60], None), Some((How::AtTheEnd, 60, 60)));
        assert_eq!(how(Some(0), &[48, 50, 60], None), Some((How::AtTheEnd, 48, 60)));
        assert_eq!(how(Some(0), &[47, 60], None), Some((How::WhileWorking, 47, 60)));
        // The order of events is that of the fold.
        assert_eq!(how(Some(0), &[60, 10], None), Some((How::WhileWorking, 10, 60)));
    }

    #[test]
    fn work_begins_with_the_first_snapshot() {
        assert_eq!(how(Some(0), &[1000, 1040], Some(990)), Some((How::WhileWorking, 10, 50)));
        assert_eq!(how(None, &[1000], Some(980)), Some((How::AtTheEnd, 20, 20)));
        // Older ones have expired.
        assert_eq!(how(Some(0), &[10, 60], Some(30)), Some((How::WhileWorking, 10, 60)));
    }

    #[test]
    fn nothing_is_said_without_knowing() {
        assert_eq!(how(Some(0), &[], None), None);
        assert_eq!(how(Some(0), &[9], None), None);
        assert_eq!(how(None, &[90], None), None);
        assert_eq!(how(Some(100), &[90], None), None);
        let mut task = Task::unknown(TaskId::parse("t").unwrap());
        task.started_at = Some(minute(0));
        task.commits = vec![KnownCommit { commit: String::new(), tree: None, at: minute(60), tie: Tie::Unlinked }];
        assert_eq!(of(&task, None), None);
    }
}
