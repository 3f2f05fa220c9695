//! `git agent note`: a remark.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Result, exit},
    verbs::task::{self, Act},
};

/// Add a note to a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The note; '-' reads standard input
    text: String,
    /// Task id or unique prefix (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let act = Act::Note { text: text_argument(&args.text)? };
    let changed = ctx.call(|caller| task::act(caller, args.task.as_deref(), &act))?;
    let (task, name) = (&changed.task, changed.task.name());
    task_change::answer(ctx, task, || format!("Recorded a note on {name}."))?;
    Ok(exit::OK)
}
