//! The withdrawal of what a command wrote: an undo, or the redo of one. Refused where later events depend on it.

use std::collections::{BTreeMap, HashSet};

use ulid::Ulid;

use super::{
    Draft, View,
    commands::{self, Part},
};
use crate::{
    domain::{
        actor::Actor,
        event::{Event, Payload, Withdraw},
        graph::{Graph, show_cycle},
        id::TaskId,
        status::Status,
        summary::Summary,
        table::{Row, Table},
        task::{Span, Task},
        text::visible,
        withdraw,
    },
    error::{Advice, Error, Result, TaskAdvice, codes},
};

/// How many events one `withdraw` names: as many as its line has room for.
const NAMED: usize = 100;

/// How much of the title of a command goes into an event, in characters.
const TITLE: usize = 200;

/// The events to withdraw, and by whom.
pub struct Request<'a> {
    /// The commits of the ledger that the command made.
    pub parts: &'a [Part],
    /// Further events to withdraw.
    pub more: &'a [(TaskId, Ulid)],
    /// The title of that command, for the `withdraw` event.
    pub what: &'a str,
    /// Whether that command is itself an undo.
    pub redo: bool,
    pub actor: &'a Actor,
    pub command: Ulid,
}

/// A task that a withdrawal changes.
struct Changed {
    before: Task,
    after: Task,
}

/// The events that withdraw what `request` names from the ledger of `view`; none where all of it has no effect already.
///
/// # Errors
///
/// `later-events` when a later event of any actor depends on it; when the ledger cannot be read.
pub fn draft(view: &View<'_>, request: &Request<'_>) -> Result<Draft> {
    let mut named: BTreeMap<TaskId, HashSet<Ulid>> = BTreeMap::new();
    for part in request.parts {
        for (id, events) in commands::added(view.repo(), part.commit, part.parent)? {
            named.entry(id).or_default().extend(events.iter().map(|event| event.id));
        }
    }
    for (id, event) in request.more {
        named.entry(id.clone()).or_default().insert(*event);
    }
    let mut draft = Draft { is_bulk: true, ..Draft::nothing() };
    let mut changed = Vec::new();
    for (id, named) in &named {
        let events = view.events(id)?.events;
        let without = withdraw::withdrawn(events.iter());
        let open: Vec<Ulid> =
            events.iter().map(|event| event.id).filter(|id| named.contains(id) && !without.contains(id)).collect();
        let Some(then) = withdraw::as_if(&events, named).filter(|_| !open.is_empty()) else { continue };
        if let Some(other) = withdraw::other_split(&events, named) {
            return Err(refusal(request, &format!("{} also split {id}", other.actor)));
        }
        if let Some(conflict) = withdraw::conflict(&events, &withdraw::changed(&events, &then), request.actor) {
            return Err(later(request, id, conflict.by, &conflict.about));
        }
        for events in open.chunks(NAMED) {
            let what = request.what.chars().take(TITLE).collect();
            let payload =
                Withdraw { events: events.to_vec(), what, redo: request.redo, command: Some(request.command) };
            draft.and(id, Payload::Withdraw(payload));
        }
        let [before, after] = [&events, &then].map(|events| Task::from_events(id.clone(), events));
        changed.push(Changed { before, after });
    }
    draft.message = format!("{} {}", if request.redo { "redo" } else { "undo" }, request.what);
    refuse_others(view, request, &changed)?;
    Ok(draft)
}

/// Refuse to change what other tasks build on.
fn refuse_others(view: &View<'_>, request: &Request<'_>, changed: &[Changed]) -> Result<()> {
    let matters = |Changed { before, after }: &Changed| {
        before.exists() != after.exists()
            || before.status != after.status
            || before.after != after.after
            || before.parent != after.parent
    };
    if !changed.iter().any(matters) {
        return Ok(());
    }
    let mut table = view.table()?;
    changed.iter().for_each(|changed| table.put_row(&Summary::of(&changed.after)));
    for Changed { before, after } in changed {
        if before.exists() && !after.exists() {
            refuse_named(request, &table, &before.id)?;
        }
        if before.status == Status::Completed && after.status != Status::Completed {
            refuse_started(view, request, &table, before)?;
        }
        refuse_cycles(request, &table, before, after)?;
    }
    Ok(())
}

/// Refuse to hide `id` while other tasks name it.
fn refuse_named(request: &Request<'_>, table: &Table, id: &TaskId) -> Result<()> {
    let is_it = |row: &Row<'_>| row.id_str() == id.as_str();
    for row in table.rows().filter(|row| row.exists()) {
        let how = match () {
            () if row.parent().is_some_and(|parent| is_it(&parent)) => "is a subtask of it",
            () if row.after().flatten().any(|before| is_it(&before)) => "depends on it",
            () => continue,
        };
        return Err(refusal(request, &format!("{} {how}", row.id())).hint(TaskAdvice::CancelInstead.about(id)));
    }
    Ok(())
}

/// Refuse to reopen `task` after another actor has started what comes after it.
fn refuse_started(view: &View<'_>, request: &Request<'_>, table: &Table, task: &Task) -> Result<()> {
    for row in table.rows().filter(|row| row.exists()) {
        if !row.after().flatten().any(|before| before.id_str() == task.id.as_str()) {
            continue;
        }
        let Some(next) = view.task(&row.id())? else { continue };
        let is_later = |span: &&Span| Some(span.from) >= task.completed_at;
        if let Some(span) = next.spans.iter().filter(is_later).find(|span| span.by != *request.actor) {
            let why = format!("{}, which depends on {}, was started by {} since then", next.id, task.id, span.by);
            return Err(refusal(request, &why).hint(TaskAdvice::ReopenAnyway.about(&task.id)));
        }
    }
    Ok(())
}

/// Refuse what would make tasks wait for each other, or be parts of each other.
fn refuse_cycles(request: &Request<'_>, table: &Table, before: &Task, after: &Task) -> Result<()> {
    let graph = Graph::new(table);
    let new: Vec<TaskId> = after.after.iter().filter(|id| !before.after.contains(id)).cloned().collect();
    let parent = after.parent.as_ref().filter(|_| before.parent != after.parent);
    match graph.would_close(&after.id, &new, parent) {
        Some(cycle) => Err(refusal(request, &format!("it would create the cycle {}", show_cycle(&cycle)))),
        None => Ok(()),
    }
}

/// That `event` of the task `id` depends on what is withdrawn.
fn later(request: &Request<'_>, id: &TaskId, event: &Event, about: &str) -> Error {
    let since = event.at.to_minute();
    let why = format!("'{}' by {} at {since} depends on {about}", event.payload.kind(), event.actor);
    let error = refusal(request, &format!("{id}: {why}")).hint(TaskAdvice::SinceThen.about(id));
    match event.actor == *request.actor {
        true => error.hint(Advice::UndoLaterCommands),
        false => error.hint("later changes by others are never undone with it"),
    }
}

fn refusal(request: &Request<'_>, why: &str) -> Error {
    let verb = if request.redo { "redo" } else { "undo" };
    Error::new(codes::LATER_EVENTS, format!("cannot {verb} '{}': {why}", visible(request.what, &[])))
}
