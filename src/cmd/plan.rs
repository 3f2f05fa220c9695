//! `git agent plan`: tasks from a file, and into one.

mod export;
mod import;
mod source;

use crate::{
    cmd::context::Ctx,
    error::{Error, Result, codes},
    plans::Format,
};

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

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    match args.action {
        Action::Import(args) => import::run(ctx, &args),
        Action::Export(args) => export::run(ctx, &args),
    }
}

/// A format on the command line.
fn format(word: &str) -> Result<Format> {
    Format::parse(word).ok_or_else(|| {
        Error::new(codes::UNKNOWN_PLAN_FORMAT, format!("there is no plan format '{}'", word.escape_debug()))
            .hint(known(|_| true))
    })
}

/// The formats that are meant, in a sentence.
fn known(is_meant: impl Fn(&Format) -> bool) -> String {
    let words: Vec<&str> = Format::ALL.into_iter().filter(is_meant).map(Format::as_str).collect();
    format!("the formats are {}", words.join(", "))
}
