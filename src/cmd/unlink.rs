//! `git agent unlink`: commits do not belong to a task.

use super::{
    Ctx,
    link::{Which, link},
};
use crate::{error::Result, verbs::link::LinkAct};

/// Record that commits do not belong to a task
///
/// Commits are not changed: the ledger takes precedence over the Task-Id trailer in their message.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Unlink a commit that was stamped with the wrong task:  git agent unlink HEAD --task t-1

'git agent link' is the reverse; 'git agent link --move' does both in one step.")]
pub struct Args {
    #[command(flatten)]
    which: Which,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    link(ctx, args.which, LinkAct::Unlink).map(drop)
}
