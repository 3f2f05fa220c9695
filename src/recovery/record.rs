//! What the ledger says of rollbacks and of their undoing.

use super::operation::{Kind, Operation};
use crate::{
    core::{
        event::{Complete, Payload, Reason, Rollback, Undo},
        note::Events,
        status::Status,
        task::Task,
    },
    error::Result,
    git::Repo,
    ledger::{self, Author, Draft},
};

/// Tell the ledger of `operation`, if it is about a task and the ledger does not know of it yet.
///
/// # Errors
///
/// Those of [`ledger::write`].
pub fn record(repo: &Repo, author: &Author<'_>, operation: &Operation) -> Result<()> {
    let Some(id) = &operation.task else { return Ok(()) };
    if operation.get("Mode").is_none() {
        return Ok(());
    }
    ledger::write(repo, author, |view| {
        let mut draft = Draft::nothing();
        let Some(task) = view.task(id)? else { return Ok((draft, ())) };
        let events = Events::read(&view.note(id)?);
        let known = payloads(&events).any(|payload| operation_of(payload) == Some(&operation.id.to_string()));
        if !known {
            for payload in happened(operation, &task, &events) {
                draft.and(id, payload);
            }
        }
        Ok((draft, ()))
    })
    .map(drop)
}

/// The events that `operation` is.
fn happened(operation: &Operation, task: &Task, events: &Events) -> Vec<Payload> {
    let get = |key: &str| operation.get(key).unwrap_or_default().to_owned();
    let reopen = || Payload::Reopen(Reason { reason: Some(operation.title.clone().into()) });
    match (operation.kind, operation.undoes) {
        (Kind::Rollback, _) => {
            let reopened = task.status == Status::Completed;
            let rollback = Payload::Rollback(Rollback {
                operation: operation.id.to_string(),
                to: operation.get("Checkpoint").map(ToOwned::to_owned),
                name: get("Name"),
                mode: get("Mode"),
                reopened,
            });
            std::iter::once(rollback).chain(reopened.then(reopen)).collect()
        }
        (_, Some(undoes)) => {
            let undo = Payload::Undo(Undo { operation: operation.id.to_string(), undoes: undoes.to_string() });
            let rollback = payloads(events).find_map(|payload| match payload {
                Payload::Rollback(rollback) => Some(rollback),
                _ => None,
            });
            let reopened = rollback.is_some_and(|rollback| rollback.reopened);
            let state = match (operation.kind, reopened, task.status) {
                // It was completed until the rollback, and nobody has begun it again.
                (Kind::Undo, true, Status::Pending) => last_outcome(events).map(Payload::Complete),
                (Kind::Redo, true, Status::Completed) => Some(reopen()),
                _ => None,
            };
            std::iter::once(undo).chain(state).collect()
        }
        _ => Vec::new(),
    }
}

/// What the task was completed with last.
fn last_outcome(events: &Events) -> Option<Complete> {
    payloads(events).find_map(|payload| match payload {
        Payload::Complete(complete) => Some(complete.clone()),
        _ => None,
    })
}

/// The newest first.
fn payloads(events: &Events) -> impl Iterator<Item = &Payload> {
    events.events.iter().rev().map(|event| &event.payload)
}

fn operation_of(payload: &Payload) -> Option<&String> {
    match payload {
        Payload::Rollback(rollback) => Some(&rollback.operation),
        Payload::Undo(undo) => Some(&undo.operation),
        _ => None,
    }
}
