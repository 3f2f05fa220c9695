//! `git agent decide`: a decision and its why.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Result, exit},
    verbs::task::{self, Act},
};

/// Record a decision and its reason
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The decision; '-' reads standard input
    text: String,
    /// Reason
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Task id or unique prefix (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let act =
        Act::Decide { text: text_argument(&args.text)?, why: args.why.as_deref().map(text_argument).transpose()? };
    let changed = ctx.call(|caller| task::act(caller, args.task.as_deref(), &act))?;
    let (task, name) = (&changed.task, changed.task.name());
    task_change::answer(ctx, task, || format!("Recorded a decision on {name}."))?;
    Ok(exit::OK)
}
