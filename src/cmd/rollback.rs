//! `git agent rollback`: bring an old state of a task back.

mod page;

use std::ffi::OsString;

use crate::{
    cmd::{context::Ctx, operation_output},
    domain::{
        revision::Which,
        rollback::{Mode, Wish},
    },
    error::{Result, exit},
    git::pathspec::Pathspecs,
    query::revision,
    recovery::{
        self,
        operation::OpLog,
        plan::Plan,
        rollback::{self, Outcome, Request, Untracked},
    },
    view::json::RollbackAnswer,
};

/// Restore a checkpoint, disturbing history as little as possible
#[derive(Debug, clap::Args)]
#[command(after_help = "\
<task>@2 is the second commit of the task on this history, @last the newest (the default), @green the newest with a \
passed verification, @start the state before the task was started.

Without --mode the history decides. If nothing was committed since, the files are restored (files). If only the task's \
commits follow and they are unpublished, the branch is moved back (rewind). If a remote branch or a tag contains some \
of them, a new commit restores the old state (restore). If commits of other tasks follow, a new commit reverts only \
the task's own commits (revert); if that conflicts, nothing is changed.

Everything that is replaced or removed is saved in a snapshot first, including uncommitted and untracked files. 'git \
agent undo' restores all of it.")]
pub struct Args {
    /// Task and checkpoint (default: the last checkpoint of the active task)
    #[arg(value_name = "TASK[@CHECKPOINT]")]
    task: Option<String>,
    /// Force a mode instead of choosing one from the history
    #[arg(long, value_enum, value_name = "MODE")]
    mode: Option<ModeWord>,
    /// Show what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not touch untracked files
    #[arg(long)]
    keep_untracked: bool,
    /// Also undo commits of other tasks
    #[arg(long)]
    allow_foreign: bool,
    /// Rewind past commits that a remote branch or tag contains
    #[arg(long)]
    allow_published: bool,
    /// Proceed even if another task is active in this worktree
    #[arg(long)]
    shared: bool,
    /// Abandon an unfinished merge, cherry-pick or revert
    #[arg(long)]
    abandon_merge: bool,
    /// Limit to these pathspecs
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

/// A mode, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ModeWord {
    /// Restore the index and the work tree; keep HEAD
    Files,
    /// Move the branch back
    Rewind,
    /// Create a commit with the old state
    Restore,
    /// Create a commit that reverts the task's commits
    Revert,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    repo.require_work_dir("roll back")?;
    OpLog::of(repo)?.refuse_interrupted()?;
    let outcome = prepare(ctx, &args)?;
    let untracked = if args.keep_untracked { Untracked::Kept } else { Untracked::Sorted };
    if args.dry_run {
        return rehearse(ctx, outcome, untracked);
    }
    let goal = outcome.into_goal()?;
    let outcome =
        operation_output::acting(ctx, |author, record| rollback::carry_out(repo, author, &goal, untracked, record))?;
    let name = format!("{}@{}", goal.task.id, goal.to.name);
    match outcome {
        recovery::Outcome::Nothing(plan) if ctx.out.is_json() => {
            ctx.out.json(&RollbackAnswer::nothing(&goal, &plan))?;
        }
        recovery::Outcome::Nothing(plan) => {
            operation_output::say_nothing(ctx, &format!("everything is as it was at {name}"), &name, &plan)?;
            if !plan.leaves_differences() && !ctx.out.is_quiet() {
                ctx.out.print(&operation_output::paths(&plan))?;
            }
        }
        recovery::Outcome::Done(done) if ctx.out.is_json() => {
            ctx.out.json(&RollbackAnswer::done(&goal, &done))?;
            operation_output::remarks(ctx, &done.operation, &done.late, &done.remarks);
        }
        recovery::Outcome::Done(done) => {
            operation_output::say(ctx, &format!("Rolled back to {name} ({})", goal.mode), &done)?;
            let page = page::Page::new(ctx, &goal)?;
            if !ctx.out.is_quiet() {
                ctx.out.print(&page.consequences())?;
            }
            let snapshot = done.operation.snapshot.map(|id| format!("; what was there before is in snapshot {id}"));
            ctx.out.hint(format!("to take that back: git agent undo{}", snapshot.unwrap_or_default()));
        }
    }
    Ok(exit::OK)
}

/// What the command line asks for comes to.
fn prepare(ctx: &Ctx, args: &Args) -> Result<Outcome> {
    let view = ctx.view()?;
    let (task, which) = ctx.task_and_checkpoint(&view, args.task.as_deref())?;
    if let Some(Which::Number(_)) = which {
        ctx.warn_if_cut(revision::is_cut(view.repo(), view.repo().head()?.commit, &task)?)?;
    }
    let mode = args.mode.map(|word| match word {
        ModeWord::Files => Mode::Files,
        ModeWord::Rewind => Mode::Rewind,
        ModeWord::Restore => Mode::Restore,
        ModeWord::Revert => Mode::Revert,
    });
    let request = Request {
        task,
        which,
        wish: Wish { mode, allow_foreign: args.allow_foreign, allow_published: args.allow_published },
        paths: Pathspecs::new(args.paths.clone()),
        shared: args.shared,
        abandon_merge: args.abandon_merge,
    };
    rollback::prepare(&view, &request, ctx.now())
}

/// Answer what would be done; the exit code says whether it can be.
fn rehearse(ctx: &Ctx, outcome: Outcome, untracked: Untracked) -> Result<u8> {
    let plan = match &outcome {
        Outcome::Goal(goal) => rollback::rehearse(ctx.repo()?, goal, untracked)?,
        Outcome::Conflicts(_) => Plan::default(),
    };
    if ctx.out.is_json() {
        ctx.out.json(&RollbackAnswer::rehearsed(&outcome, &plan))?;
        return Ok(if outcome.conflicts().is_empty() { exit::OK } else { exit::CONFLICT });
    }
    let goal = outcome.into_goal()?;
    if !ctx.out.is_quiet() {
        ctx.out.print(&page::Page::new(ctx, &goal)?.render(&plan))?;
    }
    ctx.out.hint("nothing was changed; without --dry-run it is done, and 'git agent undo' takes it back");
    Ok(exit::OK)
}
