//! `git agent completions`: scripts for shells, and the answers that they ask for while a command is typed.

mod bash;
mod engine;
mod values;

use std::ffi::OsString;

use clap_complete::Shell;

use super::{Ctx, help};
use crate::{
    error::Result,
    verbs::names::Name,
    view::{sanitize, shorten},
};

/// Print a shell completion script
///
/// In bash, zsh and fish the script calls git-agent as you type, so that tasks, checkpoints, operations and snapshots
/// are completed too, also after 'git agent'.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Shell to print the script for
    #[arg(value_enum)]
    shell: Shell,
    /// Complete the last of WORDS: what the scripts call
    #[arg(long, hide = true, requires = "words")]
    complete: bool,
    /// Words of the command line behind the program; for bash the line, COMP_WORDBREAKS and COMP_TYPE
    #[arg(last = true, hide = true, requires = "complete")]
    words: Vec<OsString>,
}

/// The candidates for a word.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    names: Vec<Name>,
    /// Files, which the shell knows to complete.
    files: bool,
}

/// Descriptions are not longer than this many columns.
const WIDEST: usize = 60;

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    if args.complete {
        // A file name may be anything: what is not UTF-8 completes to nothing.
        let words: Vec<String> = args.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        return ctx.out.write(complete(ctx, args.shell, &words).as_bytes());
    }
    let script = match args.shell {
        Shell::Bash => include_str!("completions/git-agent.bash").to_owned(),
        Shell::Zsh => include_str!("completions/git-agent.zsh").to_owned(),
        Shell::Fish => include_str!("completions/git-agent.fish").to_owned(),
        shell => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut (ctx.command_line().tree)(true), "git-agent", &mut script);
            String::from_utf8_lossy(&script).into_owned()
        }
    };
    help::print(ctx, script)
}

/// What `shell` reads: a line for each word, or `:files`.
fn complete(ctx: &Ctx, shell: Shell, words: &[String]) -> String {
    let mut tree = (ctx.command_line().tree)(true);
    tree.build();
    if shell == Shell::Bash {
        let [line, breaks, kind] = [0, 1, 2].map(|at| words.get(at).map_or("", String::as_str));
        let Some(line) = bash::Line::read(line) else { return String::new() };
        return bash::reply(&line, breaks, kind, &engine::complete(ctx, &tree, &line.words));
    }
    let answer = engine::complete(ctx, &tree, words);
    if answer.files {
        return ":files\n".to_owned();
    }
    answer.names.iter().map(|name| format!("{}\t{}\n", sanitize::line(&name.word), described(name))).collect()
}

/// A short description of a candidate.
fn described(name: &Name) -> String {
    sanitize::line(&shorten(&name.what, WIDEST)).into_owned()
}
