//! `git agent note`: a remark.

use crate::{
    cmd::{context::Ctx, task_change},
    error::{Error, Result, codes, exit},
    verbs::task::{self, Act},
};

/// Add a note to a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The note, behind the tasks that it is about if they are named; '-' reads standard input
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,
    /// Task id or unique prefix (default: the active task; may be repeated)
    #[arg(long = "task", value_name = "TASK")]
    tasks: Vec<String>,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let (mut tasks, text) = task_change::tasks_and_text(ctx, args.words, None, "the text in quotes")?;
    tasks.extend(args.tasks);
    let act = Act::Note { text };
    let changed = ctx.call(|caller| task::act_on(caller, &tasks, &act));
    let is_meant_as_text = |error: Error| match error.code() == codes::TASK_NOT_FOUND {
        true => error.hint("quote a text of several words: git agent note \"<text>\""),
        false => error,
    };
    let changed = changed.map_err(is_meant_as_text)?;
    task_change::answer_each(ctx, &changed, |changed| format!("Recorded a note on {}.", changed.task.name()))?;
    Ok(exit::OK)
}
