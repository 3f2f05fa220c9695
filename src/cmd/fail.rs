//! `git agent fail`: an attempt did not work out.

use super::{Ctx, task_change};
use crate::{
    error::Result,
    verbs::task::{Act, ChangedTask},
};

/// Mark a task as failed; the reason is shown when it is started again
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes (default: the active task); without --reason, the last argument is the reason
    #[arg(value_name = "TASK")]
    words: Vec<String>,
    /// Reason for the failure; '-' reads standard input
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Kind of failure, one word: tests, environment, unclear, …
    #[arg(long, value_name = "WORD")]
    kind: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let (words, reason) = task_change::tasks_and_text(ctx, args.words, args.reason.as_deref(), "--reason <text>")?;
    let act = Act::Fail { reason, kind: args.kind };
    let changed = task_change::act(ctx, &words, &act, "quote a reason that contains spaces")?;
    task_change::ended(ctx, &changed, &[], |changed| {
        format!("Attempt {} of {} failed.", changed.task.attempts, changed.task.name())
    })?;
    if let [ChangedTask { task, uncommitted, .. }] = changed.as_slice() {
        if task.base.is_some() && !(task.commits.is_empty() && uncommitted.is_none()) {
            ctx.out.hint(format!("to undo what it changed: git agent rollback {}@start --dry-run", task.id));
        }
        ctx.out.hint(format!("'git agent start {}' starts attempt {}", task.id, task.attempts + 1));
    }
    Ok(())
}
