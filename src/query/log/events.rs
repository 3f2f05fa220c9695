//! Task events, newest first, read only as far back as they are asked for.
//!
//! The index tells when each task was last touched. A task's note is read when its turn comes: when nothing that was read
//! so far is newer than its last event. So a log of fifty entries reads the notes of a few tasks, whatever their number.

use std::{cmp::Ordering, collections::BinaryHeap};

use crate::{
    domain::{
        edited,
        event::{Edit, Event, Payload},
        id::TaskId,
        table::Row,
        withdraw,
    },
    error::Result,
};

use super::ledger::Tasks;

/// An event and the task it happened to.
#[derive(Clone, Debug)]
pub struct TaskEvent {
    pub task: TaskId,
    pub event: Event,
    /// For an edit: the previous values of the fields that it sets.
    pub was: Option<Edit>,
    /// It has no effect because it was undone.
    pub is_withdrawn: bool,
}

impl TaskEvent {
    /// The `events` of `task`, which are in the order of the fold.
    pub fn all(task: &TaskId, events: &[Event]) -> Vec<Self> {
        let (mut was, withdrawn) = (edited::before(events), withdraw::withdrawn(events.iter()));
        let task_event = |event: &Event| TaskEvent {
            task: task.clone(),
            event: event.clone(),
            was: was.remove(&event.id),
            is_withdrawn: withdrawn.contains(&event.id),
        };
        events.iter().map(task_event).collect()
    }
}

/// The events of all tasks, or of one.
pub(super) struct Events {
    heap: BinaryHeap<Item>,
    /// The newest and the oldest time that is asked for, in milliseconds.
    until: i64,
    since: i64,
}

/// What is next: an event, or a task whose events are not known yet but for when the last one was. Of most tasks nothing more is asked.
enum Next {
    TaskEvent(Box<TaskEvent>),
    Unread(Unread),
}

/// A task by its place in the order of ids, and in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Unread {
    order: u32,
    at: u32,
}

struct Item {
    at: i64,
    /// The order of events at the same time: that of the fold.
    n: u64,
    next: Next,
}

impl Events {
    /// The events of the tasks in `rows`, in the order of their ids, between `since` and `until`.
    pub fn of<'t>(rows: impl Iterator<Item = Row<'t>>, since: i64, until: i64) -> Self {
        let unread = (0..).zip(rows).filter(|(_, row)| row.exists() && row.updated_at() >= since);
        let unread = unread.filter_map(|(order, row)| {
            let unread = Unread { order, at: u32::try_from(row.at()).ok()? };
            Some(Item { at: row.updated_at(), n: 0, next: Next::Unread(unread) })
        });
        Events { heap: unread.collect(), since, until }
    }

    pub fn none() -> Self {
        Events { heap: BinaryHeap::new(), since: 0, until: 0 }
    }

    /// Omit events newer than `at`.
    pub fn not_after(&mut self, at: i64) {
        self.until = self.until.min(at);
    }

    /// The newest event not returned yet, if it is not older than `at`.
    ///
    /// # Errors
    ///
    /// As [`Tasks::events`].
    pub fn next_since(&mut self, at: i64, tasks: &mut Tasks<'_>) -> Result<Option<TaskEvent>> {
        while self.heap.peek().is_some_and(|item| item.at >= at.max(self.since)) {
            match self.heap.pop().map(|item| (item.at, item.next)) {
                Some((at, Next::TaskEvent(task_event))) if at <= self.until => return Ok(Some(*task_event)),
                Some((_, Next::Unread(task))) => self.read(&tasks.id(task.at as usize), tasks)?,
                _ => {}
            }
        }
        Ok(None)
    }

    fn read(&mut self, task: &TaskId, tasks: &mut Tasks<'_>) -> Result<()> {
        let events = TaskEvent::all(task, tasks.events(task)?).into_iter();
        let shown = events.filter(|task_event| !matches!(task_event.event.payload, Payload::Commit(_)));
        self.heap.extend(shown.map(|task_event| Item {
            at: task_event.event.at.millis(),
            n: task_event.event.n,
            next: Next::TaskEvent(Box::new(task_event)),
        }));
        Ok(())
    }
}

impl Ord for Item {
    /// Newest first; at the same time what is known first, then the later in the fold, then by id.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |item: &Item| (item.at, matches!(item.next, Next::TaskEvent(_)), item.n);
        key(self).cmp(&key(other)).then_with(|| match (&self.next, &other.next) {
            (Next::TaskEvent(a), Next::TaskEvent(b)) => a.event.id.cmp(&b.event.id),
            (Next::Unread(a), Next::Unread(b)) => b.cmp(a),
            _ => Ordering::Equal,
        })
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Item {}
