//! `on(T)`: the commits of a task on a history.

use crate::{
    core::task::Task,
    error::Result,
    git::{ObjectId, Repo},
    history,
};

/// The commits reachable from `tip` that name `task` or are linked to it, in git's topological order, oldest first.
pub fn on(repo: &Repo, tip: Option<ObjectId>, task: &Task) -> Result<Vec<ObjectId>> {
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let linked: Vec<ObjectId> = linked(task).collect();
    history::ask(repo, tip, |past| past.on(task.id.as_str().as_bytes(), &linked))
}

/// The commits that the ledger links to `task`.
pub fn linked(task: &Task) -> impl Iterator<Item = ObjectId> {
    let linked = task.commits.iter().filter(|known| known.linked);
    linked.filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok())
}
