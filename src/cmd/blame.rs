//! `git agent blame`: which task each line of a file is from.

use std::ffi::OsString;

use super::Ctx;
use crate::{
    error::Result,
    verbs::blame,
    view::{blame as text, json::BlameAnswer},
};

/// Show the commit, task and checkpoint of each line of a file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
git agent blame [<options>] [<revision>] [--] <file>. Accepts the options of 'git blame' that select lines and \
commits: -L, -w, -M, -C, --since, --ignore-rev, --ignore-revs-file, --reverse, --first-parent. The revision may be a \
checkpoint: t-1@2.

'-' marks lines without a task, a task in parentheses uncommitted lines of the active task, and '^' boundary commits.")]
pub struct Args {
    /// Show only the number of lines per task
    #[arg(long)]
    summary: bool,
    /// Options, revision and file, as for 'git blame'
    #[arg(value_name = "OPTION|REVISION|FILE", allow_hyphen_values = true, num_args = 0..)]
    words: Vec<OsString>,
    /// File to annotate
    #[arg(last = true, value_name = "FILE")]
    file: Vec<OsString>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = blame::Request { words: args.words, file: args.file };
    let blame = ctx.call(|caller| blame::blame(caller, &request))?;
    if ctx.out.is_json() {
        return ctx.out.json(&BlameAnswer::new(&blame, args.summary));
    }
    ctx.page()?;
    let style = ctx.style();
    let page = if args.summary { text::summary(&blame, style)? } else { text::lines(&blame, ctx.now(), style) };
    ctx.out.print(&page)?;
    if blame.is_cut {
        ctx.out.warn(
            "this clone is shallow: lines of its oldest commits may be older, and checkpoints are counted from there; to fetch the \
             rest: git fetch --unshallow",
        );
    }
    Ok(())
}
