//! `git agent resume`: finish the operation that was interrupted.

use super::{Ctx, operation_output};
use crate::{
    error::Result,
    recovery::operation::OperationState,
    verbs::undo::{self, EndedOperation},
    view::{json::OperationAnswer, sanitize},
};

/// Finish an interrupted operation
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(ctx: &Ctx, _: Args) -> Result<()> {
    let EndedOperation { operation, late, remarks } = ctx.call(undo::resume)?;
    if ctx.out.is_json() {
        ctx.out.json(&OperationAnswer::ended(&operation, operation.kind.as_str(), operation.undoes, &late))?;
    } else {
        let verb = if operation.state == OperationState::Failed { "Cleaned up after" } else { "Finished" };
        let moved = operation_output::moved(&operation.before, &operation.after).unwrap_or_default();
        operation_output::print(ctx, &format!("{verb}: {}\n{moved}", sanitize::line(&operation.title)))?;
    }
    operation_output::remarks(ctx, &operation, &late, &remarks);
    ctx.out.hint("to undo it: git agent undo");
    Ok(())
}
