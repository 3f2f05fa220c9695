//! `git agent gc`: expire old snapshots and operations.

use super::Ctx;
use crate::{
    error::Result,
    recovery::snapshot::Snapshot,
    verbs,
    view::{
        NAMED, first_lines,
        json::GcAnswer,
        relative_time,
        sanitize::{self, plural},
    },
};

/// Expire old snapshots and operations
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Keeps everything younger than 14 days (agent.keepFor), the last 50 operations of each worktree (agent.keepOperations) \
with their snapshots, the last 20 snapshots of each open task, and the last snapshot of a closed task for 90 days. \
Only refs are deleted; 'git gc' prunes the objects once they are older than gc.pruneExpire.")]
pub struct Args {
    /// Show what would expire, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let (expiry, room) = ctx.call(|caller| verbs::gc::gc(caller, args.dry_run))?;
    if ctx.out.is_json() {
        return ctx.out.json(&GcAnswer::new(&expiry, room, args.dry_run));
    }
    let operations: usize = expiry.chains.iter().map(|chain| chain.drop).sum();
    let kept_operations: usize = expiry.chains.iter().map(|chain| chain.keep.len()).sum();
    let verb = if args.dry_run { "Would expire" } else { "Expired" };
    let mut text = match expiry.drop.len() + operations {
        0 => "Nothing is old enough to expire.\n".to_owned(),
        _ => format!(
            "{verb} {} and {} with {} of data used nowhere else\n",
            plural(expiry.drop.len(), "snapshot"),
            plural(operations, "operation"),
            sanitize::size(room.freed)
        ),
    };
    let style = ctx.style();
    let line = |snapshot: &Snapshot| {
        let when = relative_time::ago(ctx.now(), snapshot.about.at);
        format!("{}  {when}: {}", style.id(&snapshot.id.to_string()), sanitize::line(&snapshot.about.message))
    };
    text.push_str(&first_lines(expiry.drop.iter().map(line), NAMED, ""));
    text.push_str(&format!(
        "Kept: {} and {}, {} together\n",
        plural(expiry.keep.len(), "snapshot"),
        plural(kept_operations, "operation"),
        sanitize::size(room.all - room.freed)
    ));
    if !ctx.out.is_quiet() {
        ctx.out.print(&text)?;
    }
    if !args.dry_run && !expiry.drop.is_empty() {
        ctx.out.hint("'git gc' frees the disk space once the objects are older than two weeks");
    }
    Ok(())
}
