//! `git agent block`: name what stands in the way.

use crate::{
    cmd::{
        context::{Ctx, one_line},
        task_change,
    },
    domain::event::{Block, Payload},
    error::{Error, Result, codes, exit},
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

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let on = one_line("blocker", &args.on)?;
    let changed = task_change::change(ctx, args.task.as_deref(), |view, task| {
        if task.status.is_closed() {
            return Err(Error::new(
                codes::TASK_CLOSED,
                format!("cannot block {}: it is {}", task.id, task_change::say(task.status)),
            )
            .hint(format!("'git agent reopen {}' takes it up again", task.id)));
        }
        if task.blockers.iter().any(|blocker| view.text(&blocker.text) == on) {
            return Ok(Vec::new());
        }
        Ok(vec![Payload::Block(Block { text: on.clone().into() })])
    })?;
    let task = &changed.task;
    let id = task.blockers.iter().rev().find(|blocker| blocker.text.preview() == on).map(|blocker| blocker.id.as_str());
    let id = id.unwrap_or_default();
    task_change::answer(ctx, task, || format!("Blocked {} by {id}: {on}", task_change::name(task)))?;
    ctx.out.hint(format!("when it is gone: git agent unblock {} {id}", task.id));
    Ok(exit::OK)
}
