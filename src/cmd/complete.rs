//! `git agent complete`: a task is done.

use super::{Ctx, next::begun, task_change, text_argument, verify};
use crate::{
    domain::{id::TaskId, text::shell_word},
    error::Result,
    verbs::{
        checkpoint::GitOutput,
        complete::{self, Completed, Save, VerifyFirst},
        next::{NoTask, Take},
    },
    view::{
        json::{CompleteAnswer, TaskAnswer, TasksAnswer},
        oid, sanitize,
    },
};

/// Mark a task as completed
///
/// With --message, --verify and --next, one command ends a task and starts the next one: it commits all files that are
/// not ignored, verifies exactly that commit, completes the task, starts the next one, and prints what you need to work
/// on it. If the verification fails, the checkpoint is kept, the task stays open, and the exit code is 1.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes (default: the active task)
    #[arg(value_name = "TASK")]
    tasks: Vec<String>,
    /// First commit all files that are not ignored, with this message; '-' reads standard input
    #[arg(short, long, value_name = "MSG")]
    message: Option<String>,
    /// Result of the task, as text or JSON (object, array or string); '-' reads standard input
    #[arg(long, value_name = "TEXT|JSON")]
    result: Option<String>,
    /// Run CMD (default: 'agent.verify') first, and complete the task only if it succeeds
    #[arg(long, value_name = "CMD", num_args = 0..=1)]
    verify: Option<Option<String>>,
    /// Print the output of the verification as it runs
    #[arg(short, long)]
    verbose: bool,
    /// Also start the next task (=claim: only claim it)
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "start")]
    next: Option<After>,
    /// Complete despite open dependencies, subtasks or blockers, or a missing verification
    #[arg(long)]
    force: bool,
}

/// What to do with the next task.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum After {
    /// Claim and start it.
    Start,
    /// Only claim it.
    Claim,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let output = if ctx.out.is_json() { GitOutput::Captured } else { GitOutput::Terminal };
    let message = args.message.as_deref().map(text_argument).transpose()?;
    let request = complete::Request {
        tasks: args.tasks,
        result: args.result.as_deref().map(text_argument).transpose()?,
        save: message.map(|message| Save { message: Some(message), output }),
        verify: args.verify.map(|command| VerifyFirst { command, output: verify::output(ctx, args.verbose) }),
        next: args.next.map(|how| match how {
            After::Start => Take::Start,
            After::Claim => Take::Claim,
        }),
        force: args.force,
    };
    let done = ctx.call(|caller| complete::complete_each(caller, &request));
    let done = done.map_err(task_change::not_a_task(ctx, &request.tasks, "give the result with --result"))?;
    match done.as_slice() {
        [only] if ctx.out.is_json() => {
            let answer = |caller| CompleteAnswer::new(TaskAnswer::now(caller, &only.task)?, caller, &done);
            ctx.out.work_json(&ctx.call(answer)?)?;
        }
        several if ctx.out.is_json() => {
            let tasks = |caller| TasksAnswer::now(caller, several.iter().map(|done| &done.task));
            ctx.out.json(&ctx.call(|caller| CompleteAnswer::new(tasks(caller)?, caller, several))?)?;
        }
        done => done.iter().try_for_each(|done| show(ctx, done, &request))?,
    }
    Ok(())
}

fn show(ctx: &Ctx, done: &Completed, request: &complete::Request) -> Result<()> {
    let task = &done.task;
    match (&done.saved, &done.verified) {
        (Some(saved), verified) if !ctx.out.is_quiet() => {
            let passed = verified.as_ref().map(|(_, verification)| verification);
            let passed = passed.map(|verification| format!(", passed in {:.1} s", verification.seconds));
            let (number, paths) = (saved.number, sanitize::plural(saved.paths.len(), "path"));
            let commit = oid(&saved.commit);
            let passed = passed.unwrap_or_default();
            ctx.out.print(&format!("Saved {}@{number} as {commit}: {paths}{passed}.\n", task.id))?;
        }
        (None, Some((command, verification))) => ctx.out.status(verify::said(&task.id, command, verification)),
        (None, None) if request.save.is_some() && done.wrote => ctx.out.status("Nothing to commit."),
        _ => {}
    }
    task_change::answer(ctx, task, || {
        if done.wrote {
            format!("Completed {}.", task.name())
        } else if request.result.is_some() {
            format!("{} is already completed with the same result.", task.name())
        } else {
            format!("{} is already completed.", task.name())
        }
    })?;
    task_change::show_features(ctx, &done.features)?;
    task_change::show_uncommitted(ctx, done.uncommitted.as_ref());
    let next = done.next.as_ref().and_then(|next| next.as_ref().ok());
    if !ctx.out.is_quiet() {
        for row in done.unblocked.iter().filter(|row| next.is_none_or(|next| next.task.id != row.id)) {
            ctx.out.print(&format!("Ready now: {}\n", sanitize::line(&row.name())))?;
        }
    }
    match &done.next {
        Some(Ok(next)) if ctx.out.is_quiet() => ctx.out.print(&format!("{}\n", next.task.id))?,
        Some(Ok(next)) => {
            let (task, is_claimed) = (&next.task, request.next == Some(Take::Claim));
            let what = if is_claimed { "Claimed" } else { begun(next) };
            ctx.out.print(&format!("{what} {}.\n", sanitize::line(&task.name())))?;
            task_change::show_uncommitted(ctx, next.uncommitted.as_ref());
            task_change::show_needs(ctx, task)?;
            if is_claimed {
                ctx.out.hint(format!("to start it: git agent start {}", task.id));
            }
        }
        Some(Err(NoTask::AllDone)) => ctx.out.status("Every task is completed or cancelled."),
        Some(Err(_)) => ctx.out.status("No other task is ready; 'git agent ready --explain' explains why."),
        None if done.wrote && request.tasks.len() < 2 => {
            ctx.out.hint(format!("to reopen it: git agent reopen {}", task.id));
        }
        None => {}
    }
    if !done.wrote {
        hint_at_omitted(ctx, &task.id, request);
    }
    Ok(())
}

/// Name the commands that do what was asked for in addition to completing `id`, which was completed already.
fn hint_at_omitted(ctx: &Ctx, id: &TaskId, request: &complete::Request) {
    if let Some(wanted) = &request.verify {
        let command = wanted.command.as_ref().map(|command| format!(" -- {}", shell_word(command)));
        ctx.out.hint(format!("to run it: git agent verify {id}{}", command.unwrap_or_default()));
    }
    if request.save.is_some() {
        ctx.out.hint(format!("to commit what changed: git agent checkpoint --task {id}"));
    }
}
