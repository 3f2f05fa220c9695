//! `git agent mcp`: the verbs as tools for the host of an agent.

use super::Ctx;
use crate::{error::Result, mcp};

/// Serve the Model Context Protocol on standard input and output
///
/// Agent hosts start this command and call its tools (next, start, checkpoint, complete, brief, rollback and others) on the
/// repository they work in. docs/mcp.md describes the tools and how to register the server.
#[derive(Debug, clap::Args)]
pub struct Args {}

pub(crate) fn run(ctx: &Ctx, _: Args) -> Result<()> {
    mcp::serve(ctx.named_actor().map(str::to_owned))?;
    Ok(())
}
