//! `git agent status --watch`: again whenever something has changed.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use super::{Args, Found, print};
use crate::{
    cmd::context::Ctx,
    error::{Result, exit},
};

/// Moves the cursor home, and erases the screen and what was scrolled off it.
const CLEAR: &str = "\x1b[H\x1b[2J\x1b[3J";

/// How many seconds to wait between two looks.
pub(super) fn seconds(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        Ok(seconds) if (0.1..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("that is no number of seconds between 0.1 and 86400".to_owned()),
    }
}

/// What somebody would see change. Ages and durations are not in it: they change by themselves.
fn gist(found: &Found) -> (String, Vec<String>) {
    let answer = serde_json::to_string(&found.answer).unwrap_or_default();
    let tasks = found.active.iter().map(|(id, task)| {
        let task = task.as_ref().map(|task| (&task.title, task.status));
        format!("{id} {task:?}")
    });
    let unfinished = found.in_progress.map(|operation| operation.what.to_owned());
    (answer, tasks.chain(unfinished).collect())
}

/// Print the status, and again whenever something has changed. Ends with Ctrl-C, or when nobody reads any more.
///
/// On a terminal the screen is cleared each time; elsewhere the answers are set apart by an empty line, and with `--json` each is a
/// line of its own.
pub(super) fn watch(ctx: &Ctx, args: &Args, seconds: f64) -> Result<u8> {
    let clears = io::stdout().is_terminal() && !ctx.out.is_json() && !args.porcelain;
    let mut last = None;
    loop {
        // What is half written just now is whole at the next look; the first one has to work.
        match Found::now(ctx) {
            Ok(found) => {
                let gist = Some(gist(&found));
                if gist != last {
                    match (clears, &last) {
                        (true, _) => ctx.out.write(CLEAR.as_bytes())?,
                        (false, Some(_)) if !ctx.out.is_json() => ctx.out.print("\n")?,
                        _ => {}
                    }
                    print(ctx, args, &found)?;
                    last = gist;
                }
            }
            Err(error) if last.is_none() => return Err(error),
            Err(_) => {}
        }
        if ctx.out.reader_is_gone() {
            return Ok(exit::OK);
        }
        std::thread::sleep(Duration::from_secs_f64(seconds));
    }
}
