//! `git agent edit`: change what a task says.

use super::add::Fields;
use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    error::{Result, exit},
    verbs::add::{self, EditRequest},
};

/// Change the title, description and other fields of a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix
    task: String,
    /// New title
    #[arg(long)]
    title: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// Make the task a subtask of this task
    #[arg(long, value_name = "TASK", conflicts_with = "no_parent")]
    parent: Option<String>,
    /// Make the task a top-level task
    #[arg(long)]
    no_parent: bool,
    /// Clear the list of expected paths
    #[arg(long, conflicts_with = "files")]
    no_files: bool,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = EditRequest {
        title: args.title.as_deref().map(text_argument).transpose()?,
        fields: args.fields.read(ctx)?,
        no_files: args.no_files,
        parent: args.parent.map(Some).or(args.no_parent.then_some(None)),
    };
    let changed = ctx.call(|caller| add::edit(caller, &args.task, &request))?;
    task_change::answer(ctx, &changed.task, || format!("Edited {}.", changed.task.name()))?;
    Ok(exit::OK)
}
