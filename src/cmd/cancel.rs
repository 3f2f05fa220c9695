//! `git agent cancel`: a task that is not wanted any more.

use crate::{
    cmd::{
        context::{Ctx, one_line},
        task_change,
    },
    domain::{
        event::{Payload, Reason},
        status::{Status, Verb},
    },
    error::{Result, exit},
    store::active,
};

/// Cancel a task that is no longer wanted
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
        if task.status == Status::Cancelled {
            return Ok(Vec::new());
        }
        task_change::step(task, Verb::Cancel)?;
        Ok(vec![Payload::Cancel(Reason { reason: reason.clone().map(Into::into) })])
    })?;
    active::clear(ctx.repo()?, &changed.task.id)?;
    let name = task_change::name(&changed.task);
    task_change::answer(ctx, &changed.task, || match changed.wrote {
        true => format!("Cancelled {name}."),
        false => format!("{name} is cancelled already."),
    })?;
    ctx.out.hint(format!("take it up again with 'git agent reopen {}'", changed.task.id));
    Ok(exit::OK)
}
