//! What is not committed when the work on a task ends.

use super::Caller;
use crate::{
    domain::{
        id::TaskId,
        text::{NAMED, plural},
    },
    error::Result,
    git::status::{self, Summary},
    store::active,
};

/// End the activity of the task `id` in this worktree; answers what is not committed here, if it had any.
///
/// # Errors
///
/// `active-moved`; when the refs cannot be read or written.
pub(super) fn end(caller: &Caller, id: &TaskId) -> Result<Option<Summary>> {
    let was_active = active::end(caller.repo(), id, caller.now())?;
    if !was_active {
        warn_of_worktrees(caller, id)?;
    }
    Ok(if was_active { find(caller) } else { None })
}

/// Say what is not committed in other worktrees in which the task `id` is active.
fn warn_of_worktrees(caller: &Caller, id: &TaskId) -> Result<()> {
    for there in active::elsewhere(caller.repo(), id)? {
        let left = status::summary(&there, NAMED).map_or(0, |summary| summary.total);
        if left > 0 {
            let place = there.work_dir().unwrap_or(there.git_dir()).display();
            let (what, verb) = (plural(left, "path"), if left == 1 { "is" } else { "are" });
            caller.warn(format!("{id} was the active task of '{place}', where {what} {verb} not committed"));
        }
    }
    Ok(())
}

/// What is not committed in this worktree, if anything. What git cannot say does not undo what was recorded.
pub(super) fn find(caller: &Caller) -> Option<Summary> {
    status::summary(caller.repo(), NAMED).ok().filter(|summary| summary.total > 0)
}
