//! What the ledger says of rollbacks and squashes, and of their undoing.

use bstr::ByteSlice as _;
use ulid::Ulid;

use super::operation::{OpLog, Operation, OperationKind};
use crate::{
    domain::{
        claim::SKEW,
        event::{Complete, Event, Payload, Reason, Rollback, Squash, Undo},
        id::TaskId,
        note::Events,
        status::Status,
        task::Task,
        time::Timestamp,
        trailer::block::{self, Syntax},
    },
    error::Result,
    git::{Repo, commit::Commit, revwalk},
    store::{
        self, active,
        ledger::{
            self, Draft, EventAuthor, View,
            commands::{self, Command, Part},
            withdraw,
        },
    },
};

/// What the operation of a squash, and what takes it back, remember: the tasks of the commits, with a space between.
pub const TASKS: &str = "Tasks";

/// And how many commits became one.
pub const COLLAPSED: &str = "Collapsed";

/// Tell the ledger of `operation`, as far as it is about tasks that are there and do not know of it yet.
///
/// # Errors
///
/// Those of [`ledger::write`].
pub fn record(repo: &Repo, author: &EventAuthor<'_>, operation: &Operation) -> Result<()> {
    if let Some(undoes) = operation.undoes {
        withdraw_with(repo, author, operation, undoes)?;
    }
    let tasks = concerned(operation);
    if tasks.is_empty() {
        return Ok(());
    }
    let squash = squashed(repo, operation)?;
    let written = ledger::write(repo, author, |view| {
        let mut draft = Draft::nothing();
        for id in &tasks {
            let Some(task) = view.task(id)? else { continue };
            let events = Events::read(&view.note(id)?);
            let known = payloads(&events).any(|payload| operation_of(payload) == Some(&operation.id.to_string()));
            if !known {
                let happened = happened(operation, &task, &events);
                squash.iter().cloned().map(Payload::Squash).chain(happened).for_each(|payload| draft.and(id, payload));
            }
        }
        Ok((draft, ()))
    });
    Ok(written.map(drop)?)
}

/// Withdraw what the command that `operation` undoes has written to the ledger next to its own operation. Once, however often it is
/// called.
fn withdraw_with(repo: &Repo, author: &EventAuthor<'_>, operation: &Operation, undoes: Ulid) -> Result<()> {
    let log = OpLog::of(repo)?;
    let checkpoint = log.find(&undoes.to_string())?.operation;
    let checkpoint = (checkpoint.kind == OperationKind::Checkpoint).then_some(checkpoint);
    let command = Command {
        id: operation.id,
        worktree: log.place().to_owned(),
        active: active::pointed(repo)?,
        undoes: Some(undoes),
    };
    let author = EventAuthor { actor: author.actor, now: author.now, is_held_to_it: true, command: Some(command) };
    let title = operation.title.as_str();
    let what = ["undo ", "redo "].iter().find_map(|verb| title.strip_prefix(verb)).unwrap_or(title);
    let mut parts: Option<Vec<Part>> = None;
    let written = ledger::write(repo, &author, |view| {
        let parts = match &parts {
            Some(parts) => parts,
            None => parts.insert(commands::parts(*view, undoes)?),
        };
        let more = match &checkpoint {
            Some(checkpoint) => recorded(repo, view, checkpoint)?,
            None => Vec::new(),
        };
        let (redo, actor) = (operation.kind == OperationKind::Redo, author.actor);
        let request = withdraw::Request { parts, more: &more, what, redo, actor, command: operation.id };
        Ok((withdraw::draft(view, &request)?, ()))
    });
    Ok(written.map(drop)?)
}

/// How many commits of the ledger are examined for what an operation has written.
const RECENT: usize = 64;

/// Withdraw what `operation`, which is restored to where it began, has told the ledger already.
///
/// # Errors
///
/// `later-events` where other events build on it by now; those of [`ledger::write`].
pub fn withdraw_own(repo: &Repo, author: &EventAuthor<'_>, operation: &Operation) -> Result<()> {
    let written = ledger::write(repo, author, |view| {
        let more = written(repo, view, operation)?;
        if more.is_empty() {
            return Ok((Draft::nothing(), ()));
        }
        let title = operation.title.as_str();
        let request = withdraw::Request {
            parts: &[],
            more: &more,
            what: title.strip_prefix("undo ").unwrap_or(title),
            redo: operation.kind == OperationKind::Undo,
            actor: author.actor,
            command: store::new_id((author.now)()),
        };
        // It belongs to the operation: no command of its own to be undone.
        let draft = Draft { message: format!("undo interrupted {title}"), ..withdraw::draft(view, &request)? };
        Ok((draft, ()))
    });
    Ok(written.map(drop)?)
}

/// The events that `operation` has written to the ledger: those of each commit with one that names it.
fn written(repo: &Repo, view: &View<'_>, operation: &Operation) -> Result<Vec<(TaskId, Ulid)>> {
    let (mut found, mut next) = (Vec::new(), view.tip());
    let id = operation.id.to_string();
    let names_it = |event: &Event| match &event.payload {
        Payload::Withdraw(withdraw) => withdraw.command == Some(operation.id),
        payload => operation_of(payload) == Some(&id),
    };
    for _ in 0..RECENT {
        let Some(commit) = next.filter(|commit| repo.has(*commit)) else { break };
        let read = Commit::read(repo, commit)?;
        next = read.parents.first().copied();
        if read.parents.len() > 1 {
            continue;
        }
        let events = commands::added(repo, commit, next)?;
        if events.values().flatten().any(names_it) {
            let ids = events.into_iter().flat_map(|(task, events)| {
                events.into_iter().map(move |event| (task.clone(), event.id)).collect::<Vec<_>>()
            });
            found.extend(ids);
        } else if Timestamp::from_seconds(read.at).plus_seconds(SKEW) < operation.at {
            break;
        }
    }
    Ok(found)
}

/// The events that describe the commit of `checkpoint`, which a hook may have written.
fn recorded(repo: &Repo, view: &View<'_>, checkpoint: &Operation) -> Result<Vec<(TaskId, Ulid)>> {
    let Some(commit) = checkpoint.after.commit.filter(|commit| repo.has(*commit)) else { return Ok(Vec::new()) };
    let message = Commit::read(repo, commit)?.message;
    let named = block::ids(&message, &repo.settings().trailer_rules(), &Syntax::default());
    let mut tasks: Vec<TaskId> = named.iter().filter_map(|id| TaskId::parse(id.to_str().ok()?).ok()).collect();
    tasks.extend(checkpoint.task.clone().filter(|id| !tasks.contains(id)));
    let (mut found, commit) = (Vec::new(), commit.to_string());
    for id in tasks {
        let is_it = |payload: &Payload| match payload {
            Payload::Commit(event) => event.commit == commit,
            Payload::Link(event) => event.commit == commit && event.by == "checkpoint",
            _ => false,
        };
        let events = view.events(&id)?.events;
        found.extend(events.iter().filter(|event| is_it(&event.payload)).map(|event| (id.clone(), event.id)));
    }
    Ok(found)
}

/// The tasks whose story `operation` belongs to.
fn concerned(operation: &Operation) -> Vec<TaskId> {
    match (operation.get(TASKS), operation.get("Mode")) {
        (Some(ids), _) => ids.split(' ').filter_map(|id| TaskId::parse(id).ok()).collect(),
        (None, Some(_)) => operation.task.iter().cloned().collect(),
        (None, None) => Vec::new(),
    }
}

/// The squash that `operation` is, if it is one.
fn squashed(repo: &Repo, operation: &Operation) -> Result<Option<Squash>> {
    let (OperationKind::Squash, Some(old), Some(new)) =
        (operation.kind, operation.before.commit, operation.after.commit)
    else {
        return Ok(None);
    };
    Ok(Some(Squash {
        operation: operation.id.to_string(),
        commit: new.to_string(),
        tree: revwalk::tree(repo, new)?.to_string(),
        old: old.to_string(),
        onto: revwalk::parents(repo, new)?.first().map(ToString::to_string),
        count: operation.get(COLLAPSED).and_then(|count| count.parse().ok()).unwrap_or_default(),
    }))
}

fn happened(operation: &Operation, task: &Task, events: &Events) -> Vec<Payload> {
    let get = |key: &str| operation.get(key).unwrap_or_default().to_owned();
    let reopen = || Payload::Reopen(Reason { reason: Some(operation.title.clone().into()) });
    match (operation.kind, operation.undoes) {
        (OperationKind::Rollback, _) => {
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
            let of = operation.get(COLLAPSED).map(|_| OperationKind::Squash.to_string());
            let is_squash = of.is_some();
            let undo = Payload::Undo(Undo { operation: operation.id.to_string(), undoes: undoes.to_string(), of });
            if is_squash {
                return vec![undo];
            }
            let rollback = payloads(events).find_map(|payload| match payload {
                Payload::Rollback(rollback) => Some(rollback),
                _ => None,
            });
            let reopened = rollback.is_some_and(|rollback| rollback.reopened);
            let state = match (operation.kind, reopened, task.status) {
                // It was completed until the rollback, and was not started again.
                (OperationKind::Undo, true, Status::Pending) => last_outcome(events).map(Payload::Complete),
                (OperationKind::Redo, true, Status::Completed) => Some(reopen()),
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
    events.in_effect().rev().map(|event| &event.payload)
}

fn operation_of(payload: &Payload) -> Option<&String> {
    match payload {
        Payload::Rollback(rollback) => Some(&rollback.operation),
        Payload::Squash(squash) => Some(&squash.operation),
        Payload::Undo(undo) => Some(&undo.operation),
        _ => None,
    }
}
