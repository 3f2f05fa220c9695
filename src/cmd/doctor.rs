//! `git agent doctor`: is everything as it should be?

use super::Ctx;
use crate::{
    error::{Result, exit},
    verbs::doctor::{self, Depth, Index, doctor},
    view::{
        Style,
        json::{CheckJson, DoctorAnswer, LevelJson},
        sanitize,
    },
};

/// Check the ledger, hooks and settings for problems, and say how to fix them
///
/// Changes nothing but derived data: anchors of tasks and the index. Exits with 0 if no finding is an error.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Rebuild the indexes of the ledger and of the history
    #[arg(long)]
    rebuild_index: bool,
    /// Also check the whole history of the ledger, and compare its index with the notes
    #[arg(long)]
    verify: bool,
    /// Repair what can be repaired without loss: events that another program removed from the ledger, operation logs
    /// that refer to missing objects, and notes about commits that can never be recorded
    #[arg(long)]
    fix: bool,
    /// Trust all existing snapshots and operations as made in this repository, for instance after '.git/agent-id' was lost.
    /// Do not use this after fetching refs/agent/*
    #[arg(long)]
    adopt: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let request = doctor::Request {
        depth: if args.verify { Depth::Past } else { Depth::Present },
        index: if args.rebuild_index { Index::Rebuild } else { Index::Keep },
        fix: args.fix,
        adopt: args.adopt,
    };
    let answer = DoctorAnswer::new(&ctx.call(|caller| doctor(caller, &request))?, ctx.now());
    let worst = answer.checks.iter().map(|check| check.level).max().unwrap_or(LevelJson::Ok);
    if ctx.out.is_json() {
        ctx.out.json(&answer)?;
    } else {
        let style = ctx.style();
        let told = answer.checks.iter().filter(|check| !ctx.out.is_quiet() || check.level != LevelJson::Ok);
        answer.fixed.iter().for_each(|what| ctx.out.status(format!("Fixed: {what}.")));
        ctx.out.print(&told.map(|check| show(style, check)).collect::<String>())?;
    }
    Ok(if worst == LevelJson::Error { exit::REFUSED } else { exit::OK })
}

/// A finding in one line, and its remedy in another.
fn show(style: Style, check: &CheckJson) -> String {
    let mark = match check.level {
        LevelJson::Ok => style.good("✓"),
        LevelJson::Warning => style.busy("!"),
        LevelJson::Error => style.bad("✗"),
    };
    let mut text = format!("{mark} {}: {}\n", check.name, sanitize::line(&check.message));
    if let Some(fix) = &check.fix {
        text.push_str(&format!("  → {}\n", sanitize::line(fix)));
    }
    text
}
