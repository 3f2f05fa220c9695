//! What was done in this worktree and can be undone: operations, and commands that wrote to the ledger, in one order.

use std::{
    collections::{HashMap, HashSet},
    iter::Peekable,
};

use ulid::Ulid;

use super::Caller;
use crate::{
    domain::{id_prefix::place, task::Task, time::Timestamp},
    error::{Error, Result, codes},
    recovery::operation::{OpLog, OperationKind, OperationState, ReadError, Recorded},
    store::ledger::{
        View,
        commands::{Part, Parts},
    },
};

/// A command that was run in this worktree.
#[derive(Clone, Debug)]
pub struct CommandEntry {
    /// The id of the command or operation.
    pub id: Ulid,
    /// What it did, in words: `rollback t-1 to t-1@2`, `edit t-1`.
    pub title: String,
    /// The time when it was started.
    pub at: Timestamp,
    /// The actor, as `name@host`.
    pub by: String,
    /// The command that it undoes.
    pub undoes: Option<Ulid>,
    /// The newest command that undid it, unless that was undone itself.
    pub undone_by: Option<Ulid>,
    /// The operation, if the command is one.
    pub operation: Option<Recorded>,
    /// The newest commit of the ledger that is a part of it. That of an operation may belong to it as well.
    pub ledger: Option<Part>,
}

impl CommandEntry {
    /// `undo`, `rollback`, `edit`, …
    pub fn kind(&self) -> &str {
        match &self.operation {
            Some(recorded) => recorded.operation.kind.as_str(),
            None => self.title.split([' ', ',']).next().unwrap_or_default(),
        }
    }

    /// Whether it undoes another one: an undo or a redo.
    pub fn is_undo(&self) -> bool {
        self.undoes.is_some()
            || self
                .operation
                .as_ref()
                .is_some_and(|recorded| matches!(recorded.operation.kind, OperationKind::Undo | OperationKind::Redo))
    }

    /// Whether it is at its end, and everything was done.
    pub fn is_done(&self) -> bool {
        self.operation
            .as_ref()
            .is_none_or(|recorded| recorded.operation.state == OperationState::Done && !recorded.is_foreign)
    }

    /// Id and title, for messages: `01JD… (edit t-1)`.
    pub fn name(&self) -> String {
        format!("{} ({})", self.id, self.title)
    }
}

/// The commands of this worktree, the newest first.
pub struct CommandEntries<'c> {
    operations: Peekable<Box<dyn Iterator<Item = Result<Recorded, ReadError>> + 'c>>,
    ledger: Peekable<Box<dyn Iterator<Item = Result<Part>> + 'c>>,
    given: HashSet<Ulid>,
    undone: HashMap<Ulid, Ulid>,
}

impl<'c> CommandEntries<'c> {
    /// Those of `log`, and those that the ledger of `view`, where it can be read, knows to have been run in its worktree.
    pub fn of(log: &'c OpLog<'c>, view: Option<View<'c>>, foreign: ForeignEntries) -> Self {
        let worktree = log.place();
        let is_here = move |part: &Result<Part>| {
            part.as_ref().map_or(true, |part| [worktree, ""].contains(&part.command.worktree.as_str()))
        };
        let operations: Box<dyn Iterator<Item = _>> = match foreign {
            ForeignEntries::Skip => Box::new(log.own()),
            ForeignEntries::List => Box::new(log.entries()),
        };
        let ledger: Box<dyn Iterator<Item = _>> = Box::new(view.into_iter().flat_map(Parts::of).filter(is_here));
        CommandEntries {
            operations: operations.peekable(),
            ledger: ledger.peekable(),
            given: HashSet::new(),
            undone: HashMap::new(),
        }
    }

    /// The newer one of the next operation and the next commit of the ledger; both if they are parts of one command.
    fn newest(&mut self) -> Option<Result<CommandEntry, ReadError>> {
        let operation = match self.operations.peek() {
            Some(Ok(recorded)) => Some(recorded.operation.id),
            Some(Err(_)) => return self.operations.next().and_then(Result::err).map(Err),
            None => None,
        };
        let ledger = match self.ledger.peek() {
            Some(Ok(part)) => Some(part.command.id),
            // Of a ledger that cannot be read further nothing is known; that keeps no operation from being undone.
            Some(Err(_)) => {
                let none: Box<dyn Iterator<Item = _>> = Box::new(std::iter::empty());
                self.ledger = none.peekable();
                None
            }
            None => None,
        };
        let recorded = if operation >= ledger { self.operations.next().transpose().ok().flatten() } else { None };
        let part = if ledger >= operation { self.ledger.next().transpose().ok().flatten() } else { None };
        let of_part = part.clone().map(|part| CommandEntry {
            id: part.command.id,
            title: part.title.clone(),
            at: part.at,
            by: part.by.clone(),
            undoes: part.command.undoes,
            undone_by: None,
            operation: None,
            ledger: Some(part),
        });
        // 'complete t' of one that made a checkpoint first; what an undo wrote is called as the undo is.
        let own = |part: &Part| {
            part.title.split(' ').next().is_some_and(|verb| verb == "complete").then(|| part.title.clone())
        };
        let of_operation = recorded.map(|recorded| CommandEntry {
            id: recorded.operation.id,
            title: part.as_ref().and_then(own).unwrap_or_else(|| recorded.operation.title.clone()),
            at: recorded.operation.at,
            by: recorded.operation.by.clone(),
            undoes: recorded.operation.undoes,
            undone_by: None,
            operation: Some(recorded),
            ledger: part,
        });
        of_operation.or(of_part).map(Ok)
    }
}

/// What to do with operations that were not made in this repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignEntries {
    /// List them, marked as foreign.
    List,
    /// Skip them, and everything older that cannot be read.
    Skip,
}

impl Iterator for CommandEntries<'_> {
    type Item = Result<CommandEntry, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut entry = match self.newest()? {
                Ok(entry) => entry,
                error => return Some(error),
            };
            if !self.given.insert(entry.id) {
                continue;
            }
            entry.undone_by = self.undone.get(&entry.id).copied();
            if let Some(undoes) = entry.undoes.filter(|_| entry.is_done() && entry.undone_by.is_none()) {
                self.undone.entry(undoes).or_insert(entry.id);
            }
            return Some(Ok(entry));
        }
    }
}

/// The command that `word` names: its id, or a unique beginning of it, in any case; `op@{N}` is the one after N newer ones.
///
/// # Errors
///
/// `operation-not-found`, `ambiguous-operation`.
pub fn find(mut entries: CommandEntries<'_>, word: &str) -> Result<CommandEntry> {
    if let Some(place) = place("op", word) {
        return entries.nth(place).transpose()?.ok_or_else(|| {
            let message = format!("{word} does not exist: fewer operations were recorded in this worktree");
            Error::new(codes::OPERATION_NOT_FOUND, message).hint("'git agent ops' lists them")
        });
    }
    let prefix = word.to_ascii_uppercase();
    let mut found: Option<CommandEntry> = None;
    for entry in entries {
        let entry = match entry {
            Err(ReadError::Foreign(_)) => break,
            entry => entry?,
        };
        if prefix.is_empty() || !entry.id.to_string().starts_with(&prefix) {
            continue;
        }
        if let Some(found) = found {
            let message = format!("'{word}' matches several operations: {}, {}", entry.id, found.id);
            return Err(Error::new(codes::AMBIGUOUS_OPERATION, message).hint("use a longer prefix"));
        }
        found = Some(entry);
    }
    found.ok_or_else(|| {
        let message = format!("no operation of this worktree matches '{}'", word.escape_debug());
        Error::new(codes::OPERATION_NOT_FOUND, message).hint("'git agent ops' lists them")
    })
}

/// The command that `undo` undoes: the newest that is done, is not an undo and is not undone; of what only wrote to the ledger, the
/// caller's own.
///
/// # Errors
///
/// `nothing-to-undo`; `ambiguous-operation` when that would be an operation of another actor, and the caller has done something before it.
pub fn next(caller: &Caller, entries: CommandEntries<'_>) -> Result<CommandEntry> {
    let us = caller.actor()?;
    let mut newest: Option<CommandEntry> = None;
    let mut others = None;
    for entry in entries {
        let entry = entry?;
        if !entry.is_done() || entry.is_undo() || entry.undone_by.is_some() {
            continue;
        }
        let is_ours = entry.by == us.as_str();
        match (newest.take(), is_ours, entry.operation.is_some()) {
            (Some(theirs), true, _) => return Err(whose(&theirs, &entry)),
            (Some(theirs), false, _) => newest = Some(theirs),
            (None, true, _) => return Ok(entry),
            (None, false, true) => newest = Some(entry),
            (None, false, false) => others = others.or(Some(entry)),
        }
    }
    newest.ok_or_else(|| {
        let error =
            Error::new(codes::NOTHING_TO_UNDO, "nothing to undo: no operation of this worktree is left to undo");
        let others = others
            .map(|entry| format!("the last one is by {}: git agent undo {} ({})", entry.by, entry.id, entry.title));
        error.hints(others).hint("'git agent ops' lists the operations, 'git agent snapshot list' the snapshots")
    })
}

/// The newest command is `theirs`; the caller's last one is `ours`.
fn whose(theirs: &CommandEntry, ours: &CommandEntry) -> Error {
    let message = format!("the last operation in this worktree is by {}: {}", theirs.by, theirs.title);
    Error::new(codes::AMBIGUOUS_OPERATION, message)
        .hint(format!("to undo that: git agent undo {}", theirs.id))
        .hint(format!("to undo your last one, {}: git agent undo {}", ours.title, ours.id))
}

/// The undo that `redo` undoes: the newest one, if nothing else was done since.
///
/// # Errors
///
/// `nothing-to-redo`.
pub fn next_redo(caller: &Caller, entries: CommandEntries<'_>) -> Result<CommandEntry> {
    let us = caller.actor()?;
    for entry in entries {
        let entry = entry?;
        // What others wrote to the ledger is not a step of ours.
        if !entry.is_done() || (entry.operation.is_none() && entry.by != us.as_str()) {
            continue;
        }
        match entry.kind() {
            "undo" if entry.undone_by.is_none() => return Ok(entry),
            "undo" | "redo" => {}
            _ => break,
        }
    }
    Err(Error::new(codes::NOTHING_TO_REDO, "nothing to redo: the newest operation is not an undo")
        .hint("'git agent ops' lists the operations; 'git agent undo <op>' undoes a given one"))
}

/// A task whose events a command wrote, or an undo withdrew.
#[derive(Clone, Debug)]
pub struct Affected {
    /// The task before the undo or redo.
    pub before: Task,
    /// The task afterwards.
    pub after: Task,
}
