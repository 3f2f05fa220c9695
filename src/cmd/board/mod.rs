//! `git agent board`: the tasks, live, on a terminal.
//!
//! Parts that know nothing of each other's business: [`load`] reads the ledger into a [`deck::Deck`], [`model`] is where
//! the reader is and what a key does to that, [`view`] draws it, [`terminal`] waits for [`keys`] and changes. Nothing is
//! ever locked or written to the ledger: the board never blocks another process.

mod deck;
mod keys;
mod load;
mod model;
mod terminal;
mod view;

use std::io::{self, IsTerminal as _};

use crate::{
    cmd::Ctx,
    error::{Error, Result, codes},
};

/// Show tasks, claims and recent events live in the terminal
///
/// Move with the arrow keys or hjkl, open a task with Enter, filter with '/', quit with q; '?' lists all keys. The board is
/// read-only.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show only tasks with this label (may be repeated to require several)
    #[arg(long = "label", value_name = "LABEL", value_delimiter = ',')]
    pub(super) labels: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    if ctx.out.is_json() || !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(Error::new(codes::NO_TERMINAL, "cannot show the board without a terminal")
            .hint("'git agent status --watch' prints changes line by line")
            .hint("'git agent report' describes the whole plan"));
    }
    ctx.repo()?;
    let style = ctx.style();
    terminal::run(ctx, style.is_on(), &args.labels)
}

#[cfg(test)]
mod tests;
