//! `git agent uninstall`: remove what `init` set up.

use super::{Ctx, setup};
use crate::{
    error::Result,
    store::ledger,
    verbs::uninstall::{self, Tasks},
};

/// Remove hooks and settings, restoring the repository to its state before 'git agent init'
///
/// Tasks are kept in refs/notes/agent-tasks unless --purge is given.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also remove the tasks, and print how to restore them
    #[arg(long)]
    purge: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let tasks = if args.purge { Tasks::Purge } else { Tasks::Keep };
    let done = ctx.call(|caller| uninstall::uninstall(caller, tasks))?;
    setup::answer(ctx, done.changes, || {
        ctx.out.print("Removed git-agent from this repository.\n")?;
        if let Some(left) = done.left {
            ctx.out.hint(left);
        }
        if done.has_tasks {
            ctx.out.hint(format!("the tasks are kept in {}; to remove them: git agent uninstall --purge", ledger::REF));
        }
        Ok(())
    })
}
