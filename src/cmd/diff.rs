//! `git agent diff`: `git diff`, with checkpoints for revisions.

use std::ffi::OsString;

use super::Ctx;
use crate::{
    error::{Result, exit},
    git::relay,
    verbs::diff,
    view::json::DiffAnswer,
};

/// Run 'git diff' with checkpoints and snapshots as revisions
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Compares two revisions (A B, A..B, A...B), or one with the work tree, with all options of 'git diff': git agent diff \
t-1@1 t-1@last --stat. The id of a snapshot, or a unique prefix of it, stands for its files; alone, it is compared with \
all files of the work tree that are not ignored. If a task was started before the first commit, <task>@start is the empty tree.

The exit code is that of 'git diff': 0, or 1 with --exit-code if there are differences.")]
pub struct Args {
    /// Revisions and options of 'git diff'
    #[arg(value_name = "REVISION|OPTION", allow_hyphen_values = true, num_args = 0..)]
    words: Vec<OsString>,
    /// Limit to these pathspecs
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = diff::Request { words: args.words, paths: args.paths };
    if ctx.out.is_json() {
        let diff = ctx.call(|caller| diff::diff(caller, &request))?;
        let is_success = diff.is_success;
        ctx.out.json(&DiffAnswer::new(&diff))?;
        return Ok(if is_success { exit::OK } else { exit::REFUSED });
    }
    let words = ctx.call(|caller| diff::words(caller, &request))?;
    let git = relay::diff(ctx.color(), &words.for_git(), ctx.out.is_quiet());
    Ok(match ctx.relay(git)? {
        // The reader may have seen enough.
        None | Some(0) => exit::OK,
        Some(1) => exit::REFUSED,
        // git has said why.
        Some(_) => exit::USAGE,
    })
}
