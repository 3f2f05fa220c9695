//! `git agent guard`: a snapshot before a command that destroys something.

use std::{
    ffi::OsString,
    io::Read as _,
    os::unix::ffi::{OsStrExt as _, OsStringExt as _},
};

use bstr::BString;

use super::{Ctx, snapshot::unguarded};
use crate::{
    error::{Context as _, Result, exit},
    verbs::guard::{self, GuardedLine, Saved, guard, is_in_worktree},
    verify::{EndedCommand, Output, replace_this_process, run_program},
    view::{json::GuardAnswer, sanitize},
};

/// Save what a command may destroy, then run it
///
/// Recognizes commands of git and other programs that discard uncommitted work or history; all others pass unchecked.
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("what").required(true),
    after_help = "\
With --check the exit code is 0 if the line may run and 1 if not; otherwise it is that of the command. Set \
'agent.guard' to snapshot (the default), refuse or off."
)]
pub struct Args {
    /// Check a shell command line and save what it may destroy, without running it; '-' reads standard input
    #[arg(long, value_name = "LINE", group = "what", allow_hyphen_values = true)]
    check: Option<OsString>,
    /// Command to run
    #[arg(last = true, value_name = "CMD", group = "what")]
    command: Vec<OsString>,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let judge = |line: GuardedLine<'_>| {
        guard(&guard::Request {
            line,
            actor: ctx.named_actor(),
            here: ctx.repo().ok(),
            session: None,
            clock: ctx.clock,
        })
    };
    if let Some(line) = args.check {
        let line = if line == "-" { standard_input()? } else { line.into_vec() };
        return told(ctx, &judge(GuardedLine::Shell(&line)), None);
    }
    let words: Vec<BString> = args.command.iter().map(|word| word.as_bytes().into()).collect();
    let answer = judge(GuardedLine::Words(&words));
    if answer.refusal.is_some() {
        return told(ctx, &answer, None);
    }
    if ctx.out.is_json() {
        let EndedCommand { exit, .. } = run_program(&args.command, Output::ToStderr)?;
        told(ctx, &answer, Some(exit))?;
        return Ok(u8::try_from(exit).unwrap_or(exit::REFUSED));
    }
    told(ctx, &answer, None)?;
    // Its input, output, signals and exit code are its own.
    Err(replace_this_process(&args.command))
}

/// Print the findings, and whether the line may run.
fn told(ctx: &Ctx, answer: &guard::Answer, exit: Option<i32>) -> Result<u8> {
    let is_new = answer.saved.iter().any(|saved| saved.taken.created);
    let unguarded = if is_new { ctx.repo().ok().and_then(|repo| unguarded(ctx, repo)) } else { None };
    if ctx.out.is_json() {
        ctx.out.json(&GuardAnswer::new(answer, exit, unguarded.as_deref()))?;
        return Ok(if answer.refusal.is_some() { exit::REFUSED } else { exit::OK });
    }
    if let Some(refusal) = &answer.refusal {
        ctx.out.error(refusal);
        return Ok(exit::REFUSED);
    }
    for warning in &answer.warnings {
        ctx.out.warn(warning);
    }
    for saved in answer.saved.iter().filter(|saved| saved.taken.created) {
        let snapshot = &saved.taken.snapshot;
        ctx.out.status(format!("Took snapshot {} {}", snapshot.id, snapshot.about.message));
        ctx.out.status(format!("Restore with: {}", way_back(saved)));
        if saved.holds_commits {
            let list = format!("git log --oneline --no-walk {}^@", snapshot.ref_name());
            ctx.out.status(format!("Commits that it keeps reachable: {list}"));
        }
    }
    for bundle in &answer.bundles {
        let bundle = format!("'{}'", sanitize::line(&bundle.display().to_string()));
        ctx.out.status(format!("Saved all refs, including those of snapshots, in the bundle {bundle}"));
        ctx.out.status(format!("Restore with: git fetch --update-head-ok {bundle} '+refs/*:refs/*'"));
    }
    Ok(exit::OK)
}

/// The command that restores a snapshot.
fn way_back(saved: &Saved) -> String {
    let snapshot = &saved.taken.snapshot;
    let restore = format!("agent snapshot restore {}", snapshot.id);
    let is_here = std::env::current_dir().is_ok_and(|here| is_in_worktree(&saved.repo, &here));
    let Some(top) = saved.repo.work_dir().filter(|_| !is_here || saved.is_taken_away) else {
        return format!("git {restore}");
    };
    let top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
    let top = sanitize::line(&top.display().to_string()).into_owned();
    match snapshot.about.head.commit.filter(|_| saved.is_taken_away) {
        Some(head) => format!("git worktree add --detach '{top}' {head} && git -C '{top}' {restore}"),
        None => format!("git -C '{top}' {restore}"),
    }
}

fn standard_input() -> Result<Vec<u8>> {
    let mut line = Vec::new();
    std::io::stdin().lock().read_to_end(&mut line).or_environment(|| "cannot read standard input".to_owned())?;
    Ok(line)
}
