//! `git agent decide`: a decision and its why.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Error, Result, codes, exit},
    verbs::task::{self, Act},
};

/// Record a decision and its reason
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The decision, behind the tasks that it is about if they are named; '-' reads standard input
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,
    /// Reason
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Task id or unique prefix (default: the active task; may be repeated)
    #[arg(long = "task", value_name = "TASK")]
    tasks: Vec<String>,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let (mut tasks, text) = task_change::tasks_and_text(ctx, args.words, None, "the text in quotes")?;
    tasks.extend(args.tasks);
    let act = Act::Decide { text, why: args.why.as_deref().map(text_argument).transpose()? };
    let changed = ctx.call(|caller| task::act_on(caller, &tasks, &act));
    let is_meant_as_text = |error: Error| match error.code() == codes::TASK_NOT_FOUND {
        true => error.hint("quote a text of several words: git agent decide \"<text>\""),
        false => error,
    };
    let changed = changed.map_err(is_meant_as_text)?;
    task_change::answer_each(ctx, &changed, |changed| format!("Recorded a decision on {}.", changed.task.name()))?;
    Ok(exit::OK)
}
