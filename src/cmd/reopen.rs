//! `git agent reopen`: take a closed task up again.

use crate::{
    cmd::{
        context::{Ctx, one_line},
        task_change,
    },
    domain::{
        event::{Payload, Reason},
        status::Verb,
    },
    error::{Result, exit},
};

/// Reopen a completed, failed or cancelled task; its next start is a new attempt
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix
    task: String,
    /// Reason
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let reason = args.reason.as_deref().map(|text| one_line("reason", text)).transpose()?;
    let changed = task_change::change(ctx, Some(&args.task), |_, task| {
        task_change::step(task, Verb::Reopen)?;
        Ok(vec![Payload::Reopen(Reason { reason: reason.clone().map(Into::into) })])
    })?;
    task_change::answer(ctx, &changed.task, || format!("Reopened {}.", task_change::name(&changed.task)))?;
    ctx.out.hint(format!("begin it with 'git agent start {}'", changed.task.id));
    Ok(exit::OK)
}
