//! `git agent brief`: what a fresh agent needs to go on, and no more.

use crate::{
    cmd::context::Ctx,
    error::{Result, exit},
    query::brief::{self, Question},
    view::brief::{LEAST_LINES, render},
};

/// Tell a fresh agent what it needs to go on: the state, the task, what was decided, what to do next
///
/// Markdown, in a bounded number of lines whatever the history. What seldom changes comes first, and nothing in it tells an
/// age: two briefs of one task begin with the same bytes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// About this task; the active one if not given
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// In at most so many lines (10 or more)
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = lines)]
    max_lines: usize,
}

fn lines(word: &str) -> Result<usize, String> {
    match word.parse() {
        Ok(lines) if (LEAST_LINES..=100_000).contains(&lines) => Ok(lines),
        _ => Err(format!("a brief has {LEAST_LINES} lines or more")),
    }
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let task = args.task.as_deref().map(|word| view.find(word)).transpose()?;
    let question = Question { task, active: ctx.active()?, us: ctx.holder()?, now: ctx.now() };
    let facts = brief::gather(&view, question)?;
    match ctx.out.is_json() {
        true => ctx.out.json(&brief::data(&facts))?,
        false => ctx.out.print(&render(&brief::page(&facts), args.max_lines))?,
    }
    Ok(exit::OK)
}
