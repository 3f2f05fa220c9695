//! Arguments of task commands: until when a task is paused, and which task it duplicates.

use super::Caller;
use crate::{
    domain::{
        graph::{Graph, show_cycle},
        id::TaskId,
        task::Task,
        time::{Timestamp, parse_duration},
    },
    error::{Error, Result, codes},
    git::date,
    store::ledger::View,
};

/// The time that `word` names, which is a date or a duration from now.
pub(super) fn later(caller: &Caller, word: &str) -> Result<Timestamp> {
    let now = caller.now();
    let until = match parse_duration(if word == "tomorrow" { "1d" } else { word }) {
        Some(seconds) => Some(now.plus_seconds(seconds)),
        None => date::on_day(caller.repo(), word)?,
    };
    if let Some(until) = until.filter(|until| now < *until) {
        return Ok(until);
    }
    Err(Error::new(codes::BAD_DATE, format!("'{}' is not a time in the future", word.escape_debug()))
        .hint("write a date: 2026-12-24, '2026-12-24 15:00', or a duration from now: 3d, 2h"))
}

/// The task that `word` names, of which `task` is a duplicate.
pub(super) fn original(view: &View<'_>, task: &Task, word: &str) -> Result<TaskId> {
    let found = view.find(word)?;
    let table = view.table()?;
    let graph = Graph::new(&table);
    let top = graph.get(&found.id).map_or_else(|| found.id.clone(), |row| row.original().id());
    if top == task.id {
        return Err(Error::new(codes::DEPENDENCY_CYCLE, format!("{} cannot be a duplicate of itself", task.id))
            .hint("--duplicate-of names the task that stays"));
    }
    // What comes after the duplicate comes after the other one now.
    let cycle =
        graph.dependents(&task.id).find_map(|row| graph.would_close(&row.id(), std::slice::from_ref(&top), None));
    match cycle {
        None => Ok(found.id),
        Some(cycle) => {
            let message = format!(
                "{} cannot be a duplicate of {top}: that would create the cycle {}",
                task.id,
                show_cycle(&cycle)
            );
            Err(Error::new(codes::DEPENDENCY_CYCLE, message)
                .hint("'git agent dep remove <task> --after <task>' removes a dependency"))
        }
    }
}
