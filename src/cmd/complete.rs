//! `git agent complete`: a task is done.

use crate::{
    cmd::{
        context::{Ctx, text_argument},
        next::begun,
        task_change, verify,
    },
    error::{Result, exit},
    verbs::{
        complete::{self, Request, Verify},
        next::{NoTask, Take},
    },
    view::{json::CompleteAnswer, sanitize},
};

/// Mark a task as completed
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Result of the task, as text or JSON (object, array or string); '-' reads standard input
    #[arg(long, value_name = "TEXT|JSON")]
    result: Option<String>,
    /// Run CMD (default: 'agent.verify') first, and complete the task only if it succeeds
    #[arg(long, value_name = "CMD", num_args = 0..=1)]
    verify: Option<Option<String>>,
    /// Also start the next task (=claim: only claim it)
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "start")]
    next: Option<After>,
    /// Complete despite open dependencies, subtasks or blockers, or a missing verification
    #[arg(long)]
    force: bool,
}

/// What is done with the next task.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum After {
    /// Claim and start it.
    Start,
    /// Only claim it.
    Claim,
}

/// Run the command; answers its exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = Request {
        task: args.task,
        result: args.result.as_deref().map(text_argument).transpose()?,
        verify: args.verify.map(|command| Verify { command, output: verify::output(ctx) }),
        next: args.next.map(|how| match how {
            After::Start => Take::Start,
            After::Claim => Take::Claim,
        }),
        force: args.force,
    };
    let done = ctx.call(|caller| complete::complete(caller, &request))?;
    let task = &done.task;
    if let Some((command, verification)) = &done.verified {
        ctx.out.status(verify::said(&task.id, command, verification));
    }
    if ctx.out.is_json() {
        let unblocked = done.unblocked.iter().map(|row| row.id.to_string()).collect();
        let next = done.next.as_ref().and_then(|next| next.as_ref().ok());
        let next = next.map(|next| task_change::task_json(ctx, &next.task)).transpose()?;
        ctx.out.json(&CompleteAnswer::new(task_change::task_json(ctx, task)?, unblocked, next))?;
        return Ok(exit::OK);
    }
    task_change::answer(ctx, task, || {
        if done.wrote {
            format!("Completed {}.", task.name())
        } else {
            format!("{} is completed already, with the same result.", task.name())
        }
    })?;
    let next = done.next.as_ref().and_then(|next| next.as_ref().ok());
    for row in done.unblocked.iter().filter(|row| next.is_none_or(|next| next.task.id != row.id)) {
        ctx.out.print(&format!("Ready now: {}\n", sanitize::line(&row.name())))?;
    }
    match &done.next {
        Some(Ok(next)) => {
            let (task, is_claimed) = (&next.task, matches!(request.next, Some(Take::Claim)));
            let what = if is_claimed { "Claimed" } else { begun(next) };
            ctx.out.print(&format!("{what} {}.\n", sanitize::line(&task.name())))?;
            if is_claimed {
                ctx.out.hint(format!("begin it with 'git agent start {}'", task.id));
            }
        }
        Some(Err(NoTask::AllDone)) => ctx.out.status("Every task is completed or cancelled."),
        Some(Err(_)) => ctx.out.status("No other task is ready; 'git agent ready --explain' says why."),
        None => {}
    }
    if done.wrote {
        ctx.out.hint(format!("take it up again with 'git agent reopen {}'", task.id));
    }
    Ok(exit::OK)
}
