//! `git agent unlink`: commits do not belong to a task.

use std::ffi::OsString;

use crate::{
    cmd::{context::Ctx, link::page},
    error::Result,
    verbs::link::{self, Act, Request},
    view::json::LinkAnswer,
};

/// Record that commits do not belong to a task
///
/// Commits are not changed: the ledger counts over the Task-Id trailer in their message, and every command follows it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A commit that was stamped with the wrong task:  git agent unlink HEAD --task t-1

'git agent link' is the reverse; 'git agent link --move' does both in one step.")]
pub struct Args {
    /// Commits, ranges (A..B) and checkpoints (t-1@2)
    #[arg(required = true, value_name = "REV")]
    revisions: Vec<OsString>,
    /// Task id or unique prefix (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = Request { revisions: args.revisions, task: args.task, act: Act::Unlink };
    let done = ctx.call(|caller| link::link(caller, &request))?;
    ctx.out.answer(|| LinkAnswer::new(&done), || page(&done, Act::Unlink))
}
