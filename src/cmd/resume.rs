//! `git agent resume`: finish the operation that was interrupted.

use crate::{
    cmd::{context::Ctx, operation_output},
    error::{Result, exit},
    recovery::{self, operation::State},
    view::{json::OperationAnswer, sanitize},
};

/// Finish an interrupted operation
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Run it.
pub fn run(ctx: &Ctx, _: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    repo.require_work_dir("resume")?;
    let (operation, late, remarks) = operation_output::acting(ctx, |_, record| recovery::resume(repo, record))?;
    if ctx.out.is_json() {
        ctx.out.json(&OperationAnswer::ended(&operation, operation.kind.as_str(), operation.undoes, &late))?;
    } else if !ctx.out.is_quiet() {
        let verb = if operation.state == State::Failed { "Cleared up after" } else { "Finished" };
        let mut text = format!("{verb}: {}\n", sanitize::line(&operation.title));
        text.push_str(&operation_output::moved(&operation.before, &operation.after).unwrap_or_default());
        ctx.out.print(&text)?;
    }
    operation_output::remarks(ctx, &operation, &late, &remarks);
    ctx.out.hint("to take it back: git agent undo");
    Ok(exit::OK)
}
