//! Taking operations back, and taking that back.
//!
//! ```text
//!   R ──▶ U          'undo' takes R back: its paths become what they were before R
//!   R ──▶ U ──▶ D    'redo' takes U back; R counts again
//!   Q ──▶ R ──▶ U    another 'undo' goes on with Q: what is taken back is jumped over
//! ```
//!
//! An undo is an operation like any other, with a snapshot of its own, and touches only the paths that the operation touched.

use bstr::ByteSlice as _;

use super::{
    operation::{self, Kind, OpLog, Operation, Recorded, State},
    plan::{Destination, Flagging, Scope, Untracked},
    snapshot::{self, Captured, Moment},
};
use crate::{
    error::{Error, Result, codes},
    git::{
        Repo,
        sparse::Sparse,
        state::{self, Steps},
    },
    recovery::execute::{self, Author, Order, Outcome, Record},
};

/// The operation that `git agent undo` without an argument takes back: the newest that is done, is not an undo, and is not
/// taken back.
///
/// # Errors
///
/// `nothing-to-undo`.
pub fn next(log: &OpLog<'_>) -> Result<Recorded> {
    let entries = log.own().collect::<Result<Vec<_>>>()?;
    let found = entries.iter().find(|recorded| {
        let operation = &recorded.operation;
        operation.is_undoable()
            && !matches!(operation.kind, Kind::Undo | Kind::Redo)
            && operation::undone_by(&entries, operation.id).is_none()
    });
    found.cloned().ok_or_else(|| {
        Error::new(codes::NOTHING_TO_UNDO, "nothing to undo: no operation of this worktree is left to take back")
            .hint("'git agent ops' lists the operations, 'git agent snapshot list' the snapshots")
    })
}

/// The undo that `git agent redo` takes back: the newest one, if nothing was done since.
///
/// # Errors
///
/// `nothing-to-redo`.
pub fn next_redo(log: &OpLog<'_>) -> Result<Recorded> {
    let entries = log.own().collect::<Result<Vec<_>>>()?;
    let done = entries.iter().filter(|recorded| recorded.operation.state == State::Done);
    let mut recent = done.take_while(|recorded| matches!(recorded.operation.kind, Kind::Undo | Kind::Redo));
    let found = recent.find(|recorded| {
        recorded.operation.kind == Kind::Undo && operation::undone_by(&entries, recorded.operation.id).is_none()
    });
    found.cloned().ok_or_else(|| {
        Error::new(codes::NOTHING_TO_REDO, "nothing to redo: the newest operation is not an undo")
            .hint("'git agent ops' lists the operations; 'git agent undo <op>' takes back a given one")
    })
}

/// Take `recorded` back; `kind` says what that is called.
///
/// # Errors
///
/// `not-undoable`, `already-undone`, `head-moved`, and all that [`execute::carry_out`] refuses.
pub fn undo(repo: &Repo, author: &Author<'_>, recorded: &Recorded, kind: Kind, record: &Record<'_>) -> Result<Outcome> {
    let log = OpLog::of(repo)?;
    log.refuse_interrupted()?;
    let operation = &recorded.operation;
    if recorded.is_foreign {
        let message = format!("cannot undo {} ({}): it was not made in this repository", operation.id, operation.title);
        return Err(Error::new(codes::FOREIGN_OPERATION, message).hint(operation::FOREIGN_HINT));
    }
    refuse_steps(repo, operation)?;
    check(repo, &log, recorded)?;
    let destination = |captured: &Captured<'_>| destination(repo, recorded, captured);
    // 'redo X', not 'redo undo X'.
    let what = operation.title.strip_prefix("undo ").filter(|_| kind == Kind::Redo).unwrap_or(&operation.title);
    let order = Order {
        kind,
        title: format!("{kind} {what}"),
        task: operation.task.clone(),
        undoes: Some(operation.id),
        more: operation.more.clone(),
        destination: &destination,
        commit: None,
        record,
    };
    execute::carry_out(repo, author, &order)
}

fn check(repo: &Repo, log: &OpLog<'_>, recorded: &Recorded) -> Result<()> {
    let operation = &recorded.operation;
    let named = format!("{} ({})", operation.id, operation.title);
    if !operation.is_undoable() {
        let message = format!("cannot undo {named}: it was put back already, nothing of it is left");
        return Err(Error::new(codes::NOT_UNDOABLE, message).hint("'git agent ops' lists the operations"));
    }
    let entries = log.own().collect::<Result<Vec<_>>>()?;
    if let Some(undo) = operation::undone_by(&entries, operation.id) {
        let message = format!("cannot undo {named}: {undo} did that already");
        return Err(Error::new(codes::ALREADY_UNDONE, message).hint("'git agent redo' takes the last undo back"));
    }
    let head = repo.head()?;
    if operation.before == operation.after || head == operation.after {
        return Ok(());
    }
    let place = operation.after.branch_name().unwrap_or_else(|| "HEAD".to_owned());
    let message = match head.branch == operation.after.branch {
        true => {
            format!("cannot undo {named}: {place} has moved since, and what was committed there would be lost from it")
        }
        false => format!("cannot undo {named}: it moved {place}, and HEAD is somewhere else now"),
    };
    let before = operation.before.commit.map_or_else(String::new, |commit| commit.to_string());
    let mut error = Error::new(codes::HEAD_MOVED, message);
    if head.branch == operation.after.branch {
        error = error.hint("undo what came later first: 'git agent ops' lists the operations");
    } else if let Some(branch) = operation.after.branch_name() {
        error = error.hint(format!("go back to it first: git switch {branch}"));
    }
    Err(error.hint(format!("what it was before is still there: git branch <name> {before}")))
}

/// Refuse to move HEAD, or to bring a merge back, under the feet of a merge that was begun since.
fn refuse_in_progress(repo: &Repo, operation: &Operation, after: &Moment, captured: &Captured<'_>) -> Result<()> {
    let Some(found) = state::in_progress(repo) else { return Ok(()) };
    let is_same = |name: &&str| {
        let name = name.as_bytes().as_bstr();
        captured.state().get(name) == after.state.get(name)
    };
    if state::ONE_COMMIT.iter().all(is_same) {
        return Ok(());
    }
    let message = format!("cannot undo {} ({}): {} is in progress", operation.id, operation.title, found.what);
    Err(Error::new(codes::OPERATION_IN_PROGRESS, message)
        .hint(format!("finish it with '{}' or stop it with '{}'", found.go_on, found.abort)))
}

/// Refuse what only git knows how to go on with: a rebase and its like.
fn refuse_steps(repo: &Repo, operation: &Operation) -> Result<()> {
    match state::in_progress(repo) {
        Some(found) if found.steps == Steps::Several => {
            let (id, title) = (operation.id, &operation.title);
            let message = format!("cannot undo {id} ({title}): {} is in progress", found.what);
            Err(Error::new(codes::OPERATION_IN_PROGRESS, message)
                .hint(format!("finish it with '{}' or stop it with '{}'", found.go_on, found.abort)))
        }
        _ => Ok(()),
    }
}

fn destination(repo: &Repo, recorded: &Recorded, captured: &Captured<'_>) -> Result<Destination> {
    let operation = &recorded.operation;
    let mut moment = snapshot::load_tree(repo, recorded.before, &operation.before)?;
    let after = snapshot::load_tree(repo, recorded.after, &operation.after)?;
    if operation.before == operation.after {
        moment.head = captured.head().clone();
    }
    let restores_state = moment.state != after.state;
    if restores_state || operation.before != operation.after {
        refuse_in_progress(repo, operation, &after, captured)?;
    }
    if !restores_state {
        moment.state = captured.state().clone();
    }
    Ok(Destination {
        moment,
        scope: Scope::Paths(recorded.touched.clone()),
        flags: Flagging::Exact,
        untracked: Untracked::Exact,
        rules: None,
        sparse: Sparse::of(repo)?,
    })
}
