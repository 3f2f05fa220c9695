//! `git agent block`: name what stands in the way.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    domain::task::Blocker,
    error::{Result, exit},
    verbs::task::{self, Act},
};

/// Record a blocker for a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// What blocks the task
    #[arg(long, value_name = "TEXT")]
    on: String,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let on = text_argument(&args.on)?;
    let act = Act::Block { on: on.clone() };
    let changed = ctx.call(|caller| task::act(caller, args.task.as_deref(), &act))?;
    let task = &changed.task;
    let is_named = |blocker: &&Blocker| blocker.text.preview() == on.trim();
    let blocker = task.blockers.iter().rev().find(is_named).or(task.blockers.last());
    let (id, on) = blocker.map_or(("", ""), |blocker| (blocker.id.as_str(), blocker.text.preview()));
    task_change::answer(ctx, task, || format!("Blocked {} by {id}: {on}", task.name()))?;
    ctx.out.hint(format!("when it is gone: git agent unblock {} {id}", task.id));
    Ok(exit::OK)
}
