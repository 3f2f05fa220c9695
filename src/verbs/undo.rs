//! `undo`, `redo` and `resume`: undo commands, or bring an interrupted operation to its end.

use bstr::BString;
use ulid::Ulid;

use super::{
    Caller,
    commands::{self, Affected, CommandEntries, CommandEntry, ForeignEntries},
};
use crate::{
    domain::{id::TaskId, status::Status, task::Task},
    error::{Error, Result, codes},
    git::{ObjectId, revwalk},
    recovery::{
        self, Outcome,
        operation::{OpLog, Operation, OperationKind, OperationState},
        undo,
    },
    store::{
        active,
        ledger::{
            View,
            commands::{self as ledger_commands, Command, Part},
            withdraw,
        },
    },
};

/// What an undo or a redo did.
#[derive(Debug)]
pub enum Answer {
    /// A finished command was undone.
    Undone(Undone),
    /// An interrupted operation was rolled back.
    Interrupted(EndedOperation),
}

/// A command that was undone.
#[derive(Debug)]
pub struct Undone {
    /// The id of the command that was undone.
    pub undone: Ulid,
    /// The title of that command, as in `ops`.
    pub title: String,
    /// The id of the undo itself.
    pub id: Ulid,
    /// What happened to the work tree, if the command was an operation.
    pub outcome: Option<Outcome>,
    /// A commit that the branch no longer has, but a remote branch or a tag does: pushes are not undone.
    pub published: Option<ObjectId>,
    /// The tasks that the command had written to.
    pub tasks: Vec<Affected>,
}

/// An interrupted operation that was finished or rolled back.
#[derive(Debug)]
pub struct EndedOperation {
    /// The operation, in its final state.
    pub operation: Operation,
    /// Paths that other processes wrote to in the meantime; the operation keeps that content.
    pub late: Vec<BString>,
    /// Problems that did not prevent the result.
    pub remarks: Vec<String>,
}

/// Undo the command whose id begins with `word`; `None`: the last one. An operation that was interrupted is undone first.
///
/// # Errors
///
/// `operation-interrupted` while another operation is, `bare-repository` for an operation, `nothing-to-undo`, `already-undone`,
/// `later-events`, those of [`commands::find`] and [`undo::undo`].
pub fn undo(caller: &Caller, word: Option<&str>) -> Result<Answer> {
    let repo = caller.repo();
    caller.put_back_operations()?;
    let log = OpLog::of(repo)?;
    if let Some(recorded) = log.interrupted()? {
        if let Some(word) = word
            && commands::find(entries(caller, &log, ForeignEntries::List), word)?.id != recorded.operation.id
        {
            log.refuse_interrupted()?;
        }
        let (recorded, late, remarks) = caller.act(|author| recovery::take_back(repo, author))?;
        return Ok(Answer::Interrupted(EndedOperation { operation: recorded.operation, late, remarks }));
    }
    clear_up(caller)?;
    let log = OpLog::of(repo)?;
    let entry = match word {
        Some(word) => commands::find(entries(caller, &log, ForeignEntries::List), word)?,
        None => commands::next(caller, entries(caller, &log, ForeignEntries::Skip))?,
    };
    carry_out(caller, entry, OperationKind::Undo, word.is_none()).map(Answer::Undone)
}

/// Undo the last undo.
///
/// # Errors
///
/// `operation-interrupted`, `nothing-to-redo`, `later-events`, those of [`undo::undo`].
pub fn redo(caller: &Caller) -> Result<Undone> {
    caller.put_back_operations()?;
    OpLog::of(caller.repo())?.refuse_interrupted()?;
    clear_up(caller)?;
    let log = OpLog::of(caller.repo())?;
    let entry = commands::next_redo(caller, entries(caller, &log, ForeignEntries::Skip))?;
    carry_out(caller, entry, OperationKind::Redo, true)
}

/// Finish the operation that was interrupted.
///
/// # Errors
///
/// `bare-repository`, those of [`recovery::resume`].
pub fn resume(caller: &Caller) -> Result<EndedOperation> {
    let repo = caller.repo();
    repo.require_work_dir("resume")?;
    let (operation, late, remarks) = caller.act(|author| recovery::resume(repo, author))?;
    if let Some(undone) = operation.undoes.filter(|_| operation.state == OperationState::Done) {
        let parts = ledger_commands::parts(caller.view()?, undone)?;
        let touched: Vec<TaskId> = tasks(&caller.view()?, &parts)?.into_iter().map(|task| task.id).collect();
        reactivate(caller, &active_before(&parts), &touched, Some(&[]))?;
    }
    Ok(EndedOperation { operation, late, remarks })
}

/// The commands of this worktree. An undo is for when things went wrong: where the ledger cannot be read there are the operations.
fn entries<'c>(caller: &'c Caller, log: &'c OpLog<'c>, foreign: ForeignEntries) -> CommandEntries<'c> {
    let view = caller.view();
    if let Err(error) = &view {
        caller.warn(format!("only operations can be undone: {error}"));
    }
    CommandEntries::of(log, view.ok(), foreign)
}

/// Only a work tree has something to be cleared up.
fn clear_up(caller: &Caller) -> Result<()> {
    caller.repo().work_dir().map_or(Ok(()), |_| recovery::clear_up(caller.repo()))
}

/// Undo `entry`, after which nothing else was done if it `is_last`.
fn carry_out(caller: &Caller, entry: CommandEntry, kind: OperationKind, is_last: bool) -> Result<Undone> {
    if let Some(undo) = entry.undone_by {
        let message = format!("cannot undo {}: {undo} already undid it", entry.name());
        return Err(Error::new(codes::ALREADY_UNDONE, message).hint("'git agent redo' undoes the last undo"));
    }
    let what = entry.title.strip_prefix("undo ").unwrap_or(&entry.title).to_owned();
    let is_redo = entry.kind() == OperationKind::Undo.as_str();
    let command = Command { undoes: Some(entry.id), ..caller.command()? };
    let actor = caller.actor()?;
    let parts = ledger_commands::parts;
    let parts = match caller.view().and_then(|view| parts(view, entry.id)) {
        Err(error) if entry.operation.is_some() => {
            caller.warn(format!("what it wrote to the ledger stays: {error}"));
            Vec::new()
        }
        parts => parts?,
    };
    let request =
        withdraw::Request { parts: &parts, more: &[], what: &what, redo: is_redo, actor: &actor, command: command.id };
    // What an operation did to the ledger is undone with it, and is refused before it.
    let mut before = Vec::new();
    if entry.operation.is_none() || !parts.is_empty() {
        let view = caller.view()?;
        before = tasks(&view, &parts)?;
        let draft = withdraw::draft(&view, &request)?;
        if entry.operation.is_none() && draft.events.is_empty() {
            let message = format!("cannot undo {}: none of it is in effect", entry.name());
            return Err(Error::new(codes::ALREADY_UNDONE, message).hint("'git agent ops' lists the operations"));
        }
    }
    let outcome = caller.as_command(command.clone(), || match &entry.operation {
        Some(recorded) => {
            caller.repo().require_work_dir(kind.as_str())?;
            caller.act(|author| undo::undo(caller.repo(), author, recorded, &entry.title, kind)).map(Some)
        }
        None => caller.write(|view| Ok((withdraw::draft(view, &request)?, ()))).map(|_| None),
    })?;
    let after = if parts.is_empty() { Vec::new() } else { tasks(&caller.view()?, &parts)? };
    let affected = before.into_iter().zip(after).map(|(before, after)| Affected { before, after });
    let affected: Vec<Affected> = affected.collect();
    // What a redo finds is what the undo before it has restored.
    let known = match entry.undoes.filter(|_| !affected.is_empty()) {
        Some(undoes) => active_before(&ledger_commands::parts(caller.view()?, undoes)?),
        None => Vec::new(),
    };
    let known = (!is_last).then_some(known);
    let ids: Vec<TaskId> = affected.iter().map(|task| task.after.id.clone()).collect();
    if affected.iter().any(|task| task.before.status != task.after.status) {
        reactivate(caller, &active_before(&parts), &ids, known.as_deref())?;
    }
    caller.refresh_notes(&ids);
    // What cannot be determined is not worth a failure: the undo is done.
    let done = outcome.as_ref().and_then(Outcome::done);
    let published = done.and_then(|done| published(caller, &done.operation).unwrap_or_default());
    Ok(Undone { undone: entry.id, title: entry.title, id: command.id, outcome, published, tasks: affected })
}

/// The tasks that `parts` wrote to, also those that are hidden.
fn tasks(view: &View<'_>, parts: &[Part]) -> Result<Vec<Task>> {
    let mut ids: Vec<TaskId> = Vec::new();
    for part in parts {
        let written = ledger_commands::added(view.repo(), part.commit, part.parent)?.into_keys();
        written.for_each(|id| {
            if !ids.contains(&id) {
                ids.push(id);
            }
        });
    }
    ids.into_iter().map(|id| Ok(Task::from_events(id.clone(), &view.events(&id)?.events))).collect()
}

/// The tasks that were active in this worktree before the command that wrote `parts`.
fn active_before(parts: &[Part]) -> Vec<TaskId> {
    parts.first().map(|part| part.command.active.clone()).unwrap_or_default()
}

/// Let the tasks be active in this worktree that were before the command, as far as they are in progress; unless others are active by now
/// than those that it `touched` or that are `known` to have been active after it (`None`: all are).
fn reactivate(caller: &Caller, before: &[TaskId], touched: &[TaskId], known: Option<&[TaskId]>) -> Result<()> {
    let repo = caller.repo();
    if repo.work_dir().is_none() {
        return Ok(());
    }
    let present = active::pointed(repo)?;
    let is_touched = |id: &TaskId| touched.contains(id);
    let view = caller.view()?;
    let mut wanted = Vec::new();
    let is_known = |id: &TaskId| known.is_none_or(|known| known.contains(id)) || before.contains(id) || is_touched(id);
    if present.iter().all(is_known) {
        for id in before {
            if view.task(id)?.is_none_or(|task| task.status == Status::InProgress) {
                wanted.push(id.clone());
            }
        }
    } else {
        wanted.extend(present.iter().filter(|id| before.contains(id) || !is_touched(id)).cloned());
    }
    if wanted != present {
        present.iter().try_for_each(|id| active::clear(repo, id))?;
        wanted.iter().try_for_each(|id| active::set(repo, id, true))?;
    }
    Ok(())
}

/// A commit that `operation` has moved the branch away from, and that a remote branch or a tag contains.
fn published(caller: &Caller, operation: &Operation) -> Result<Option<ObjectId>> {
    let (Some(before), Some(after)) = (operation.before.commit, operation.after.commit) else { return Ok(None) };
    let left = revwalk::between(caller.repo(), Some(after), before)?;
    let own = revwalk::unpublished(caller.repo(), Some(after), before)?;
    Ok(left.into_iter().map(|link| link.commit).find(|commit| !own.contains(commit)))
}
