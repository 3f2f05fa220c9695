//! `git agent bisect`: the checkpoint that broke something.

mod page;

use super::{Ctx, verify};
use crate::{
    error::Result,
    verbs::bisect::{self, KeepWorktree, Point, bisect},
    verify::Output,
    view::json::BisectAnswer,
};

/// Find the first checkpoint at which a command fails
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The command runs at the top of a fresh worktree of each tested commit; your worktree is not touched. Its exit code \
classifies the commit: 0 is good, 125 skips it, 1 to 127 otherwise is bad, and 128 or more aborts.

For a task, its checkpoints are tested; for a range A..B, the commits in it that belong to tasks. The newest is tested \
first: if it is good, there is nothing to find. Then the starting point (<task>@start or A): if that is bad, the \
failure is older. The exit code is 0 if there is an answer.")]
pub struct Args {
    /// Task or range of commits (default: the active task)
    #[arg(value_name = "TASK|A..B")]
    what: Option<String>,
    /// Also test commits without a task
    #[arg(long)]
    all_commits: bool,
    /// Keep the worktree of the first bad commit as the command left it
    #[arg(long)]
    keep: bool,
    /// Command, run by sh
    #[arg(last = true, value_name = "CMD", required = true)]
    command: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let request = bisect::Request {
        what: args.what,
        all_commits: args.all_commits,
        keep: if args.keep { KeepWorktree::FirstBad } else { KeepWorktree::No },
        command: verify::join(&args.command),
        output: if ctx.out.is_json() || ctx.out.is_quiet() { Output::Discard } else { Output::ToStderr },
    };
    let progress = |point: &Point, more: u32| {
        let left = if more == 0 { "last test".to_owned() } else { format!("about {more} more") };
        let (name, short) = (&point.name, &point.short);
        let aside = if name == short { String::new() } else { format!(" ({short})") };
        ctx.out.status(format!("Testing {name}{aside}: {left}"));
    };
    let answer = ctx.call(|caller| bisect(caller, &request, &progress))?;
    if ctx.out.is_json() {
        ctx.out.json(&BisectAnswer::new(&answer))?;
    } else {
        page::show(ctx, &answer)?;
    }
    Ok(())
}
