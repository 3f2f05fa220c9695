//! `board`: everything that a live view of the tasks shows. Nothing is locked, and nothing is written.

use super::show::{self, Story};
use crate::{
    domain::{
        event::{Event, Payload},
        id::TaskId,
        table::Table,
        time::Timestamp,
    },
    error::Result,
    git::{Head, Repo},
    query::log::TaskEvent,
    store::{active, ledger::View},
};

/// The tasks, claims and events that the board shows.
pub struct Board<'a> {
    /// The ledger, and the table of all its tasks.
    pub view: View<'a>,
    /// All tasks of [`Board::view`].
    pub table: Table,
    /// The branch and the commit of the worktree.
    pub head: Head,
    /// The active tasks of this worktree.
    pub active: Vec<TaskId>,
    /// The newest events of all tasks but those about commits, newest first.
    pub newest: Vec<(TaskId, Event)>,
}

/// The board with the newest `events` events of tasks that have all of `labels`.
///
/// # Errors
///
/// Those of [`View::now`], of [`View::table`], of [`View::note`] and of [`active::pointed`].
pub fn board<'a>(repo: &'a Repo, labels: &[String], events: usize) -> Result<Board<'a>> {
    let view = View::now(repo)?;
    let table = view.table()?;
    let newest = newest(&view, &table, labels, events)?;
    // Not what is remembered of the active tasks: that would be written down.
    Ok(Board { head: repo.head()?, active: active::pointed(repo)?, newest, view, table })
}

/// The story of the task `word` at `now`, and its events, newest first.
///
/// # Errors
///
/// Those of [`View::now`], of [`View::find`] and of [`show::story`].
pub fn task<'a>(repo: &'a Repo, word: &str, now: Timestamp) -> Result<(Story<'a>, Vec<TaskEvent>)> {
    let view = View::now(repo)?;
    let task = view.find(word)?;
    let mut events = TaskEvent::all(&task.id, &view.events(&task.id)?.events);
    events.sort_by_key(|task_event| std::cmp::Reverse(task_event.event.order()));
    Ok((show::story(view, task, now)?, events))
}

/// The newest events. A task is read only if its last event may be among them.
fn newest(view: &View<'_>, table: &Table, labels: &[String], count: usize) -> Result<Vec<(TaskId, Event)>> {
    let mut rows: Vec<_> = table.rows().filter(|row| row.exists() && row.has_labels(labels)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse((row.updated_at(), row.at())));
    let mut found: Vec<(TaskId, Event)> = Vec::new();
    for row in rows {
        if found.len() == count && found.last().is_some_and(|(_, event)| event.at.millis() > row.updated_at()) {
            break;
        }
        let id = row.id();
        let told = view.events(&id)?.events.into_iter().filter(|event| !matches!(event.payload, Payload::Commit(_)));
        found.extend(told.map(|event| (id.clone(), event)));
        found.sort_by_key(|(_, event)| std::cmp::Reverse((event.at, event.order())));
        found.truncate(count);
    }
    Ok(found)
}
