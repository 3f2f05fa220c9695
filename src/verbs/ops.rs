//! `ops`: what was done in a worktree and can be undone.

use super::{
    Caller,
    commands::{self, CommandEntries, CommandEntry, ForeignEntries},
};
use crate::{
    domain::{event::Event, id::TaskId},
    error::{Error, Result, codes},
    recovery::{self, operation::OpLog},
    store::ledger::{View, commands as ledger_commands},
};

/// The commands of this worktree, newest first. The list ends at one that this version cannot read, with a warning.
///
/// # Errors
///
/// When the operation log or the ledger cannot be found.
pub fn list(caller: &Caller) -> Result<Vec<CommandEntry>> {
    // A list that cannot be brought up to date is still a list: in a repository that is read-only.
    caller.put_back_operations().unwrap_or_default();
    recovery::clear_up(caller.repo()).unwrap_or_default();
    let log = OpLog::of(caller.repo())?;
    let mut entries = Vec::new();
    for entry in CommandEntries::of(&log, view(caller), ForeignEntries::List) {
        match entry {
            Ok(entry) => entries.push(entry),
            Err(error) => caller.warn(error.to_string()),
        }
    }
    Ok(entries)
}

/// A command with what it wrote to the ledger.
pub struct ShownCommand {
    /// The command or operation.
    pub entry: CommandEntry,
    /// The events that it wrote, each with its task.
    pub events: Vec<(TaskId, Event)>,
}

/// The command that `word` names, see [`commands::find`], or the last one.
///
/// # Errors
///
/// `no-operations`, those of [`commands::find`].
pub fn show(caller: &Caller, word: Option<&str>) -> Result<ShownCommand> {
    caller.put_back_operations().unwrap_or_default();
    let log = OpLog::of(caller.repo())?;
    let mut entries = CommandEntries::of(&log, view(caller), ForeignEntries::List);
    let found = match word {
        Some(word) => Some(commands::find(entries, word)?),
        None => entries.next().transpose()?,
    };
    let entry = found.ok_or_else(|| {
        Error::new(codes::NO_OPERATIONS, "nothing to show: no operation was recorded in this worktree")
            .hint("checkpoints, rollbacks and restored snapshots are operations: 'git agent ops' lists them")
    })?;
    let mut events = Vec::new();
    let parts = view(caller).map_or(Ok(Vec::new()), |view| ledger_commands::parts(view, entry.id))?;
    for part in parts {
        for (id, added) in ledger_commands::added(caller.repo(), part.commit, part.parent)? {
            events.extend(added.into_iter().map(|event| (id.clone(), event)));
        }
    }
    Ok(ShownCommand { entry, events })
}

/// The ledger; without one that can be read there are the operations.
fn view(caller: &Caller) -> Option<View<'_>> {
    caller.view().map_err(|error| caller.warn(format!("showing operations only: {error}"))).ok()
}
