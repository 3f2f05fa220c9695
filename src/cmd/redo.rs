//! `git agent redo`: take the last undo back.

use super::undo;
use crate::{
    cmd::context::Ctx,
    error::Result,
    recovery::{
        self,
        operation::{Kind, OpLog},
        undo::next_redo,
    },
};

/// Redo the last undone operation
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Run it.
pub fn run(ctx: &Ctx, _: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    repo.require_work_dir("redo")?;
    OpLog::of(repo)?.refuse_interrupted()?;
    recovery::clear_up(repo)?;
    let log = OpLog::of(repo)?;
    undo::carry_out(ctx, &next_redo(&log)?, Kind::Redo)
}
