//! `git agent undo`: undo an operation.

use crate::{
    cmd::{context::Ctx, operation_output},
    error::{Result, exit},
    recovery::{Outcome, operation::Kind},
    verbs::undo::{self, Answer, Undone},
    view::{
        json::{DoneJson, OperationAnswer, planned},
        sanitize,
    },
};

/// Undo the last operation, or a given one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Operations are rollback, undo, redo, snapshot restore, checkpoint and squash: 'git agent ops' lists them. Only the \
paths that the operation touched are changed, and their current state is saved in a snapshot first. An interrupted \
operation is undone before any other.")]
pub struct Args {
    /// Operation id or unique prefix (default: the last operation)
    op: Option<String>,
}

/// Run `git agent undo`.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    match ctx.call(|caller| undo::undo(caller, args.op.as_deref()))? {
        Answer::Undone(undone) => show(ctx, &undone, Kind::Undo),
        Answer::Interrupted(ended) => {
            let operation = &ended.operation;
            if ctx.out.is_json() {
                let undo = Kind::Undo.as_str();
                ctx.out.json(&OperationAnswer::ended(operation, undo, Some(operation.id), &ended.late))?;
            } else {
                let title = sanitize::line(&operation.title);
                operation_output::print(ctx, &format!("Undid the interrupted operation: {title}\n"))?;
            }
            operation_output::remarks(ctx, operation, &ended.late, &ended.remarks);
            Ok(exit::OK)
        }
    }
}

/// Show what an undo or a redo did.
pub(super) fn show(ctx: &Ctx, Undone { undone, outcome, published }: &Undone, kind: Kind) -> Result<u8> {
    let title = sanitize::line(&undone.title);
    if ctx.out.is_json() {
        let late = outcome.done().map_or(&[][..], |done| &done.late);
        let operation = outcome.done().map(|done| DoneJson::new(&done.operation));
        ctx.out.json(&OperationAnswer::new(operation, planned(outcome.paths()), late))?;
        operation_output::remarks_of(ctx, outcome);
    } else {
        match outcome {
            Outcome::Nothing(paths) => {
                let as_it_was = format!("everything is as it was before: {title}");
                operation_output::say_nothing(ctx, &as_it_was, "the state before", paths)?;
            }
            Outcome::Done(done) => {
                let said = match title.strip_prefix("undo ") {
                    Some(again) if kind == Kind::Redo => format!("Redid: {again}"),
                    _ => format!("Undid: {title}"),
                };
                operation_output::say(ctx, &said, done)?;
            }
        }
    }
    if let Some(commit) = published {
        let short = crate::view::oid(commit);
        ctx.out.warn(format!(
            "a remote branch or a tag contains {short}, which this branch no longer has: a push is not undone"
        ));
    }
    if outcome.done().is_some() {
        ctx.out.hint(if kind == Kind::Undo { "to redo it: git agent redo" } else { "to undo it: git agent undo" });
    }
    Ok(exit::OK)
}
