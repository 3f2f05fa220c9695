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

/// Bring the state of a checkpoint back, in the way that does the least harm to the history
#[derive(Debug, clap::Args)]
#[command(after_help = "\
<task>@2 is the second commit of the task on this history, @last the newest (meant where none is named), @green the newest \
that passed a verification, @start the state before the task began.

Without --mode the history decides. Nothing was committed since: the files come back (files). Only commits of the task, and \
nobody else has them: the branch moves back (rewind). A remote branch or a tag has some of them: a new commit with the old \
state (restore). Others have committed in between: a new commit takes back what the task's own commits changed, and nothing \
else (revert); where that conflicts, nothing is changed.

Everything that is replaced or removed is in a snapshot first, also what was never committed. 'git agent undo' brings all of \
it back.")]
pub struct Args {
    /// The task and its checkpoint; the active task if none is named
    #[arg(value_name = "TASK[@CHECKPOINT]")]
    task: Option<String>,
    /// How, whatever the history says
    #[arg(long, value_enum, value_name = "MODE")]
    mode: Option<ModeWord>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Leave files alone that git does not know
    #[arg(long)]
    keep_untracked: bool,
    /// Take commits of others back, too
    #[arg(long)]
    allow_foreign: bool,
    /// Move a branch back behind what a remote branch or a tag has
    #[arg(long)]
    allow_published: bool,
    /// Although another task is active in this worktree
    #[arg(long)]
    shared: bool,
    /// Give up a merge, a cherry-pick or a revert that is not finished
    #[arg(long)]
    abandon_merge: bool,
    /// Only these paths: of files, or of what commits changed
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

/// A mode, as a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ModeWord {
    /// Index and work tree only
    Files,
    /// Move the branch back
    Rewind,
    /// A new commit with the old state
    Restore,
    /// A new commit that takes back what the task's commits changed
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
