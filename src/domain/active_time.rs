//! The time that a task took: while it was in progress, cut where nothing happened on it for too long.
//!
//! ```text
//! in progress   |---------------------------------------------|
//! signs of life | *   *  *                          *    *  * |
//! work          |========|                          |=========|
//!                        '-- longer than the gap ---'
//! ```
//!
//! Every event of the task is a sign of life: commits, verifications, decisions, notes. An agent that was closed for the
//! night, or a person at lunch, does not work; how long a task was open says nothing about that.

use super::{actor::Actor, task::Task, time::Timestamp};

/// The longest silence that still counts as work when `agent.idleGap` does not say otherwise, in seconds.
pub const DEFAULT_GAP: u64 = 30 * 60;

/// A period of continuous work by one actor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The actor who started the attempt.
    pub by: Actor,
    /// The time of the first activity.
    pub from: Timestamp,
    /// The time of the last activity before the gap, the end of the attempt, or the current time.
    pub to: Timestamp,
    /// Whether the period includes the current time.
    pub goes_on: bool,
}

impl Stretch {
    /// The length in seconds.
    pub fn seconds(&self) -> u64 {
        self.to.seconds_since(self.from)
    }
}

/// The periods of work on `task` up to `now`, oldest first; more than `gap` seconds without activity are not counted.
pub fn stretches(task: &Task, gap: u64, now: Timestamp) -> Vec<Stretch> {
    let mut stretches = Vec::with_capacity(task.spans.len());
    for span in &task.spans {
        // The clocks of several machines may disagree about what came first.
        let end = span.to.unwrap_or(now).max(span.from);
        let mut signs: Vec<(Timestamp, Timestamp)> =
            span.signs.iter().map(|(from, to)| ((*from).clamp(span.from, end), (*to).clamp(span.from, end))).collect();
        signs.sort_unstable();
        let (mut from, mut to) = (span.from, span.from);
        let mut push = |from, to, goes_on| stretches.push(Stretch { by: span.by.clone(), from, to, goes_on });
        for (next_from, next_to) in signs {
            if next_from.seconds_since(to) > gap {
                push(from, to, false);
                from = next_from;
            }
            to = to.max(next_to);
        }
        match (span.to, end.seconds_since(to) > gap) {
            (None, false) => push(from, end, true),
            (None, true) => push(from, to, false),
            (Some(_), false) => push(from, end, false),
            (Some(_), true) => {
                push(from, to, false);
                push(end, end, false);
            }
        }
    }
    stretches
}

/// Seconds of work on `task` up to `now`.
pub fn active(task: &Task, gap: u64, now: Timestamp) -> u64 {
    stretches(task, gap, now).iter().map(Stretch::seconds).sum()
}

/// Seconds of work by each actor, in the order of their first work.
pub fn by_actor<'s>(stretches: impl IntoIterator<Item = &'s Stretch>) -> Vec<(Actor, u64)> {
    let mut actors: Vec<(Actor, u64)> = Vec::new();
    for stretch in stretches {
        match actors.iter_mut().find(|(by, _)| *by == stretch.by) {
            Some((_, seconds)) => *seconds += stretch.seconds(),
            None => actors.push((stretch.by.clone(), stretch.seconds())),
        }
    }
    actors
}

/// Seconds from the first start of `task` to its end, or to `now` while it is open.
pub fn elapsed(task: &Task, now: Timestamp) -> u64 {
    use super::status::Status;
    let end = match task.status {
        Status::Pending | Status::InProgress => now,
        Status::Completed => task.completed_at.unwrap_or(now),
        Status::Failed | Status::Cancelled => task.updated_at,
    };
    task.started_at.map_or(0, |start| end.seconds_since(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::TaskId, task::Span};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_seconds(minute * 60)
    }

    fn span(by: &str, from: i64, to: Option<i64>, signs: &[i64]) -> Span {
        let signs = signs.iter().map(|minute| (at(*minute), at(*minute))).collect();
        Span { by: Actor::new(by).unwrap(), from: at(from), to: to.map(at), signs }
    }

    fn task(spans: Vec<Span>) -> Task {
        let mut task = Task::unknown(TaskId::parse("t-1").unwrap());
        task.spans = spans;
        task
    }

    fn minutes(task: &Task, now: i64) -> Vec<(i64, i64, bool)> {
        let minute = |time: Timestamp| time.seconds() / 60;
        let found = stretches(task, DEFAULT_GAP, at(now));
        found.iter().map(|one| (minute(one.from), minute(one.to), one.goes_on)).collect()
    }

    #[test]
    fn silence_longer_than_the_gap_is_no_work() {
        let one = task(vec![span("a", 0, Some(150), &[10, 120, 125])]);
        assert_eq!(minutes(&one, 500), [(0, 10, false), (120, 150, false)]);
        assert_eq!(active(&one, DEFAULT_GAP, at(500)), 40 * 60);
        assert_eq!(active(&one, 3 * 3600, at(500)), 150 * 60, "with a longer gap there is none");
        let exactly = task(vec![span("a", 0, Some(60), &[30])]);
        assert_eq!(minutes(&exactly, 500), [(0, 60, false)]);
        let silent = task(vec![span("a", 0, Some(31), &[])]);
        assert_eq!(minutes(&silent, 500), [(0, 0, false), (31, 31, false)]);
    }

    #[test]
    fn what_goes_on_counts_up_to_now_or_to_its_last_sign() {
        let open = task(vec![span("a", 0, None, &[20])]);
        assert_eq!(minutes(&open, 45), [(0, 45, true)]);
        assert_eq!(minutes(&open, 51), [(0, 20, false)]);
        assert_eq!(minutes(&open, -5), [(0, 0, true)], "a clock that is behind");
    }

    #[test]
    fn a_long_verification_is_work_from_its_beginning_to_its_end() {
        let mut long = task(vec![span("a", 0, Some(130), &[5])]);
        long.spans[0].signs.push((at(10), at(120)));
        assert_eq!(minutes(&long, 500), [(0, 130, false)]);
    }

    #[test]
    fn signs_in_any_order_and_outside_the_span_do_no_harm() {
        let odd = task(vec![span("a", 10, Some(50), &[200, 40, 20, -7])]);
        assert_eq!(minutes(&odd, 500), [(10, 50, false)]);
        let backwards = task(vec![span("a", 50, Some(10), &[])]);
        assert_eq!(minutes(&backwards, 500), [(50, 50, false)]);
    }

    #[test]
    fn time_is_told_by_actor() {
        let two = task(vec![span("a", 0, Some(10), &[]), span("b", 10, Some(30), &[]), span("a", 30, Some(35), &[])]);
        let told = by_actor(&stretches(&two, DEFAULT_GAP, at(99)));
        let told: Vec<(&str, u64)> = told.iter().map(|(by, seconds)| (by.as_str(), seconds / 60)).collect();
        assert_eq!(told, [("a", 15), ("b", 20)]);
    }
}
