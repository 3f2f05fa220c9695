//! `git agent pause`: put a task down without an outcome.

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
    store::active,
};

/// Stop working on a task and release its claim
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Reason
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let reason = args.reason.as_deref().map(|text| one_line("reason", text)).transpose()?;
    let changed = task_change::change(ctx, args.task.as_deref(), |_, task| {
        task_change::step(task, Verb::Pause)?;
        Ok(vec![Payload::Pause(Reason { reason: reason.clone().map(Into::into) })])
    })?;
    active::clear(ctx.repo()?, &changed.task.id)?;
    task_change::answer(ctx, &changed.task, || format!("Paused {}.", task_change::name(&changed.task)))?;
    ctx.out.hint(format!("go on with 'git agent start {}'", changed.task.id));
    Ok(exit::OK)
}
