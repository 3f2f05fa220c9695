//! The state of the worktree and its tasks.

use super::{Caller, setup};
use crate::{
    domain::{actor::Actor, graph::Graph, id::TaskId, progress::Counts, stamp::Unstamping, task::Task},
    error::Result,
    git::{
        Head, ObjectId,
        state::{self, InProgress},
        status::{self as git_status, DirtyCounts},
    },
    query::{missing_ledger, own, unstamped},
    recovery::{self, operation::Operation},
    store::active,
};

/// The state of a worktree and its tasks.
pub struct WorktreeStatus {
    /// The caller, as events would name it.
    pub actor: Actor,
    /// The branch and the commit.
    pub head: Head,
    /// The number of uncommitted paths, by kind.
    pub dirty: DirtyCounts,
    /// The ids of the active tasks; `None` for tasks that the ledger does not have.
    pub active: Vec<(TaskId, Option<Task>)>,
    /// Tasks that the caller holds or left in progress in this worktree, without the active ones.
    pub held: Vec<Task>,
    /// Whether there is no ledger here, and a remote may have one.
    pub may_be_elsewhere: bool,
    /// The number of tasks in each state.
    pub counts: Counts,
    /// Commits made while a task was active that name none, oldest first.
    pub unstamped: Vec<ObjectId>,
    /// Commits made after the last active task ended, which may belong to it.
    pub follow_up: Option<unstamped::FollowUp>,
    /// An operation that was interrupted.
    pub interrupted: Option<Operation>,
    /// A finished operation that was killed while it cleaned up.
    pub left_behind: Option<Operation>,
    /// An unfinished merge, rebase or other operation of git.
    pub in_progress: Option<InProgress>,
    /// Tasks that a fetched ref names as active: see [`active::foreign`].
    pub foreign: Vec<TaskId>,
    /// Why commits made here are not stamped.
    pub unstamping: Option<Unstamping>,
    /// Periods without activity longer than this, in seconds, are not counted as work.
    pub idle_gap: u64,
}

/// The state of the worktree now. Writes nothing.
///
/// # Errors
///
/// `bad-actor`; those of [`Caller::view`], of [`active::read`] and of [`own::find`]; `environment`, `git-failed` when HEAD, its reflog or the
/// index cannot be read.
pub fn status(caller: &Caller) -> Result<WorktreeStatus> {
    let repo = caller.repo();
    let view = caller.view()?;
    let table = view.table()?;
    let (active, foreign) = active::read_with_foreign(repo)?;
    let mut held = own::find(&view, &table, &active, &caller.holder()?, caller.now())?;
    held.retain(|task| !active.contains(&task.id));
    let active = active.into_iter().map(|id| Ok((id.clone(), view.task(&id)?)));
    let active = active.collect::<Result<Vec<(TaskId, Option<Task>)>>>()?;
    let known: Vec<Task> = active.iter().filter_map(|(_, task)| task.clone()).collect();
    Ok(WorktreeStatus {
        actor: caller.actor()?,
        head: repo.head()?,
        dirty: git_status::counts(repo)?,
        held,
        may_be_elsewhere: missing_ledger::may_be_elsewhere(&view),
        counts: Graph::new(&table).counts(),
        unstamped: unstamped::find(repo, &known)?.iter().map(|one| one.commit).collect(),
        follow_up: unstamped::follow_up(repo)?,
        // An operation log that cannot be read is reported by 'doctor'.
        interrupted: recovery::interrupted(repo).unwrap_or_default(),
        left_behind: recovery::left_behind(repo).unwrap_or_default().map(|recorded| recorded.operation),
        in_progress: state::in_progress(repo),
        foreign,
        unstamping: setup::unstamping(caller)?,
        idle_gap: repo.settings().idle_gap(),
        active,
    })
}

/// What a shell prompt shows: `t-7k3fq`, `t-7k3fq+1` with another active task, `t-7k3fq!` while an operation is interrupted.
///
/// # Errors
///
/// As [`Caller::active`]. What else cannot be read is omitted.
pub fn prompt(caller: &Caller) -> Result<String> {
    let active = caller.active()?;
    let mut segment = active.first().map(ToString::to_string).unwrap_or_default();
    if active.len() > 1 {
        segment.push_str(&format!("+{}", active.len() - 1));
    }
    if recovery::is_interrupted(caller.repo()).unwrap_or_default() {
        segment.push('!');
    }
    Ok(segment)
}
