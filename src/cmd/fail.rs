//! `git agent fail`: an attempt did not work out.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Result, exit},
    verbs::task::{self, Act},
};

/// Mark a task as failed; the reason is shown when it is started again
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Reason for the failure; '-' reads standard input
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Kind of failure, one word: tests, environment, unclear, …
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let act = Act::Fail { reason: text_argument(&args.reason)?, kind: args.kind };
    let changed = ctx.call(|caller| task::act(caller, args.task.as_deref(), &act))?;
    let (task, name) = (&changed.task, changed.task.name());
    task_change::answer(ctx, task, || format!("Attempt {} of {name} failed.", task.attempts))?;
    ctx.out.hint(format!("'git agent start {}' begins attempt {}", task.id, task.attempts + 1));
    Ok(exit::OK)
}
