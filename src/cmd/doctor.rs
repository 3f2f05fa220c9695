//! `git agent doctor`: is everything as it should be?

use crate::{
    cmd::context::Ctx,
    doctor::{self, Depth, Index},
    error::{Result, exit},
    recovery::heal,
    store::ledger::watch,
    view::{
        Style,
        json::{Check, DoctorAnswer, Level},
        sanitize,
    },
};

/// Look for whatever is wrong with the ledger, the hooks, the settings, and say what to do about it
///
/// Nothing is changed, but for what can be made again at any time: the anchors of tasks, the derived index. The exit code is 0
/// when no finding is an error.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Build the derived indexes anew: that of the ledger, and that of the history
    #[arg(long)]
    rebuild_index: bool,
    /// Look at the whole history of the ledger, too, and compare the index with the notes
    #[arg(long)]
    verify: bool,
    /// Put right what can be put right without a loss: what another program took out of the ledger, and a log of operations that
    /// leads to what is missing
    #[arg(long)]
    fix: bool,
    /// Take all snapshots and operations that are here for made in this repository: those of an earlier version, or from before
    /// '.git/agent-id' was lost. Never after a fetch of refs/agent/*
    #[arg(long)]
    adopt: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let repo = ctx.repo()?;
    let mut fixed = Vec::new();
    if args.adopt {
        fixed.push(match heal::adopt(repo)? {
            1 => "1 snapshot or operation is taken for made here".to_owned(),
            count => format!("{count} snapshots or operations are taken for made here"),
        });
    }
    if args.fix {
        let events = watch::bring_back(repo)?;
        fixed.extend((events > 0).then(|| format!("{} came back into the ledger", sanitize::plural(events, "event"))));
        fixed.extend(heal::chains(repo)?);
    } else {
        // A ledger that cannot be read is among what is looked at.
        watch::notice(repo).map(drop).unwrap_or_default();
    }
    let depth = if args.verify { Depth::Past } else { Depth::Present };
    let index = if args.rebuild_index { Index::Rebuild } else { Index::Keep };
    let checks = doctor::examine(repo, depth, index, ctx.now());
    let worst = checks.iter().map(|check| check.level).max().unwrap_or(Level::Ok);
    if ctx.out.is_json() {
        ctx.out.json(&DoctorAnswer::new(checks, fixed))?;
    } else {
        let style = ctx.out.style(repo.settings().text("color.agent").as_deref());
        let told = checks.iter().filter(|check| !ctx.out.is_quiet() || check.level != Level::Ok);
        fixed.iter().for_each(|what| ctx.out.status(format!("Fixed: {what}.")));
        ctx.out.print(&told.map(|check| show(style, check)).collect::<String>())?;
    }
    Ok(if worst == Level::Error { exit::REFUSED } else { exit::OK })
}

/// One finding in one line, and in another what to do about it.
fn show(style: Style, check: &Check) -> String {
    let mark = match check.level {
        Level::Ok => style.good("✓"),
        Level::Warning => style.busy("!"),
        Level::Error => style.bad("✗"),
    };
    let mut text = format!("{mark} {}: {}\n", check.name, sanitize::line(&check.message));
    if let Some(fix) = &check.fix {
        text.push_str(&format!("  → {}\n", sanitize::line(fix)));
    }
    text
}
