//! `git agent host`: agent hosts, such as Claude Code, call git-agent.

pub mod event;
pub(super) mod install;
mod run;

use crate::{cmd::Ctx, error::Result, hosts::install::InstallAction};

/// Connect agent hosts: Claude Code, Codex, Gemini CLI, Copilot CLI, OpenCode, Cursor
///
/// Once installed, sessions of a host are recorded: the agent gets a brief at the start, its edits are saved in snapshots, its commits name
/// the task, and it is asked once before it stops with uncommitted work.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Install hooks, instructions, a skill and the MCP server for agent hosts
    ///
    /// Files are edited in place: other settings, hooks of other tools and comments are preserved.
    Install(install::Args),
    /// Remove what 'install' added
    Uninstall(install::Args),
    /// Report for each host whether it is installed and when its last event arrived
    Status(install::StatusArgs),
    /// Run a host with a task and an actor in its environment
    Run(run::Args),
    /// Handle an event of a host: JSON on standard input, JSON on standard output
    ///
    /// Called by the hooks of a host. Always exits with 0, within 5 seconds.
    Event(event::Args),
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    match args.action {
        Action::Install(args) => install::run(ctx, InstallAction::Install, args),
        Action::Uninstall(args) => install::run(ctx, InstallAction::Uninstall, args),
        Action::Status(args) => install::status(ctx, args),
        Action::Run(args) => run::run(args),
        Action::Event(args) => {
            event::main(&args.words());
            Ok(())
        }
    }
}
