//! `git agent rollback`: bring an old state of a task back.

pub mod plan;

use std::ffi::OsString;

use crate::{
    context::Ctx,
    core::rollback::{Mode, Wish},
    error::Result,
    exit,
    git::pathspec::Pathspecs,
    output::json::RollbackAnswer,
    recovery::rollback::{self, Outcome, Planned, Request},
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
    pub dry_run: bool,
    /// Leave files alone that git does not know
    #[arg(long)]
    pub keep_untracked: bool,
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

/// What the command line asks for comes to.
///
/// # Errors
///
/// Every refusal of a rollback.
pub fn prepare(ctx: &Ctx, args: &Args) -> Result<Outcome> {
    let view = ctx.view()?;
    let (task, which) = ctx.task_and_checkpoint(&view, args.task.as_deref())?;
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

/// Answer what would be done, to files as `planned` says; the exit code says whether it can be.
pub fn rehearsed(ctx: &Ctx, outcome: Outcome, planned: &[Planned]) -> Result<u8> {
    if ctx.out.is_json() {
        ctx.out.json(&RollbackAnswer::new(&outcome, planned, None))?;
        return Ok(if outcome.conflicts().is_empty() { exit::OK } else { exit::CONFLICT });
    }
    let branch = ctx.repo()?.head()?.branch_name();
    let goal = outcome.into_goal()?;
    if !ctx.out.is_quiet() {
        let page = plan::Page { goal: &goal, planned, branch: branch.as_deref(), style: super::list::style(ctx) };
        ctx.out.print(&page.render())?;
    }
    ctx.out.hint("nothing was changed; without --dry-run it is done, and 'git agent undo' takes it back");
    Ok(exit::OK)
}
