//! The task that a question about history is about.

use crate::{
    domain::{id::TaskId, task::Task},
    error::Result,
    store::{history, ledger::View},
};

/// The task that `word` means: the ledger's, by its id; one that only commits on HEAD's history know, by the id that they name; the
/// ledger's, by a unique prefix of its id. Of a task that only commits know nothing else is known: it does not [exist](Task::exists).
///
/// # Errors
///
/// As [`View::find`].
pub fn task(view: &View<'_>, word: &str) -> Result<Task> {
    let known = TaskId::parse(word).ok().map(|id| view.task(&id)).transpose()?.flatten();
    if let Some(task) = known {
        return Ok(task);
    }
    let repo = view.repo();
    let is_named = |tip| history::ask(repo, tip, |past| Ok(!past.naming(word.as_bytes())?.is_empty()));
    if !word.is_empty() && repo.head()?.commit.map(is_named).transpose()?.unwrap_or_default() {
        return Ok(Task::unknown(TaskId::as_named(word)));
    }
    view.find(word)
}
