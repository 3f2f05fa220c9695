//! `git agent claim`: hold a task, or let go of it.

use super::add::duration;
use crate::{
    cmd::{
        context::{Ctx, one_line},
        task_change,
    },
    domain::{
        claim::MAX_LEASE,
        event::{Claim, Payload, Reason},
        status::Status,
        time::show_duration,
    },
    error::{Error, Result, codes, exit},
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

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let reason = args.reason.as_deref().map(|text| one_line("reason", text)).transpose()?;
    let lease = args.lease.as_deref().map(duration).transpose()?.unwrap_or(ctx.repo()?.settings().lease());
    if lease > MAX_LEASE {
        return Err(Error::new(
            codes::LEASE_TOO_LONG,
            format!("a claim lasts {} without a sign of life at most", show_duration(MAX_LEASE)),
        )
        .hint("anything that its holder records about the task renews it"));
    }
    let now = ctx.now();
    let changed = task_change::change(ctx, Some(&args.task), |_, task| {
        let us = ctx.holder()?;
        let holder = task.claim.as_ref();
        if args.release {
            return match holder {
                None => Ok(Vec::new()),
                Some(claim) if claim.is_of(&us) => {
                    Ok(vec![Payload::Release(Reason { reason: reason.clone().map(Into::into) })])
                }
                Some(claim) => {
                    let holder = claim.holder_for(&us);
                    Err(Error::new(codes::TASK_CLAIMED, format!("cannot release {}: {holder} holds it", task.id))
                        .hint(format!("to take it over: git agent claim {} --steal --reason <why>", task.id)))
                }
            };
        }
        if task.status.is_closed() {
            return Err(Error::new(
                codes::TASK_CLOSED,
                format!("cannot claim {}: it is {}", task.id, task_change::say(task.status)),
            )
            .hint(format!("'git agent reopen {}' takes it up again", task.id)));
        }
        if let Some(claim) = holder.filter(|claim| claim.stops(&us, now) && !args.steal) {
            return Err(Error::new(
                codes::TASK_CLAIMED,
                format!(
                    "cannot claim {}: {} holds it until {}",
                    task.id,
                    claim.holder_for(&us),
                    claim.until.to_minute()
                ),
            )
            .hint("'git agent next --claim' finds another one")
            .hint(format!("to take it over: git agent claim {} --steal --reason <why>", task.id)));
        }
        Ok(vec![Payload::Claim(Claim { lease, steal: args.steal, reason: reason.clone().map(Into::into) })])
    })?;
    let task = &changed.task;
    let us = ctx.holder()?;
    task_change::answer(ctx, task, || match &task.claim {
        None => format!("Nobody holds {} now.", task_change::name(task)),
        Some(claim) => {
            let until = claim.until.to_minute();
            let before = task_change::taken_over(&changed.before, task, &us);
            format!("{} holds {} until {until}.{before}", claim.by, task_change::name(task))
        }
    })?;
    if !args.release && task.status != Status::InProgress {
        ctx.out.hint(format!("begin it with 'git agent start {}'", task.id));
    }
    Ok(exit::OK)
}
