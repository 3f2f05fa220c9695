//! `rollback`, the second half: a [`RollbackPlan`] carried out as an operation.

use super::{After, RollbackPlan};
use crate::{
    error::{Error, Result, RollbackAdvice, codes},
    git::{Head, ObjectId, Repo, sparse::Sparse},
    recovery::{
        commit::PlannedCommit,
        execute::{self, LockedWorktree, OperationAuthor, Outcome},
        operation::{OpLog, Operation, OperationKind, OperationState},
        path_plan::{Flagging, PathPlan, Target, Untracked},
        snapshot::{self, Captured, WorktreeState},
    },
};

/// What an operation of kind `checkpoint` remembers when it took everything that was not ignored: from then on no untracked
/// file is older than it.
pub const WHOLE: (&str, &str) = ("Whole", "yes");

/// Carry out `plan`.
///
/// # Errors
///
/// `revert-conflict`; `head-moved` when another process committed since the plan was made; those of [`LockedWorktree::take`] and
/// [`execute::carry_out`].
pub fn carry_out(repo: &Repo, author: &OperationAuthor<'_>, plan: &RollbackPlan) -> Result<Outcome> {
    plan.refuse_conflicts()?;
    let worktree = LockedWorktree::take(repo)?;
    let target = target(repo, plan, &worktree.captured)?;
    let (id, name) = (&plan.task.id, plan.name());
    let title = format!("rollback {id} to {name}");
    let mut operation = Operation::new(author, OperationKind::Rollback, title, worktree.captured.head());
    operation.task = Some(id.clone());
    let checkpoint = plan.to.commit.map(|commit| ("Checkpoint", commit.to_string()));
    let more = [("Mode", plan.mode.to_string()), ("Name", name)].into_iter().chain(checkpoint);
    operation.more = more.map(|(key, value)| (key.to_owned(), value)).collect();
    execute::carry_out(worktree, author, operation, &target)
}

/// What [`carry_out`] would do to each path; empty if the plan has conflicts.
///
/// # Errors
///
/// As [`carry_out`], as far as nothing has to be touched to find out.
pub fn preview(repo: &Repo, plan: &RollbackPlan) -> Result<PathPlan> {
    if !plan.conflicts.is_empty() {
        return Ok(PathPlan::default());
    }
    let captured = snapshot::capture(repo)?;
    let target = target(repo, plan, &captured)?;
    execute::preview(captured, &target)
}

fn target(repo: &Repo, plan: &RollbackPlan, captured: &Captured<'_>) -> Result<Target> {
    let head = captured.head();
    if head.commit != Some(plan.head_before) {
        return Err(Error::new(
            codes::HEAD_MOVED,
            format!("cannot roll back {}: HEAD moved in the meantime", plan.task.id),
        )
        .hint(RollbackAdvice::Plan));
    }
    let (commit, new) = match &plan.after {
        After::Stay => (head.commit, None),
        After::MoveTo(commit) => (Some(*commit), None),
        After::Commit(new) => (head.commit, Some(PlannedCommit::clone(new))),
    };
    let head = Head { commit, branch: head.branch.clone() };
    if let Some(held) = &plan.held {
        let held = WorktreeState::clone(held);
        let mut target = snapshot::restore::own(repo, captured, held, plan.scope.clone(), head)?;
        if plan.keep_untracked {
            target.untracked = Untracked::Kept;
        }
        if plan.abandons.is_some() && target.state.in_progress == *captured.state() {
            target.state.in_progress.clear();
        }
        target.commit = new;
        return Ok(target);
    }
    let mut state = WorktreeState::plain(head, plan.tree, plan.tree);
    if plan.abandons.is_none() {
        state.in_progress = captured.state().clone();
    }
    let known = known(repo, plan)?;
    let untracked = if plan.keep_untracked {
        Untracked::Kept
    } else if known.is_whole {
        Untracked::BornLater
    } else {
        Untracked::MayBeOlder
    };
    Ok(Target {
        state,
        commit: new,
        scope: plan.scope.clone(),
        flags: Flagging::Kept,
        untracked,
        rules: known.rules,
        sparse: Sparse::of(repo)?,
    })
}

/// What is known of the work tree at a checkpoint, beyond its commit.
#[derive(Clone, Copy, Default)]
struct Known {
    /// It took everything that was not ignored.
    is_whole: bool,
    rules: Option<ObjectId>,
}

/// What the checkpoint remembers of this worktree; of a commit that was made in another way nothing is known.
fn known(repo: &Repo, plan: &RollbackPlan) -> Result<Known> {
    let Some(commit) = plan.to.commit else { return Ok(Known::default()) };
    for recorded in OpLog::of(repo)?.own() {
        // What cannot be read proves nothing.
        let Ok(recorded) = recorded else { return Ok(Known::default()) };
        let operation = &recorded.operation;
        if operation.kind == OperationKind::Checkpoint && operation.after.commit == Some(commit) {
            let rules = snapshot::load_tree(repo, recorded.after, &operation.after)?.rules;
            let is_whole = operation.state == OperationState::Done && operation.get(WHOLE.0) == Some(WHOLE.1);
            return Ok(Known { is_whole: is_whole && rules.is_some(), rules });
        }
    }
    Ok(Known::default())
}
