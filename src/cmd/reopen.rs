//! `git agent reopen`: take a closed task up again.

use super::{Ctx, task_change, text_argument};
use crate::{error::Result, verbs::task::Act};

/// Reopen a completed, failed or cancelled task; its next start is a new attempt
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes
    #[arg(value_name = "TASK", required = true)]
    tasks: Vec<String>,
    /// Reason for reopening the task
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let act = Act::Reopen(args.reason.as_deref().map(text_argument).transpose()?);
    let changed = task_change::act(ctx, &args.tasks, &act, "give the reason with --reason")?;
    task_change::answer_each(ctx, &changed, |changed| format!("Reopened {}.", changed.task.name()))?;
    if !ctx.out.is_json() {
        changed.iter().try_for_each(|changed| task_change::show_features(ctx, &changed.features))?;
    }
    if let [changed] = changed.as_slice() {
        ctx.out.hint(format!("to start it: git agent start {}", changed.task.id));
    }
    Ok(())
}
