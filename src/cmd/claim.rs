//! `git agent claim`: hold a task, or let go of it.

use super::add::duration;
use crate::{
    cmd::{
        context::{Ctx, text_argument},
        task_change,
    },
    domain::status::Status,
    error::{Result, exit},
    verbs::task::{self, Act},
};

/// Claim a task, so that no other agent takes it; later events by the same agent renew the claim
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix
    task: String,
    /// Expire the claim after DURATION without activity (default: 'agent.lease', 2h)
    #[arg(long, value_name = "DURATION", conflicts_with = "release")]
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

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let reason = args.reason.as_deref().map(text_argument).transpose()?;
    let lease = args.lease.as_deref().map(duration).transpose()?;
    let act = if args.release { Act::Release { reason } } else { Act::Claim { lease, steal: args.steal, reason } };
    let changed = ctx.call(|caller| task::act(caller, Some(&args.task), &act))?;
    let task = &changed.task;
    let us = ctx.holder()?;
    task_change::answer(ctx, task, || match &task.claim {
        None if changed.wrote => format!("Released {}.", task.name()),
        None => format!("{} is not claimed.", task.name()),
        Some(claim) => {
            let until = claim.until.to_minute();
            let before = task_change::taken_over(&changed.before, task, &us);
            format!("{} holds {} until {until}.{before}", claim.by, task.name())
        }
    })?;
    if !args.release && task.status != Status::InProgress {
        ctx.out.hint(format!("begin it with 'git agent start {}'", task.id));
    }
    Ok(exit::OK)
}
