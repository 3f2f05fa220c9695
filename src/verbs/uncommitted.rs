//! What is not committed when the work on a task ends.

use super::Caller;
use crate::{
    domain::{id::TaskId, text::NAMED},
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
    Ok(if was_active { find(caller) } else { None })
}

/// What is not committed in this worktree, if anything. What git cannot say does not undo what was recorded.
pub(super) fn find(caller: &Caller) -> Option<Summary> {
    status::summary(caller.repo(), NAMED).ok().filter(|summary| summary.total > 0)
}
