//! `git agent snapshot list`.

use crate::{
    cmd::Ctx,
    domain::id_prefix::short_ids,
    error::Result,
    recovery::snapshot::{self, Snapshot, SnapshotKind},
    view::{
        first_lines,
        json::SnapshotAnswer,
        relative_time,
        sanitize::{self, plural},
    },
};

/// How many are shown without `--all`.
const SHOWN: usize = 10;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Show all snapshots, not only the newest
    #[arg(long)]
    all: bool,
}

pub(super) fn run(ctx: &Ctx, args: &Args) -> Result<()> {
    let listed = ctx.call(|caller| {
        // If nothing can be written, existing snapshots are still listed.
        caller.put_back_snapshots().unwrap_or_default();
        snapshot::list(caller.repo())
    })?;
    for (name, why) in &listed.damaged {
        ctx.out.warn(format!("{name} is not a readable snapshot: {why}"));
    }
    if ctx.out.is_json() {
        return ctx.out.json(&SnapshotAnswer::list(&listed));
    }
    ctx.page()?;
    let snapshots = &listed.snapshots;
    let mut text = match snapshots.len() {
        0 => "There are no snapshots.\n".to_owned(),
        count => format!("{}\n", plural(count, "snapshot")),
    };
    let shown = if args.all { snapshots.len() } else { SHOWN };
    let style = ctx.style();
    let short = short_ids(snapshots.iter().map(|snapshot| snapshot.id));
    let line = |snapshot: &Snapshot| {
        let id = short.get(&snapshot.id).cloned().unwrap_or_default();
        format!("{}  {}", style.id(&id), line(ctx, snapshot))
    };
    text.push_str(&first_lines(snapshots.iter().map(line), shown, " (use --all)"));
    ctx.out.print(&text)
}

/// When, of what, and why.
fn line(ctx: &Ctx, snapshot: &Snapshot) -> String {
    let about = &snapshot.about;
    let branch = about.head.branch_name().unwrap_or_else(|| "a detached HEAD".to_owned());
    let mut line = format!("{}, on {branch}", relative_time::ago(ctx.now(), about.at));
    if about.worktree != "main" {
        line.push_str(&format!(" in worktree {}", about.worktree));
    }
    if about.kind != SnapshotKind::Manual {
        line.push_str(&format!(", {}", about.kind.as_str()));
    }
    if snapshot.is_foreign {
        line.push_str(", not made in this repository");
    }
    if !about.message.is_empty() {
        line.push_str(&format!(": {}", about.message));
    }
    sanitize::line(&line).into_owned()
}
