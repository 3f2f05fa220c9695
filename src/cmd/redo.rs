//! `git agent redo`: undo the last undo.

use super::{Ctx, undo};
use crate::{error::Result, recovery::operation::OperationKind, verbs};

/// Redo what the last undo undid
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(ctx: &Ctx, _: Args) -> Result<()> {
    undo::show(ctx, &ctx.call(verbs::undo::redo)?, OperationKind::Redo)
}
