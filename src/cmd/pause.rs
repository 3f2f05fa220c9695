//! `git agent pause`: put a task down without an outcome.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Result, exit},
    verbs::task::{self, Act},
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

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let act = Act::Pause { reason: args.reason.as_deref().map(text_argument).transpose()? };
    let changed = ctx.call(|caller| task::act(caller, args.task.as_deref(), &act))?;
    let (task, name) = (&changed.task, changed.task.name());
    task_change::answer(ctx, task, || format!("Paused {name}."))?;
    ctx.out.hint(format!("go on with 'git agent start {}'", task.id));
    Ok(exit::OK)
}
