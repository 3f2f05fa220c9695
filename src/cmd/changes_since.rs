//! `git agent changes-since`: what changed since a task began, and whose work it is.

mod human;

use std::ffi::OsString;

use crate::{
    cmd::context::Ctx,
    error::{Error, Result, codes, exit},
    git::{
        ObjectId,
        diff::{Change, Renames},
        pathspec::Pathspecs,
        quote::Quoting,
    },
    query::{
        changes::{self, Changes, Request, Until},
        revision::Emptiness,
    },
    store::ledger::View,
    view::json::ChangesAnswer,
};

/// Show what changed since a task was started or since a checkpoint, and which task changed it
///
/// Compares that commit with the work tree, including staged, unstaged and untracked changes, but not ignored files.
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
    /// Leave out uncommitted changes
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

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let (task, which) = ctx.task_and_checkpoint(&view, args.task.as_deref())?;
    let until = match &args.at {
        Some(word) => Until::Commit(commit(ctx, &view, word)?),
        None if args.committed => Until::Head,
        None => Until::Now,
    };
    let active = until == Until::Now && args.own && ctx.active()?.contains(&task.id);
    let paths = Pathspecs::new(args.paths.clone());
    let request = Request { task, which, until, own: args.own, active, paths: paths.clone() };
    let mut changes = changes::find(&view, request, ctx.now())?;
    if ctx.out.is_json() {
        ctx.out.json(&ChangesAnswer::new(&changes))?;
        return Ok(exit::OK);
    }
    remarks(ctx, &changes);
    if args.stat || args.patch {
        return show(ctx, &args, &mut changes, &paths);
    }
    ctx.page()?;
    if args.name_only || args.name_status {
        let quoting = (!args.z).then(|| Quoting::of(view.repo()));
        let form = if args.name_only { Change::name_only } else { Change::name_status };
        let lines: Vec<u8> = changes.paths.iter().flat_map(|path| form(&path.change, quoting)).collect();
        ctx.out.write(&lines)?;
        return Ok(exit::OK);
    }
    ctx.out.print(&human::page(ctx, &changes)?)?;
    Ok(exit::OK)
}

/// The commit that `--at` names: git's word for one, or one of ours.
fn commit(ctx: &Ctx, view: &View<'_>, word: &str) -> Result<ObjectId> {
    let words = ctx.asking(view, Emptiness::NoCommits, |asker| asker.word(word.as_ref(), false))?;
    let revision = words.first().and_then(|word| word.to_str()).unwrap_or(word);
    view.repo().resolve_commit(revision)?.ok_or_else(|| {
        Error::new(codes::BAD_REVISION, format!("there is no commit '{}'", word.escape_debug()))
            .hint("'--at' takes what names a commit in git, or a checkpoint: <task>@2, <task>@last")
    })
}

/// Let git show it, in its colours and its pager.
fn show(ctx: &Ctx, args: &Args, changes: &mut Changes<'_>, paths: &Pathspecs) -> Result<u8> {
    let color = if super::list::style(ctx).is_on() { "--color=always" } else { "--no-color" };
    let mut options = vec![OsString::from(color), if args.stat { "--stat" } else { "--patch" }.into()];
    options.extend(args.z.then(|| "-z".into()));
    match ctx.relay(changes.shown_by_git(&options, paths)?)? {
        // Nobody has to read to the end.
        Some(0) | None => Ok(exit::OK),
        Some(code) => Err(Error::new(codes::GIT_FAILED, format!("'git diff' ended with exit code {code}"))),
    }
}

/// Say what the reader should know about the answer.
fn remarks(ctx: &Ctx, changes: &Changes<'_>) {
    if changes.lower_bound {
        ctx.out.warn(
            "this clone is shallow, and the history is cut off since then: there may be more commits, and more tasks behind a \
             path; 'git fetch --unshallow' gets them",
        );
    }
    if changes.renames == Renames::Exact {
        ctx.out.warn(
            "this is a partial clone: renames were found only where the content is the same, as nothing is fetched to compare it",
        );
    }
    if !changes.remark.is_empty() {
        ctx.out.warn(format!("git says: {}", changes.remark.trim_start_matches("warning: ")));
    }
    for unseen in &changes.unseen {
        let path = crate::view::sanitize::bytes(unseen.path.as_ref());
        ctx.out.warn(match unseen.why {
            changes::Why::Repository => format!("'{path}' is a repository of its own: what is in it is not looked at"),
            changes::Why::Submodule => {
                format!("submodule '{path}' has changes inside that are not committed there: they are not listed")
            }
            changes::Why::Unreadable => format!("'{path}' cannot be read: what is in it is not looked at"),
        });
    }
}
