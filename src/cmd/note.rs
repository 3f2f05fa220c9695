//! `git agent note`: a remark.

use crate::{
    cmd::{
        context::{Ctx, many_lines},
        task_change,
    },
    domain::event::{Note, Payload},
    error::{Result, exit},
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

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let text = many_lines("note", &args.text)?;
    let changed = task_change::change(ctx, args.task.as_deref(), |_, _| {
        Ok(vec![Payload::Note(Note { text: text.clone().into() })])
    })?;
    task_change::answer(ctx, &changed.task, || format!("Recorded a note on {}.", task_change::name(&changed.task)))?;
    Ok(exit::OK)
}
