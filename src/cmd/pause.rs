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

/// Put a task down without an outcome; it is pending again, and nobody holds it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The task; the active one if not given
    task: Option<String>,
    /// Why
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
