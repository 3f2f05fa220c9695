//! Which snapshots and operations expire. Pure: decided from those that exist, and the time.

use std::collections::{BTreeMap, BTreeSet};

use ulid::Ulid;

use crate::domain::{
    id::TaskId,
    time::{DAY, Timestamp},
};

/// How long snapshots and operations are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Everything younger is kept; seconds (`agent.keepFor`).
    pub young: u64,
    /// How many of the newest operations of a worktree are kept at any age (`agent.keepOperations`).
    pub operations: usize,
    /// How many of the newest snapshots of an open task are kept at any age.
    pub of_open: usize,
    /// How many young snapshots of agent sessions are kept in each worktree.
    pub of_sessions: usize,
    /// How long the last snapshot of a closed task is kept after its end, in seconds.
    pub of_closed: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { young: 14 * DAY, operations: 50, of_open: 20, of_sessions: 1000, of_closed: 90 * DAY }
    }
}

/// A snapshot with the properties that decide about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: Ulid,
    /// The time when it was taken.
    pub at: Timestamp,
    /// The tasks that were active at that time.
    pub tasks: Vec<TaskId>,
    /// The worktree, if it was taken for a session of an agent host.
    pub session_in: Option<String>,
}

/// Whether a task is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not completed or cancelled.
    Open,
    /// It was completed or cancelled at this time.
    Closed(Timestamp),
}

/// How many of `operations` (their start times, newest first) are kept.
pub fn operations_to_keep(operations: &[Timestamp], now: Timestamp, policy: &Policy) -> usize {
    let young = operations.iter().take_while(|at| now.seconds_since(**at) < policy.young).count();
    young.max(policy.operations).min(operations.len())
}

/// Those of `snapshots` that expire. `needed` by operations that are kept do not.
pub fn snapshots_to_drop(
    snapshots: &[Kept],
    standing: impl Fn(&TaskId) -> Option<Standing>,
    needed: &BTreeSet<Ulid>,
    now: Timestamp,
    policy: &Policy,
) -> Vec<Ulid> {
    let mut newest_first: Vec<&Kept> = snapshots.iter().collect();
    newest_first.sort_by_key(|snapshot| std::cmp::Reverse((snapshot.at, snapshot.id)));
    let mut seen: BTreeMap<&TaskId, usize> = BTreeMap::new();
    let mut of_sessions: BTreeMap<&String, usize> = BTreeMap::new();
    let mut dropped = Vec::new();
    for snapshot in newest_first {
        let rank = snapshot.session_in.as_ref().map_or(0, |worktree| {
            let rank = of_sessions.entry(worktree).or_default();
            *rank += 1;
            *rank
        });
        let is_young = now.seconds_since(snapshot.at) < policy.young && rank <= policy.of_sessions;
        let mut stays = is_young || needed.contains(&snapshot.id);
        for task in &snapshot.tasks {
            let before = seen.entry(task).or_default();
            stays |= match standing(task) {
                Some(Standing::Open) => *before < policy.of_open,
                Some(Standing::Closed(at)) => *before == 0 && now.seconds_since(at) < policy.of_closed,
                None => false,
            };
            *before += 1;
        }
        if !stays {
            dropped.push(snapshot.id);
        }
    }
    dropped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> Timestamp {
        Timestamp::from_seconds(number * DAY as i64)
    }

    fn task(id: &str) -> TaskId {
        TaskId::parse(id).unwrap()
    }

    fn snapshot(number: u128, at: i64, tasks: &[&str]) -> Kept {
        Kept { id: Ulid(number), at: day(at), tasks: tasks.iter().map(|id| task(id)).collect(), session_in: None }
    }

    fn dropped(snapshots: &[Kept], needed: &[u128]) -> Vec<u128> {
        let standing = |id: &TaskId| match id.as_str() {
            "open" => Some(Standing::Open),
            "closed" => Some(Standing::Closed(day(60))),
            "long-closed" => Some(Standing::Closed(day(5))),
            _ => None,
        };
        let needed = needed.iter().map(|id| Ulid(*id)).collect();
        let policy = Policy { of_open: 2, ..Policy::default() };
        let mut ids: Vec<u128> =
            snapshots_to_drop(snapshots, standing, &needed, day(100), &policy).iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn young_and_needed_ones_stay() {
        let all = [snapshot(1, 0, &[]), snapshot(2, 50, &[]), snapshot(3, 87, &[]), snapshot(4, 100, &[])];
        assert_eq!(dropped(&all, &[]), [1, 2]);
        assert_eq!(dropped(&all, &[1]), [2]);
    }

    #[test]
    fn the_newest_of_open_tasks_and_the_last_of_closed_ones_stay() {
        let all = [
            snapshot(1, 1, &["open"]),
            snapshot(2, 2, &["open", "closed"]),
            snapshot(3, 3, &["open"]),
            snapshot(4, 4, &["closed"]),
            snapshot(5, 4, &["long-closed"]),
            snapshot(6, 4, &["unknown"]),
        ];
        assert_eq!(dropped(&all, &[]), [1, 5, 6]);
    }

    #[test]
    fn young_ones_of_sessions_are_bounded() {
        let of = |number, worktree: &str| Kept { session_in: Some(worktree.into()), ..snapshot(number, 99, &[]) };
        let all = [of(1, "main"), of(2, "main"), of(3, "main"), of(4, "other"), snapshot(5, 99, &[])];
        let policy = Policy { of_sessions: 2, ..Policy::default() };
        let dropped = |needed| snapshots_to_drop(&all, |_| None, &needed, day(100), &policy);
        assert_eq!(dropped(BTreeSet::new()), [Ulid(1)]);
        assert_eq!(dropped([Ulid(1)].into()), []);
    }

    #[test]
    fn a_clock_that_runs_behind_drops_nothing() {
        assert_eq!(dropped(&[snapshot(1, 200, &[])], &[]), []);
    }

    #[test]
    fn operations_stay_by_number_and_by_age() {
        let policy = Policy { operations: 2, ..Policy::default() };
        let keep = |days: &[i64]| {
            let at: Vec<Timestamp> = days.iter().map(|number| day(*number)).collect();
            operations_to_keep(&at, day(100), &policy)
        };
        assert_eq!((keep(&[]), keep(&[5]), keep(&[9, 8, 7])), (0, 1, 2));
        assert_eq!(keep(&[99, 98, 97, 3]), 3);
    }
}
