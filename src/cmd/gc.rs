//! `git agent gc`: let old snapshots and operations go.

use crate::{
    cmd::context::Ctx,
    error::{Result, exit},
    recovery::gc,
    view::{
        json::GcAnswer,
        relative_time,
        sanitize::{self, plural},
    },
};

/// How many snapshots are named.
const NAMED: usize = 10;

/// Expire old snapshots and operations
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Keeps everything younger than 14 days (agent.keepFor), the last 50 operations of each worktree (agent.keepOperations) \
with their snapshots, the last 20 snapshots of each open task, and the last snapshot of a closed task for 90 days. \
Only refs are deleted; 'git gc' prunes the objects once they are older than gc.pruneExpire.")]
pub struct Args {
    /// Show what would expire, and remove nothing
    #[arg(long, short = 'n')]
    dry_run: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    let view = ctx.view()?;
    let plan = gc::plan(repo, &view, ctx.now(), &repo.settings().retention())?;
    let room = gc::room(repo, &plan)?;
    if !args.dry_run {
        gc::carry_out(repo, &plan)?;
    }
    for remark in &plan.remarks {
        ctx.out.warn(remark);
    }
    if ctx.out.is_json() {
        ctx.out.json(&GcAnswer::new(&plan, room, args.dry_run))?;
        return Ok(exit::OK);
    }
    let operations: usize = plan.chains.iter().map(|chain| chain.drop).sum();
    let kept_operations: usize = plan.chains.iter().map(|chain| chain.keep.len()).sum();
    let verb = if args.dry_run { "Would drop" } else { "Dropped" };
    let mut text = match plan.drop.len() + operations {
        0 => "Nothing is old enough to go.\n".to_owned(),
        _ => format!(
            "{verb} {} and {}, {} of what they hold is in nothing else\n",
            plural(plan.drop.len(), "snapshot"),
            plural(operations, "operation"),
            sanitize::size(room.freed)
        ),
    };
    let style = ctx.style();
    for snapshot in plan.drop.iter().take(NAMED) {
        let when = relative_time::ago(ctx.now(), snapshot.about.at);
        let id = style.id(&snapshot.id.to_string());
        text.push_str(&format!("  {id}  {when}: {}\n", sanitize::line(&snapshot.about.message)));
    }
    if plan.drop.len() > NAMED {
        text.push_str(&format!("  … and {} more\n", plan.drop.len() - NAMED));
    }
    text.push_str(&format!(
        "Kept: {} and {}, {} together\n",
        plural(plan.keep.len(), "snapshot"),
        plural(kept_operations, "operation"),
        sanitize::size(room.all - room.freed)
    ));
    if !ctx.out.is_quiet() {
        ctx.out.print(&text)?;
    }
    if !args.dry_run && !plan.drop.is_empty() {
        ctx.out.hint("the room is free when git's own gc has run, which takes objects older than two weeks");
    }
    Ok(exit::OK)
}
