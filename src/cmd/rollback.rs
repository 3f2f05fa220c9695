//! `git agent rollback`: restore a checkpoint of a task.

mod page;

use std::ffi::OsString;

use clap::builder::PossibleValue;

use super::{Ctx, operation_output};
use crate::{
    domain::rollback::Mode,
    error::{Result, exit},
    recovery::Outcome,
    verbs::rollback,
    view::json::RollbackAnswer,
};

/// Restore a checkpoint, disturbing history as little as possible
#[derive(Debug, clap::Args)]
#[command(after_help = "\
<task>@2 is the second commit of the task on this history, @last the newest (the default), @green the newest with a \
passed verification, @start the state before the task was started.

--to takes the id of a snapshot ('git agent log --snapshots <task>') and restores its files and index. Given a date, it \
uses the newest snapshot or checkpoint of the task that is not newer than the date.

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
    /// Restore a snapshot, or the last state of the task before a date ('10 minutes ago')
    #[arg(long, value_name = "SNAPSHOT|DATE")]
    to: Option<String>,
    /// Force a mode instead of choosing one from the history
    #[arg(long, value_enum, value_name = "MODE")]
    mode: Option<Mode>,
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

impl clap::ValueEnum for Mode {
    fn value_variants<'a>() -> &'a [Self] {
        &Mode::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(match self {
            Mode::Files => "Restore the index and the work tree; keep HEAD",
            Mode::Rewind => "Move the branch back",
            Mode::Restore => "Create a commit with the old state",
            Mode::Revert => "Create a commit that reverts the task's commits",
        }))
    }
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = rollback::Request {
        checkpoint: args.task,
        to: args.to,
        mode: args.mode,
        dry_run: args.dry_run,
        keep_untracked: args.keep_untracked,
        allow_foreign: args.allow_foreign,
        allow_published: args.allow_published,
        shared: args.shared,
        abandon_merge: args.abandon_merge,
        paths: args.paths,
    };
    let rollback::Answer { plan, outcome } = ctx.call(|caller| rollback::rollback(caller, &request))?;
    if ctx.out.is_json() {
        ctx.out.json(&RollbackAnswer::new(&plan, &outcome))?;
        operation_output::remarks_of(ctx, &outcome);
        return Ok(if plan.conflicts.is_empty() { exit::OK } else { exit::CONFLICT });
    }
    plan.refuse_conflicts()?;
    let page = page::Page::new(ctx, &plan)?;
    let name = plan.name();
    match outcome {
        Outcome::Nothing(paths) if request.dry_run => {
            operation_output::print(ctx, &page.render(&paths))?;
            ctx.out.hint("nothing was changed; run it again without --dry-run to apply it");
        }
        Outcome::Nothing(paths) => {
            operation_output::say_nothing(ctx, &format!("everything already matches {name}"), &name, &paths)?;
            if !paths.leaves_differences() {
                operation_output::print(ctx, &operation_output::paths(&paths))?;
            }
        }
        Outcome::Done(done) => {
            operation_output::say(ctx, &format!("Rolled back to {name} ({})", plan.mode), &done)?;
            operation_output::print(ctx, &page.impact())?;
            if ctx.out.is_quiet() {
                ctx.out.print(&format!("{}\n", done.operation.id))?;
            }
            let snapshot = done.operation.snapshot.map(|id| format!("; the previous state is in snapshot {id}"));
            ctx.out.hint(format!("to undo it: git agent undo{}", snapshot.unwrap_or_default()));
        }
    }
    Ok(exit::OK)
}
