//! `on(T)`: the commits of a task on a history.

use crate::{
    domain::task::Task,
    error::Result,
    git::{ObjectId, Repo},
    store::{history, ledger::commits::linked},
};

/// The commits reachable from `tip` that name `task` or are linked to it, in git's topological order, oldest first.
pub fn on(repo: &Repo, tip: Option<ObjectId>, task: &Task) -> Result<Vec<ObjectId>> {
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let linked: Vec<ObjectId> = linked(task).collect();
    history::ask(repo, tip, |past| past.on(task.id.as_str().as_bytes(), &linked))
}
