//! `git agent next`: the task to do now.

use super::{Ctx, task_change};
use crate::{
    error::{Result, exit},
    verbs::next::{self, NextTask, NoTask, Take},
    view::json::NextAnswer,
};

/// Show the next task to work on
///
/// Tasks that you hold or left in progress in this worktree come first. Ready tasks are ordered by priority, then by how
/// many tasks they unblock, then by age. With --claim, concurrent agents each get a different task, and you never get one
/// that you already hold. With --start, the exit code is 3 if there is nothing to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Claim the task
    #[arg(long)]
    claim: bool,
    /// Claim and start the task
    #[arg(long)]
    start: bool,
    /// Claim on this remote, so that concurrent clones each get a different task
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// Consider only subtasks of this task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
    /// Consider only tasks with this label (may be repeated to require several)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    labels: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let take = match (args.start, args.claim) {
        (true, _) => Take::Start,
        (_, true) => Take::Claim,
        _ => Take::Look,
    };
    let is_limited = !args.labels.is_empty();
    let request = next::Request { take, remote: args.remote, parent: args.parent, labels: args.labels };
    let found = ctx.call(|caller| next::next(caller, &request))?;
    if ctx.out.is_json() {
        ctx.out.work_json(&ctx.call(|caller| NextAnswer::new(caller, &found))?)?;
    }
    let next = match found {
        Err(reason) => return nothing(ctx, reason, take, is_limited),
        Ok(_) if ctx.out.is_json() => return Ok(exit::OK),
        Ok(next) => next,
    };
    let task = &next.task;
    let style = ctx.style();
    let (named, title) = (style.id(task.id.as_str()), style.plain(&task.title));
    let said = match take {
        _ if ctx.out.is_quiet() => task.id.to_string(),
        Take::Start => format!("{} {named} ({title}).", begun(&next)),
        Take::Claim => format!("Claimed {named} ({title})."),
        Take::Look => format!("{named} {title}"),
    };
    ctx.out.print(&format!("{said}\n"))?;
    task_change::show_uncommitted(ctx, next.uncommitted.as_ref());
    task_change::show_needs(ctx, task)?;
    match take {
        Take::Start => {}
        Take::Look if next.is_yours => {
            let id = &task.id;
            ctx.out.hint(format!("you hold it; to continue: git agent start {id}; for details: git agent show {id}"));
        }
        _ => {
            ctx.out.hint(format!("to start it: git agent start {}; for details: git agent show {}", task.id, task.id));
        }
    }
    Ok(exit::OK)
}

/// What `--start` did to the task.
pub(super) fn begun(next: &NextTask) -> &'static str {
    if next.goes_on { "Continued" } else { "Started" }
}

/// Print why there is nothing to do: an error only with `--start`.
fn nothing(ctx: &Ctx, reason: NoTask, take: Take, is_limited: bool) -> Result<u8> {
    // A script that goes on as if a task were active would work on none.
    let exit = if take == Take::Start { exit::CONFLICT } else { exit::OK };
    if ctx.out.is_json() {
        return Ok(exit);
    }
    let (said, hint) = match reason {
        NoTask::AllDone => ("Every task is completed or cancelled.", "'git agent log' shows what happened"),
        NoTask::AllClaimed => {
            ("Every ready task is claimed.", "'git agent ready --explain' shows the holders and expired claims")
        }
        NoTask::AllBlocked => ("Every open task is waiting or blocked.", "'git agent ready --explain' explains why"),
        NoTask::NoLedger => return Ok(exit),
        NoTask::None if is_limited => {
            ("No task has these labels.", "'git agent list --all' shows the labels of every task")
        }
        NoTask::None => return ctx.say_no_tasks().map(|()| exit),
    };
    ctx.out.status(said);
    ctx.out.hint(hint);
    Ok(exit)
}
