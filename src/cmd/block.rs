//! `git agent block`: record a blocker.

use super::{Ctx, task_change};
use crate::{
    domain::task::{Blocker, Task},
    error::Result,
    verbs::task::{Act, ChangedTask},
};

/// Record a blocker for a task
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes (default: the active task); without --on, the last argument is the blocker
    #[arg(value_name = "TASK")]
    words: Vec<String>,
    /// Description of the blocker
    #[arg(long, value_name = "TEXT")]
    on: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let (words, on) = task_change::tasks_and_text(ctx, args.words, args.on.as_deref(), "--on <text>")?;
    let act = Act::Block(on.clone());
    let changed = task_change::act(ctx, &words, &act, "quote text that contains spaces")?;
    let blocker = |task: &Task| {
        let is_named = |blocker: &&Blocker| blocker.text.preview() == on.trim();
        task.blockers.iter().rev().find(is_named).or(task.blockers.last()).cloned()
    };
    task_change::answer_each(ctx, &changed, |ChangedTask { task, .. }| {
        let said = blocker(task).map(|blocker| format!("{}: {}", blocker.id, blocker.text.preview()));
        format!("Blocked {} by {}", task.name(), said.unwrap_or_default())
    })?;
    for ChangedTask { task, .. } in &changed {
        let id = blocker(task).map(|blocker| blocker.id).unwrap_or_default();
        ctx.out.hint(format!("when it is resolved: git agent unblock {} {id}", task.id));
    }
    Ok(())
}
