//! `git agent claim`: claim a task, or release the claim.

use super::{Ctx, add::duration, task_change, text_argument};
use crate::{
    domain::status::Status,
    error::Result,
    verbs::task::{Act, ChangedTask},
};

/// Claim a task so that no other agent takes it; activity of the same agent renews the claim
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes
    #[arg(value_name = "TASK", required = true)]
    tasks: Vec<String>,
    /// Expire the claim after DURATION without activity (default: 'agent.lease', 2h)
    #[arg(long = "for", alias = "lease", value_name = "DURATION", conflicts_with = "release")]
    lease: Option<String>,
    /// Take over the claim of another agent
    #[arg(long, requires = "reason", conflicts_with = "release")]
    steal: bool,
    /// Reason for taking over or releasing the claim
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Release the claim
    #[arg(long)]
    release: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let reason = args.reason.as_deref().map(text_argument).transpose()?;
    let has_reason = reason.is_some();
    let lease = args.lease.as_deref().map(duration).transpose()?;
    let act = if args.release { Act::Release(reason) } else { Act::Claim { lease, steal: args.steal, reason } };
    let changed = task_change::act(ctx, &args.tasks, &act, "give the reason with --reason")?;
    let us = ctx.holder()?;
    task_change::answer_each(ctx, &changed, |changed| match (&changed.task, &changed.task.claim) {
        (task, None) if changed.wrote => format!("Released {}.", task.name()),
        (task, None) if has_reason => format!("{} is not claimed; the reason was not recorded.", task.name()),
        (task, None) => format!("{} is not claimed.", task.name()),
        (task, Some(claim)) => {
            let until = claim.until.to_minute();
            let before = task_change::taken_over(&changed.before, task, &us);
            format!("{} holds {} until {until}.{before}", claim.by, task.name())
        }
    })?;
    if let [ChangedTask { task, .. }] = changed.as_slice()
        && !args.release
        && task.status != Status::InProgress
    {
        ctx.out.hint(format!("to start it: git agent start {}", task.id));
    }
    Ok(())
}
