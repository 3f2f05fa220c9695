//! What is not committed when the work on a task ends, or makes way for another task.

use super::Caller;
use crate::{
    domain::{
        id::TaskId,
        text::{NAMED, plural},
    },
    error::Result,
    git::status::{self, StatusSummary},
    store::active,
};

/// Uncommitted paths of a task that is no longer active here.
#[derive(Clone, Debug)]
pub struct Uncommitted {
    /// The task that was active while they were changed.
    pub task: TaskId,
    /// The task that a checkpoint commits them to from now on: the active one, if any.
    pub goes_to: Option<TaskId>,
    /// The paths, by kind.
    pub summary: StatusSummary,
}

impl Uncommitted {
    /// What is not committed here, if anything, after `task` was active. [`settle`] says what it goes to.
    pub(super) fn by(caller: &Caller, task: &TaskId) -> Option<Self> {
        Some(Uncommitted { task: task.clone(), goes_to: None, summary: find(caller)? })
    }
}

/// Say in what several tasks `left` to which task it goes now, and keep only the first: they all name the same paths.
///
/// # Errors
///
/// `bad-task-id` for the variable that names the active task; when the refs cannot be read.
pub(super) fn settle<'a>(caller: &Caller, left: impl Iterator<Item = &'a mut Option<Uncommitted>>) -> Result<()> {
    let mut left = left.filter(|left| left.is_some());
    let Some(first) = left.next() else { return Ok(()) };
    left.for_each(|left| *left = None);
    let goes_to = caller.active()?.into_iter().next();
    // The variable that names the active task goes before what was started.
    *first =
        first.take().filter(|left| goes_to.as_ref() != Some(&left.task)).map(|left| Uncommitted { goes_to, ..left });
    Ok(())
}

/// End the activity of the task `id` in this worktree; answers what is not committed here, if it had any; for [`settle`].
///
/// # Errors
///
/// `active-moved`; when the refs cannot be read or written.
pub(super) fn end(caller: &Caller, id: &TaskId) -> Result<Option<Uncommitted>> {
    let was_active = active::end(caller.repo(), id, caller.now())?;
    warn_of_worktrees(caller, id)?;
    Ok(if was_active { Uncommitted::by(caller, id) } else { None })
}

/// Say what is not committed in other worktrees in which the task `id` is active.
fn warn_of_worktrees(caller: &Caller, id: &TaskId) -> Result<()> {
    for there in active::elsewhere(caller.repo(), id)? {
        let left = status::summary(&there, NAMED).map_or(0, |summary| summary.total);
        if left > 0 {
            let place = there.dir().display();
            let (what, verb) = (plural(left, "path"), if left == 1 { "is" } else { "are" });
            caller.warn(format!("{id} was the active task of '{place}', where {what} {verb} not committed"));
        }
    }
    Ok(())
}

/// What is not committed in this worktree, if anything. What git cannot say does not undo what was recorded.
pub(super) fn find(caller: &Caller) -> Option<StatusSummary> {
    status::summary(caller.repo(), NAMED).ok().filter(|summary| summary.total > 0)
}
