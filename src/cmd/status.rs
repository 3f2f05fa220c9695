//! `git agent status`: the state of this worktree and its tasks.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use super::Ctx;
use crate::{
    error::Result,
    verbs::status::{self, WorktreeStatus},
    view::{self, json::StatusAnswer},
};

/// Show the state of this worktree and its tasks
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the active task for a shell prompt, followed by '!' if an operation was interrupted
    #[arg(long, conflicts_with_all = ["porcelain", "watch"])]
    prompt: bool,
    /// Print one stable 'key value' pair per line, for scripts
    #[arg(long)]
    porcelain: bool,
    /// Redraw on change until interrupted; poll every SECONDS
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "2", value_parser = seconds)]
    watch: Option<f64>,
}

/// Moves the cursor home, and erases the screen and what was scrolled off it.
const CLEAR: &str = "\x1b[H\x1b[2J\x1b[3J";

/// How many seconds to wait between two polls.
fn seconds(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(seconds) if (0.1..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("not a number of seconds between 0.1 and 86400".to_owned()),
    }
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    if args.prompt && !ctx.out.is_json() {
        let segment = ctx.call(status::prompt)?;
        if !segment.is_empty() {
            ctx.out.print(&format!("{segment}\n"))?;
        }
    } else if let Some(seconds) = args.watch {
        watch(ctx, &args, seconds)?;
    } else {
        print(ctx, &args, &ctx.call(status::status)?)?;
    }
    Ok(())
}

fn print(ctx: &Ctx, args: &Args, status: &WorktreeStatus) -> Result<()> {
    let text = || {
        if args.porcelain {
            return view::status::porcelain(status);
        }
        view::status::text(status, ctx.now(), ctx.style(), ctx.out.width())
    };
    ctx.out.answer(|| StatusAnswer::new(status), text)
}

/// What makes a redraw necessary, without ages and durations.
fn gist(status: &WorktreeStatus) -> (String, Vec<String>) {
    let answer = serde_json::to_string(&StatusAnswer::new(status)).unwrap_or_default();
    let tasks = status.active.iter().map(|(id, task)| {
        let task = task.as_ref().map(|task| (&task.title, task.status));
        format!("{id} {task:?}")
    });
    (answer, tasks.chain(status.in_progress.map(|operation| operation.what.to_owned())).collect())
}

/// Print the status, and again on every change. Ends with Ctrl-C, or when the output is closed.
///
/// On a terminal the screen is cleared each time; elsewhere an empty line separates the answers, and with `--json` each is a line.
fn watch(ctx: &Ctx, args: &Args, seconds: f64) -> Result<()> {
    let clears = io::stdout().is_terminal() && !ctx.out.is_json() && !args.porcelain;
    let mut last = None;
    loop {
        // What is half written just now is whole at the next poll; the first one has to work.
        match ctx.call(status::status) {
            Ok(status) => {
                let gist = Some(gist(&status));
                if gist != last {
                    if clears {
                        ctx.out.write(CLEAR.as_bytes())?;
                    } else if last.is_some() && !ctx.out.is_json() {
                        ctx.out.print("\n")?;
                    }
                    print(ctx, args, &status)?;
                    last = gist;
                }
            }
            Err(error) if last.is_none() => return Err(error),
            Err(_) => {}
        }
        if ctx.out.reader_is_gone() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_secs_f64(seconds));
    }
}
