//! `git agent changes-since`: what changed since a task was started, and which task changed it.

use std::ffi::OsString;

use super::Ctx;
use crate::{
    error::{Error, Result, codes},
    git::{diff::DiffEntry, pathspec::Pathspecs, quote::Quoting},
    query::changes::Changes,
    verbs::changes_since::{self, Until, changes_since},
    view::{changes, json::ChangesAnswer},
};

/// Show what changed since a task was started or since a checkpoint, and which task changed it
///
/// Compares the starting point with the work tree, including staged, unstaged and untracked changes, but not ignored files.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
<task>@2 is the second commit of the task on this history, @last the newest, @green the newest with a passed \
verification, @start the state before the task was started (the default).

Each path is followed by the tasks whose commits since then touched it or its former name; 'no task' stands for \
commits without a task.")]
pub struct Args {
    /// Task or checkpoint (default: the active task)
    #[arg(value_name = "TASK[@CHECKPOINT]")]
    task: Option<String>,
    /// Show only paths changed by the task's own commits, and uncommitted changes if the task is active here
    #[arg(long)]
    own: bool,
    /// Omit uncommitted changes
    #[arg(long)]
    committed: bool,
    /// Compare with this revision or checkpoint instead of the work tree
    #[arg(long, value_name = "REV")]
    at: Option<String>,
    /// Show only names, as 'git diff --name-only' does
    #[arg(long, group = "form")]
    name_only: bool,
    /// Show names and status, as 'git diff --name-status' does
    #[arg(long, group = "form")]
    name_status: bool,
    /// Show a diffstat
    #[arg(long, group = "form")]
    stat: bool,
    /// Show the patch
    #[arg(long, short, group = "form")]
    patch: bool,
    /// Separate output with NUL and do not quote paths
    #[arg(short = 'z', requires = "form")]
    z: bool,
    /// Limit to these pathspecs
    #[arg(last = true, value_name = "PATH")]
    paths: Vec<OsString>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let until = match &args.at {
        Some(revision) => Until::Revision(revision.clone()),
        None if args.committed => Until::Head,
        None => Until::WorkTree,
    };
    let request = changes_since::Request { task: args.task.clone(), until, own: args.own, paths: args.paths.clone() };
    let mut answer = ctx.call(|caller| changes_since(caller, &request))?;
    if ctx.out.is_json() {
        return ctx.out.json(&ChangesAnswer::new(&answer));
    }
    changes::remarks(&answer).into_iter().for_each(|remark| ctx.out.warn(remark));
    if args.stat || args.patch {
        return show(ctx, &args, &mut answer);
    }
    ctx.page()?;
    if args.name_only || args.name_status {
        let quoting = if args.z { None } else { Some(Quoting::of(ctx.repo()?)) };
        let form = if args.name_only { DiffEntry::name_only } else { DiffEntry::name_status };
        let lines: Vec<u8> = answer.paths.iter().flat_map(|path| form(&path.change, quoting)).collect();
        ctx.out.write(&lines)?;
    } else {
        ctx.out.print(&changes::text(&answer, ctx.now(), ctx.style()))?;
    }
    Ok(())
}

/// Let git show the changes, in its colours and its pager.
fn show(ctx: &Ctx, args: &Args, changes: &mut Changes<'_>) -> Result<()> {
    let mut options = vec![OsString::from(ctx.color().option()), if args.stat { "--stat" } else { "--patch" }.into()];
    options.extend(args.z.then(|| "-z".into()));
    match ctx.relay(changes.shown_by_git(&options, &Pathspecs::new(args.paths.clone()))?)? {
        // The reader may have seen enough.
        Some(0) | None => Ok(()),
        Some(code) => Err(Error::new(codes::GIT_FAILED, format!("'git diff' ended with exit code {code}"))),
    }
}
