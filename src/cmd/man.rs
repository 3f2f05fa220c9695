//! `git agent man`: the manual pages.

use std::path::{Path, PathBuf};

use clap_mangen::Man;

use crate::{
    cli,
    cmd::context::Ctx,
    error::{Context as _, Result, exit},
    view::sanitize::plural,
};

/// Print a manual page, or write all manual pages to a directory
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Command (default: git-agent itself)
    command: Option<String>,
    /// Write all pages to DIR as git-agent.1, git-agent-add.1, …
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    into: Option<PathBuf>,
}

/// Carry out `git agent man` and print the result. Returns the exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let mut tree = cli::tree();
    // Fills in the full names and the options that every command takes.
    tree.build();
    if let Some(dir) = args.into {
        let count = write_all(&dir, &tree)?;
        ctx.out.status(format!("Wrote {} into '{}'.", plural(count, "page"), dir.display()));
        return Ok(exit::OK);
    }
    let name = args.command.as_deref();
    let command = match name.and_then(|name| tree.find_subcommand(name).cloned()) {
        Some(command) => page_of(&command),
        None => tree,
    };
    ctx.out.write(&render(command)?)?;
    Ok(exit::OK)
}

/// A subcommand under the name of its page.
fn page_of(command: &clap::Command) -> clap::Command {
    let name = format!("git-agent-{}", command.get_name());
    command.clone().display_name(name.clone()).name(name)
}

fn write_all(dir: &Path, tree: &clap::Command) -> Result<usize> {
    let failed = || format!("cannot write manual pages into '{}'", dir.display());
    std::fs::create_dir_all(dir).or_environment(failed)?;
    let pages = std::iter::once(tree.clone()).chain(tree.get_subcommands().map(page_of));
    let mut count = 0;
    for page in pages {
        let path = dir.join(format!("{}.1", page.get_name()));
        std::fs::write(path, render(page)?).or_environment(failed)?;
        count += 1;
    }
    Ok(count)
}

fn render(command: clap::Command) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    let man = Man::new(command.disable_help_flag(true)).manual("Git Agent Manual").section("1");
    man.render(&mut page).or_environment(|| "cannot write a manual page".to_owned())?;
    Ok(page)
}
