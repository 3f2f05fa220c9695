//! `git agent adopt`: work that was recorded for one task becomes that of another.

use super::{Ctx, task_change};
use crate::{error::Result, verbs::adopt, view::sanitize::plural};

/// Reassign the work of the active task to another task
///
/// For planned work that a session recorded under an automatic task: TASK is started and takes over the commits, and the
/// automatic task is cancelled. To keep the automatic task and only rename it, use 'git agent edit'.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task that the work belongs to: id or unique prefix
    task: String,
    /// Task that the work was recorded for (default: the active task)
    #[arg(long, value_name = "TASK")]
    from: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = adopt::Request { into: args.task, from: args.from };
    let done = ctx.call(|caller| adopt::adopt(caller, &request))?;
    let commits = plural(done.commits, "commit");
    task_change::answer(ctx, &done.task, || {
        format!("{} now owns the work of {} ({commits}).", done.task.name(), done.from.name())
    })
}
