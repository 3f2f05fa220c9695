//! `git agent undo`: undo an operation.

use super::{Ctx, operation_output};
use crate::{
    error::Result,
    recovery::{Outcome, operation::OperationKind},
    verbs::{
        commands::Affected,
        undo::{self, Undone},
    },
    view::{NAMED, json::OperationAnswer, sanitize},
};

/// Undo the last command, or a given one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everything that one command did is undone together: its events in the ledger, and its changes to the branch, the index \
and the work tree. An added task is hidden. Later changes by others are never undone: the undo is refused instead.

In the work tree, only the paths that the operation touched are changed, and their current state is saved in a snapshot \
first. An interrupted operation is undone before anything else. 'git agent ops' lists the operations.")]
pub struct Args {
    /// Operation id, unique prefix, or op@{N} (default: the last command of this worktree)
    op: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    match ctx.call(|caller| undo::undo(caller, args.op.as_deref()))? {
        undo::Answer::Undone(undone) => show(ctx, &undone, OperationKind::Undo),
        undo::Answer::Interrupted(ended) => {
            let operation = &ended.operation;
            if ctx.out.is_json() {
                ctx.out.json(&OperationAnswer::interrupted(&ended))?;
            } else {
                let title = sanitize::line(&operation.title);
                operation_output::print(ctx, &format!("Undid the interrupted operation: {title}\n"))?;
            }
            operation_output::remarks(ctx, operation, &ended.late, &ended.remarks);
            Ok(())
        }
    }
}

/// Show what an undo or a redo did.
pub(super) fn show(ctx: &Ctx, undone: &Undone, kind: OperationKind) -> Result<()> {
    let title = sanitize::line(&undone.title);
    let outcome = undone.outcome.as_ref();
    if ctx.out.is_json() {
        ctx.out.json(&OperationAnswer::undone(undone, kind, &ctx.repo()?.head()?))?;
        outcome.into_iter().for_each(|outcome| operation_output::remarks_of(ctx, outcome));
    } else {
        let said = match title.strip_prefix("undo ") {
            Some(again) if kind == OperationKind::Redo => format!("Redid: {again}"),
            _ => format!("Undid: {title}"),
        };
        match outcome {
            Some(Outcome::Nothing(paths)) => {
                let as_it_was = format!("everything already matches the state before: {title}");
                operation_output::say_nothing(ctx, &as_it_was, "the previous state", paths)?;
            }
            Some(Outcome::Done(done)) => operation_output::say(ctx, &said, done)?,
            None => operation_output::print(ctx, &format!("{said}\n"))?,
        }
        operation_output::print(ctx, &tasks(&undone.tasks))?;
    }
    if let Some(commit) = &undone.published {
        let short = crate::view::oid(commit);
        ctx.out.warn(format!(
            "a remote branch or a tag contains {short}, which this branch no longer has: undo does not affect pushes"
        ));
    }
    if outcome.is_none_or(|outcome| outcome.done().is_some()) {
        ctx.out.hint(if kind == OperationKind::Undo {
            "to redo it: git agent redo"
        } else {
            "to undo it: git agent undo"
        });
    }
    Ok(())
}

/// The changes of tasks, one line each.
fn tasks(affected: &[Affected]) -> String {
    let line = |Affected { before, after }: &Affected| {
        let name = if after.exists() { after.name() } else { before.name() };
        let what = match (before.exists(), after.exists()) {
            (true, false) => "hidden".to_owned(),
            (false, true) => format!("listed again, {}", after.status.in_words()),
            _ if before.status != after.status => {
                format!("{} -> {}", before.status.in_words(), after.status.in_words())
            }
            _ if before.title != after.title => format!("was {}", before.title),
            _ => return None,
        };
        Some(format!("  {}: {}\n", sanitize::line(&name), sanitize::line(&what)))
    };
    let lines: Vec<String> = affected.iter().filter_map(line).collect();
    let shown: String = lines.iter().take(NAMED).map(String::as_str).collect();
    match lines.len().checked_sub(NAMED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown}  … and {}\n", sanitize::plural(more, "more task")),
    }
}
