//! What an agent holds in a worktree, or left in progress there.

use crate::{
    domain::{
        claim::{Claim, Holder},
        graph::Graph,
        id::TaskId,
        status::Status,
        table::{Row, Table},
        task::Task,
        time::Timestamp,
    },
    error::Result,
    git::Repo,
    store::{ledger::View, session},
};

/// No more tasks than this are read.
const ENOUGH: usize = 100;

/// The open tasks that `us`, for whom `active` are active, holds in this worktree or left in progress in it: active ones first, then those in progress, then those that
/// are only claimed, in the order of `next`.
///
/// A claim without a worktree, or with one that was removed, counts for every worktree.
///
/// # Errors
///
/// As [`View::note`].
pub fn find(view: &View<'_>, table: &Table, active: &[TaskId], us: &Holder, now: Timestamp) -> Result<Vec<Task>> {
    let repo = view.repo();
    let is_active = |row: &Row<'_>| active.iter().any(|id| id.as_str() == row.id_str());
    let may_be_ours = |row: &Row<'_>| match row.status() {
        Status::InProgress => row.holder().or(row.actor()) == Some(us.actor.as_str()),
        Status::Pending => row.holder() == Some(us.actor.as_str()) && row.is_held(now),
        _ => false,
    };
    let mut rows: Vec<Row<'_>> = table.rows().filter(|row| row.exists() && may_be_ours(row)).collect();
    Graph::new(table).sort_by_turn(&mut rows);
    rows.sort_by_key(|row| (!is_active(row), row.status() != Status::InProgress));
    let mut tasks = Vec::new();
    for row in rows.into_iter().take(ENOUGH) {
        let task = view.task(&row.id())?;
        tasks.extend(task.filter(|task| is_own(repo, task, active, us, now)));
    }
    Ok(tasks)
}

/// Whether `us` holds `task` here, or left it in progress.
fn is_own(repo: &Repo, task: &Task, active: &[TaskId], us: &Holder, now: Timestamp) -> bool {
    let is_active = active.contains(&task.id);
    match (task.status, &task.claim) {
        (Status::InProgress, Some(claim)) => claim.is_of(us) && (is_active || is_of_here(repo, claim)),
        (Status::InProgress, None) => is_active,
        (Status::Pending, Some(claim)) => claim.is_of(us) && claim.is_live(now) && is_of_here(repo, claim),
        _ => false,
    }
}

/// Whether the claim was made in this worktree, or in none that there is; and in this session, or in none that is alive.
fn is_of_here(repo: &Repo, claim: &Claim) -> bool {
    let elsewhere = |name: &str| name != repo.worktree_name() && repo.has_worktree(name);
    !claim.worktree.as_deref().is_some_and(elsewhere)
        && !claim.session.as_deref().is_some_and(|key| session::is_at_work_elsewhere(repo, key))
}
