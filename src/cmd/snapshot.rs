//! `git agent snapshot`: save the work tree outside the branch, and show what was saved.

mod list;
mod restore;
pub(super) mod show;

use super::{Ctx, one_line};
use crate::{
    error::Result,
    git::Repo,
    recovery::snapshot::{SkippedPath, Taken},
    verbs::{self, snapshot::Unguarded},
    view::{
        hint,
        json::SnapshotAnswer,
        relative_time,
        sanitize::{self, plural},
    },
};

/// Save the work tree, the index and unfinished merges, without changing them
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
A snapshot holds every file that is not ignored, byte for byte, the index with its conflicts and flags, and the value \
of HEAD. It is a commit with its own ref under refs/agent/snap/ and is never pushed. Wherever a snapshot is named, a \
unique prefix of its id is enough, and snap@{0} is the newest one, snap@{1} the one before it."
)]
pub struct Args {
    /// One-line description; '-' reads standard input
    #[arg(short, long, value_name = "MSG")]
    message: Option<String>,
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List snapshots, newest first
    List(list::Args),
    /// Compare a snapshot with the HEAD it was taken on and with the current work tree
    Show(show::Args),
    /// Restore the work tree and the index from a snapshot; HEAD is not moved
    Restore(restore::Args),
    /// Delete snapshots
    Drop(Drop),
}

#[derive(Debug, clap::Args)]
struct Drop {
    /// Snapshot ids, unique prefixes, or snap@{N}
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    match args.action {
        Some(Action::List(args)) => list::run(ctx, &args),
        Some(Action::Show(args)) => show::run(ctx, &args),
        Some(Action::Restore(args)) => restore::run(ctx, &args),
        Some(Action::Drop(args)) => remove(ctx, &args),
        None => take(ctx, args.message.as_deref()),
    }
}

fn take(ctx: &Ctx, message: Option<&str>) -> Result<()> {
    let repo = ctx.repo()?;
    let message = message.map_or(Ok(String::new()), |text| one_line("message", text))?;
    let taken = ctx.call(|caller| verbs::snapshot::take(caller, message))?;
    for submodule in taken.state.submodules.iter().filter(|submodule| submodule.is_dirty) {
        let path = sanitize::bytes(submodule.path.as_ref());
        ctx.out.warn(format!("submodule '{path}' has changes inside; only its commit is in the snapshot"));
    }
    let unguarded = if taken.created { unguarded(ctx, repo) } else { None };
    if ctx.out.is_json() {
        return ctx.out.json(&SnapshotAnswer::taken(&taken, unguarded));
    }
    if !ctx.out.is_quiet() {
        ctx.out.print(&said(ctx, repo, &taken)?)?;
    }
    let id = taken.snapshot.id;
    ctx.out.hint(format!("to list its content: git agent snapshot show {id}"));
    ctx.out.hint(format!("to print a file: git show {}:worktree/<path>", taken.snapshot.ref_name()));
    Ok(())
}

/// Why a push may take the snapshot along that was made just now. Said to people once.
pub(super) fn unguarded(ctx: &Ctx, repo: &Repo) -> Option<String> {
    let Unguarded { why, is_new } = verbs::snapshot::unguarded_once(repo)?;
    let fix = why.hint().map(|fix| hint::line(&fix).into_owned()).unwrap_or_default();
    let why = format!("{why}: 'git push --mirror' would also push snapshots; {fix}");
    if is_new {
        ctx.out.warn(&why);
    }
    Some(why)
}

/// One line, and the paths that were skipped.
fn said(ctx: &Ctx, repo: &Repo, taken: &Taken) -> Result<String> {
    let (snapshot, skipped) = (&taken.snapshot, &taken.state.skipped);
    let mut text = if taken.created {
        let count = verbs::snapshot::against_head(repo, snapshot, taken.state.worktree)?.len();
        let what = if count == 0 { "unchanged from HEAD".to_owned() } else { plural(count, "changed path") };
        format!("Saved the work tree, {what}, as snapshot {}\n", snapshot.id)
    } else {
        let when = relative_time::ago(ctx.now(), snapshot.about.at);
        format!("Nothing has changed since snapshot {} ({when})\n", snapshot.id)
    };
    text.push_str(&not_in_it(skipped));
    Ok(text)
}

/// The paths that a snapshot skips, with the reasons.
fn not_in_it(skipped: &[SkippedPath]) -> String {
    if skipped.is_empty() {
        return String::new();
    }
    let mut text = format!("{} not in the snapshot:\n", plural(skipped.len(), "path"));
    for skipped in skipped {
        let size = if skipped.bytes > 0 { format!(" ({} bytes)", skipped.bytes) } else { String::new() };
        text.push_str(&format!("  {}: {}{size}\n", sanitize::bytes(skipped.path.as_ref()), skipped.why.reason()));
    }
    text
}

fn remove(ctx: &Ctx, args: &Drop) -> Result<()> {
    let snapshots = ctx.call(|caller| verbs::snapshot::delete(caller, &args.ids))?;
    if ctx.out.is_json() {
        return ctx.out.json(&SnapshotAnswer::dropped(&snapshots));
    }
    if !ctx.out.is_quiet() {
        for snapshot in &snapshots {
            ctx.out.print(&format!("Dropped snapshot {} (was {})\n", snapshot.id, snapshot.commit))?;
        }
    }
    for snapshot in &snapshots {
        let again = format!("git update-ref {} {}", snapshot.ref_name(), snapshot.commit);
        ctx.out.hint(format!("to restore it before git prunes it: {again}"));
    }
    Ok(())
}
