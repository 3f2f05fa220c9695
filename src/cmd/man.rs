//! `git agent man`: the manual pages.

use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::{
    Ctx,
    help::{self, unknown},
};
use crate::{
    error::{Context as _, Result},
    view::{json::PagesAnswer, sanitize::plural},
};

/// Print a manual page, or write all manual pages to a directory
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Command, such as 'add' or 'plan import' (default: git-agent itself)
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
    /// Write all pages to DIR as git-agent.1, git-agent-add.1, …
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    into: Option<PathBuf>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let mut tree = (ctx.command_line().tree)(true);
    // Fills in the full names and the options that every command takes.
    tree.build();
    if let Some(dir) = args.into {
        let count = write_all(&dir, &tree)?;
        let into = dir.display().to_string();
        if ctx.out.is_json() {
            return ctx.out.json(&PagesAnswer { into, pages: count });
        }
        ctx.out.status(format!("Wrote {} into '{into}'.", plural(count, "page")));
        return Ok(());
    }
    let mut page = tree;
    for word in &args.command {
        let found = page.find_subcommand(word).map(|command| page_of(page.get_name(), command));
        page = found.ok_or_else(|| unknown(&args.command))?;
    }
    help::print(ctx, render(page)?)
}

/// A subcommand of what has the page `parent`, under the name of its own page.
fn page_of(parent: &str, command: &clap::Command) -> clap::Command {
    let name = format!("{parent}-{}", command.get_name());
    command.clone().display_name(name.clone()).name(name)
}

/// Write the pages of `tree` and of all commands below it. Answers how many there are.
fn write_all(dir: &Path, tree: &clap::Command) -> Result<usize> {
    let failed = || format!("cannot write manual pages into '{}'", dir.display());
    std::fs::create_dir_all(dir).or_environment(failed)?;
    let (mut open, mut count) = (vec![tree.clone()], 0);
    while let Some(page) = open.pop() {
        open.extend(page.get_subcommands().map(|command| page_of(page.get_name(), command)));
        let path = dir.join(format!("{}.1", page.get_name()));
        std::fs::write(path, render(page)?).or_environment(failed)?;
        count += 1;
    }
    Ok(count)
}

fn render(command: clap::Command) -> Result<String> {
    let mut page = Vec::new();
    // A summary hides the options that every command takes; a manual does not.
    let command = command.disable_help_flag(true).mut_args(|arg| arg.hide_short_help(false));
    let man = Man::new(command).manual("Git Agent Manual").section("1");
    man.render(&mut page).or_environment(|| "cannot write a manual page".to_owned())?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}
