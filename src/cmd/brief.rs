//! `git agent brief`: what a new agent needs to continue, and no more.

use super::Ctx;
use crate::{
    error::Result,
    verbs::brief,
    view::{
        brief::{LEAST_LINES, page, render},
        json::BriefAnswer,
    },
};

/// Summarize what a new agent needs to continue: state, task, decisions, next steps
///
/// Prints Markdown of bounded length, however long the history is. Stable parts come first and ages are omitted, so that
/// successive briefs of a task share a prefix that a model can cache.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Summarize this task (default: the active task)
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Print at most N lines, at least 10
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = lines)]
    max_lines: usize,
}

fn lines(word: &str) -> Result<usize, String> {
    match word.parse() {
        Ok(lines) if lines >= LEAST_LINES => Ok(lines),
        Ok(_) => Err(format!("a brief has at least {LEAST_LINES} lines")),
        Err(_) => Err(format!("it is not a number from {LEAST_LINES} upwards")),
    }
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let facts = ctx.call(|caller| brief::brief(caller, &brief::Request { task: args.task }))?;
    ctx.out.answer(|| BriefAnswer::new(&facts), || render(&page(&facts), args.max_lines))
}
