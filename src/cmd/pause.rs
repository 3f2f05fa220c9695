//! `git agent pause`: put a task down without an outcome.

use super::{Ctx, task_change, text_argument};
use crate::{error::Result, verbs::task::Act};

/// Stop working on a task and release its claim
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes (default: the active task)
    #[arg(value_name = "TASK")]
    tasks: Vec<String>,
    /// Reason for pausing the task
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Make the task ready again at TIME: a date, or a duration from now (also for tasks not started)
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let act = Act::Pause { reason: args.reason.as_deref().map(text_argument).transpose()?, until: args.until };
    let changed = task_change::act(ctx, &args.tasks, &act, "give the reason with --reason")?;
    task_change::ended(ctx, &changed, &[], |changed| match changed.task.until {
        Some(until) => format!("Paused {} until {}.", changed.task.name(), until.to_minute()),
        None => format!("Paused {}.", changed.task.name()),
    })?;
    if let [changed] = changed.as_slice() {
        ctx.out.hint(format!("to continue: git agent start {}", changed.task.id));
    }
    Ok(())
}
