//! `git agent unblock`: what stood in the way is gone.

use crate::{
    cmd::{context::Ctx, task_change},
    error::{Result, exit},
    verbs::task::{self, Act, Blockers},
    view::sanitize::plural,
};

/// Resolve a blocker
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Id of the blocker; optional if there is only one
    blocker: Option<String>,
    /// Resolve all blockers of the task
    #[arg(long, conflicts_with = "blocker")]
    all: bool,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let blockers = match args.blocker {
        Some(id) => Blockers::Named(id),
        None if args.all => Blockers::All,
        None => Blockers::Only,
    };
    let act = Act::Unblock(blockers);
    let changed = ctx.call(|caller| task::act(caller, args.task.as_deref(), &act))?;
    let task = &changed.task;
    task_change::answer(ctx, task, || match task.blockers.len() {
        0 => format!("Nothing blocks {} any more.", task.name()),
        left => format!("{} still block {}.", plural(left, "blocker"), task.name()),
    })?;
    Ok(exit::OK)
}
