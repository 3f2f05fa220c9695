//! `git agent start`: begin a task, go on with it, or begin it again.

use super::{Ctx, task_change};
use crate::{
    domain::status::Status,
    error::{Error, Result, codes},
    verbs::{
        self,
        start::{self, Activate},
        task::ChangedTask,
    },
    view::json::StartAnswer,
};

/// Start a task: claim it, record the commit the work starts from, and stamp new commits of this worktree
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix
    #[arg(value_name = "TASK", required = true, num_args = 1..)]
    task: Vec<String>,
    /// Do not make the task the active task of this worktree
    #[arg(long)]
    no_activate: bool,
    /// Keep the current active task active as well
    #[arg(long, conflicts_with = "no_activate")]
    also: bool,
    /// Start despite incomplete dependencies or open blockers
    #[arg(long)]
    force: bool,
    /// Start even if another session of the same agent host is working on the task
    #[arg(long)]
    take_over: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let activate = match (args.no_activate, args.also) {
        (true, _) => Activate::No,
        (_, true) => Activate::Also,
        _ => Activate::Alone,
    };
    let [task] = args.task.as_slice() else {
        let words = args.task.join(" ");
        return Err(Error::new(codes::BAD_OPTION, "start takes one task: new commits name the active one")
            .hint(format!("to claim several: git agent claim {words}"))
            .hint("to stamp commits with two tasks: git agent start <task> --also"));
    };
    let request = start::Request { task: task.clone(), activate, force: args.force, take_over: args.take_over };
    let started = ctx.call(|caller| verbs::start::start(caller, &request))?;
    let (changed, us) = (&started.changed, ctx.holder()?);
    let task = &changed.task;
    if ctx.out.is_json() {
        return ctx.out.work_json(&ctx.call(|caller| StartAnswer::new(caller, &started))?);
    }
    task_change::answer(ctx, task, || said(changed) + &task_change::taken_over(&changed.before, task, &us))?;
    for other in &started.replaced {
        ctx.out.status(format!("{other} is no longer the active task of this worktree; it stays in progress."));
    }
    task_change::show_uncommitted(ctx, started.uncommitted.as_ref());
    task_change::show_needs(ctx, task)?;
    if changed.wrote {
        ctx.out.hint(format!("to release it: git agent pause {}", task.id));
    }
    Ok(())
}

fn said(changed: &ChangedTask) -> String {
    let ChangedTask { task, before, wrote, .. } = changed;
    let name = task.name();
    if !wrote {
        format!("{name} is already in progress; it is the active task.")
    } else if before.status == Status::InProgress {
        format!("Took over {name}.")
    } else if before.attempt_open {
        format!("Continued {name}.")
    } else if task.attempts > 1 {
        format!("Started {name}, attempt {}.", task.attempts)
    } else {
        format!("Started {name}.")
    }
}
