//! `git agent cancel`: a task that is not wanted any more.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Result, exit},
    verbs::task::{self, Act},
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

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let act = Act::Cancel { reason: args.reason.as_deref().map(text_argument).transpose()? };
    let changed = ctx.call(|caller| task::act(caller, Some(&args.task), &act))?;
    let (task, name) = (&changed.task, changed.task.name());
    task_change::answer(ctx, task, || {
        if changed.wrote { format!("Cancelled {name}.") } else { format!("{name} is cancelled already.") }
    })?;
    ctx.out.hint(format!("take it up again with 'git agent reopen {}'", task.id));
    Ok(exit::OK)
}
