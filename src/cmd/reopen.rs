//! `git agent reopen`: take a closed task up again.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Result, exit},
    verbs::task::{self, Act},
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

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let act = Act::Reopen { reason: args.reason.as_deref().map(text_argument).transpose()? };
    let changed = ctx.call(|caller| task::act(caller, Some(&args.task), &act))?;
    let (task, name) = (&changed.task, changed.task.name());
    task_change::answer(ctx, task, || format!("Reopened {name}."))?;
    ctx.out.hint(format!("begin it with 'git agent start {}'", task.id));
    Ok(exit::OK)
}
