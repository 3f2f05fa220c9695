//! `ops`: the operation log of a worktree.

use super::Caller;
use crate::{
    error::{Error, Result, codes},
    recovery::{
        self,
        operation::{OpLog, Recorded},
    },
};

/// The operations of this worktree, newest first. The list ends at one that this version cannot read, with a warning.
///
/// # Errors
///
/// When the operation log cannot be found.
pub fn list(caller: &Caller) -> Result<Vec<Recorded>> {
    // A list that cannot be brought up to date is still a list: in a repository that is read-only.
    caller.put_back_operations().unwrap_or_default();
    recovery::clear_up(caller.repo()).unwrap_or_default();
    let log = OpLog::of(caller.repo())?;
    let mut entries = Vec::new();
    for recorded in log.entries() {
        match recorded {
            Ok(recorded) => entries.push(recorded),
            Err(error) => caller.warn(error.to_string()),
        }
    }
    Ok(entries)
}

/// The operation whose id begins with `word`, or the last one; and all that can be read.
///
/// # Errors
///
/// `no-operations`, those of [`OpLog::find`].
pub fn show(caller: &Caller, word: Option<&str>) -> Result<(Recorded, Vec<Recorded>)> {
    caller.put_back_operations().unwrap_or_default();
    let log = OpLog::of(caller.repo())?;
    let found = match word {
        Some(word) => Some(log.find(word)?),
        None => log.last()?,
    };
    let recorded = found.ok_or_else(|| {
        Error::new(codes::NO_OPERATIONS, "nothing to show: no operation was recorded in this worktree")
            .hint("checkpoints, rollbacks and restored snapshots are operations: 'git agent ops' lists them")
    })?;
    Ok((recorded, log.entries().filter_map(Result::ok).collect()))
}
