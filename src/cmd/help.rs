//! `git agent help`: the list of commands, and the help of one of them.

use super::Ctx;
use crate::{
    error::{Error, Result, codes},
    view::json::PageAnswer,
};

/// Describe a command, or list the commands
///
/// 'git agent help agents' prints a one-page manual for agents.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Command, such as 'add' or 'plan import' (default: list the commands)
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// List all commands
    #[arg(long, short, conflicts_with = "command")]
    all: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let pages = ctx.command_line();
    if args.command == ["agents"] {
        return print(ctx, pages.agents.to_owned());
    }
    let mut command = (pages.tree)(args.all);
    command.build();
    for word in &args.command {
        let found = command.find_subcommand(word).cloned();
        command = found.ok_or_else(|| unknown(&args.command))?;
    }
    ctx.page()?;
    let page = if args.command.is_empty() { command.render_help() } else { command.render_long_help() };
    let is_colored = ctx.style().is_on() && !ctx.out.is_json();
    print(ctx, if is_colored { page.ansi().to_string() } else { page.to_string() })
}

/// Print `text`, or answer it as JSON.
pub(super) fn print(ctx: &Ctx, text: String) -> Result<()> {
    if ctx.out.is_json() { ctx.out.json(&PageAnswer { text }) } else { ctx.out.write(text.as_bytes()) }
}

/// There is no such command.
pub(super) fn unknown(words: &[String]) -> Error {
    let words = words.join(" ");
    Error::new(codes::USAGE, format!("'{}' is not a git-agent command", words.escape_debug()))
        .hint("'git agent help --all' lists the commands")
}
