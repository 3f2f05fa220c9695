//! `git agent plan`: tasks from a file, and into one.

mod export;
mod import;

use super::Ctx;
use crate::error::Result;

/// Import tasks from a plan file, or export them
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create and update tasks from a plan; importing it again changes nothing
    Import(import::Args),
    /// Export tasks as a plan
    Export(export::Args),
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    match args.action {
        Action::Import(args) => import::run(ctx, args),
        Action::Export(args) => export::run(ctx, args),
    }
}
