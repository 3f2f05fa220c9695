//! `git agent note`: a remark.

use super::{Ctx, task_change};
use crate::{error::Result, verbs::task::Act};

/// Add a note to a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Note, optionally preceded by the tasks it concerns; '-' reads standard input
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,
    /// Task id or unique prefix (default: the active task; may be repeated)
    #[arg(long = "task", value_name = "TASK")]
    tasks: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    task_change::record(ctx, ("note", "note"), args.words, args.tasks, |text| Ok(Act::Note(text)))
}
