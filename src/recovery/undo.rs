//! Undo and redo of operations.
//!
//! ```text
//!   R ──▶ U          'undo' takes R back: its paths become what they were before R
//!   R ──▶ U ──▶ D    'redo' takes U back; R counts again
//!   Q ──▶ R ──▶ U    another 'undo' continues with Q: what is undone is jumped over
//! ```
//!
//! An undo is an operation like any other, with a snapshot of its own, and touches only the paths that the operation touched.

use bstr::ByteSlice as _;

use super::{
    in_progress,
    operation::{self, OpLog, Operation, OperationKind, Recorded},
    path_plan::{Flagging, Scope, Target, Untracked},
    snapshot::{self, Captured, WorktreeState},
};
use crate::{
    domain::text::oid,
    error::{Advice, Error, Result, codes},
    git::{
        Head, ObjectId, Repo, revwalk,
        sparse::Sparse,
        state::{self, Steps},
    },
    recovery::execute::{self, LockedWorktree, OperationAuthor, Outcome},
};

/// Take `recorded` back; `kind` says what that is called, and `title` what the command that it belongs to did.
///
/// # Errors
///
/// `not-undoable`, `already-undone`, `foreign-operation`, `head-moved`, `operation-in-progress`, and those of
/// [`LockedWorktree::take`] and [`execute::carry_out`].
pub fn undo(
    repo: &Repo,
    author: &OperationAuthor<'_>,
    recorded: &Recorded,
    title: &str,
    kind: OperationKind,
) -> Result<Outcome> {
    let log = OpLog::of(repo)?;
    log.refuse_interrupted()?;
    let undone = &recorded.operation;
    if recorded.is_foreign {
        let message = format!("{}: it was not made in this repository", cannot(undone));
        return Err(Error::new(codes::FOREIGN_OPERATION, message).hint(Advice::AdoptAll));
    }
    if let Some(found) = state::in_progress(repo).filter(|found| found.steps == Steps::Several) {
        return Err(in_progress::refusal(&cannot(undone), &found));
    }
    check(repo, &log, recorded)?;
    let worktree = LockedWorktree::take(repo)?;
    let target = target(repo, recorded, &worktree.captured)?;
    // 'redo X', not 'redo undo X'.
    let what = title.strip_prefix("undo ").filter(|_| kind == OperationKind::Redo).unwrap_or(title);
    let operation = Operation {
        task: undone.task.clone(),
        undoes: Some(undone.id),
        more: undone.more.clone(),
        ..Operation::new(author, kind, format!("{kind} {what}"), worktree.captured.head())
    };
    execute::carry_out(worktree, author, operation, &target)
}

/// `cannot undo 01JD… (rollback t-1 to t-1@2)`
fn cannot(operation: &Operation) -> String {
    format!("cannot undo {} ({})", operation.id, operation.title)
}

fn check(repo: &Repo, log: &OpLog<'_>, recorded: &Recorded) -> Result<()> {
    let operation = &recorded.operation;
    let cannot = cannot(operation);
    if !operation.is_undoable() {
        let message = format!("{cannot}: it failed, and its changes were undone");
        return Err(Error::new(codes::NOT_UNDOABLE, message).hint(Advice::ListOperations));
    }
    // A later one has undone it, if any: what came before it is not read.
    let later = log.own().take_while(|entry| !entry.as_ref().is_ok_and(|other| other.operation.id == operation.id));
    let later = later.collect::<Result<Vec<_>, _>>()?;
    if let Some(undo) = operation::undone_by(&later, operation.id) {
        let message = format!("{cannot}: {undo} already undid it");
        return Err(Error::new(codes::ALREADY_UNDONE, message).hint(Advice::Redo));
    }
    let head = repo.head()?;
    if operation.before == operation.after || head == operation.after {
        return Ok(());
    }
    let place = operation.after.branch_name().unwrap_or_else(|| "HEAD".to_owned());
    let is_contained =
        |tip: ObjectId| head.commit.is_some_and(|here| revwalk::is_ancestor(repo, here, tip).unwrap_or(false));
    if head.branch == operation.after.branch && operation.before.commit.is_some_and(is_contained) {
        // Nothing was committed since: another program moved the branch, as `git reset` does.
        let at = |head: &Head| head.commit.map_or_else(|| "no commit".to_owned(), oid);
        let message = format!("{cannot}: {place} is at {} now, not at {}", at(&head), at(&operation.after));
        return Err(Error::new(codes::HEAD_MOVED, message).hint(Advice::UndoEarlier));
    }
    let error = if head.branch == operation.after.branch {
        let message = format!("{cannot}: {place} has moved since then; undoing it would drop the commits made there");
        let undone = operation::undone(&later);
        let is_there = |other: &Operation| other.is_undoable() && other.undoes.is_none() && other.before != other.after;
        let is_later =
            later.iter().any(|other| is_there(&other.operation) && !undone.contains_key(&other.operation.id));
        Error::new(codes::HEAD_MOVED, message).hints(is_later.then_some(Advice::UndoLaterOperations))
    } else {
        let error = Error::new(codes::HEAD_MOVED, format!("{cannot}: it moved {place}, and HEAD is elsewhere now"));
        let branch = operation.after.branch_name();
        error.hints(branch.map(|branch| format!("switch back first: git switch {branch}")))
    };
    let before = operation.before.commit;
    Err(error.hints(before.map(|before| format!("to keep the state before it: git branch <name> {before}"))))
}

/// Refuse to move HEAD, or to bring a merge back, under the feet of a merge that was begun since.
fn refuse_in_progress(
    repo: &Repo,
    operation: &Operation,
    after: &WorktreeState,
    captured: &Captured<'_>,
) -> Result<()> {
    let Some(found) = state::in_progress(repo) else { return Ok(()) };
    let is_same = |name: &&str| {
        let name = name.as_bytes().as_bstr();
        captured.state().get(name) == after.in_progress.get(name)
    };
    if state::ONE_COMMIT.iter().all(is_same) {
        return Ok(());
    }
    Err(in_progress::refusal(&cannot(operation), &found))
}

fn target(repo: &Repo, recorded: &Recorded, captured: &Captured<'_>) -> Result<Target> {
    let operation = &recorded.operation;
    let mut state = snapshot::load_tree(repo, recorded.before, &operation.before)?;
    let after = snapshot::load_tree(repo, recorded.after, &operation.after)?;
    if operation.before == operation.after {
        state.head = captured.head().clone();
    }
    let restores_state = state.in_progress != after.in_progress;
    if restores_state || operation.before != operation.after {
        refuse_in_progress(repo, operation, &after, captured)?;
    }
    if !restores_state {
        state.in_progress = captured.state().clone();
    }
    Ok(Target {
        state,
        commit: None,
        scope: Scope::Paths(recorded.touched.clone()),
        flags: Flagging::Exact,
        untracked: Untracked::Exact,
        rules: None,
        sparse: Sparse::of(repo)?,
    })
}
