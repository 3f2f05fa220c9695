//! `git agent unblock`: resolve blockers.

use super::{Ctx, task_change};
use crate::{
    error::Result,
    verbs::task::{self, Act, Blockers, ChangedTask},
    view::sanitize::plural,
};

/// Resolve a blocker
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task ids or unique prefixes (default: the active task); with one task, the blocker to resolve may follow
    #[arg(value_name = "TASK")]
    words: Vec<String>,
    /// Resolve all blockers of the task
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let mut words = args.words;
    let blockers = match words.as_slice() {
        _ if args.all => Blockers::All,
        // What begins no blocker of the first task is another task.
        [task, word] if is_blocker(ctx, task, word)? => Blockers::Named(words.pop().unwrap_or_default()),
        _ => Blockers::Only,
    };
    let act = Act::Unblock(blockers);
    let changed = ctx.call(|caller| task::act_on(caller, &words, &act))?;
    task_change::answer_each(ctx, &changed, |ChangedTask { task, .. }| match task.blockers.len() {
        0 => format!("Nothing blocks {} any more.", task.name()),
        left => format!("{} still block {}.", plural(left, "blocker"), task.name()),
    })
}

/// Whether `word` is a blocker of the task `task` and not a task: it begins the id of one and is the id of no task, or names no task.
fn is_blocker(ctx: &Ctx, task: &str, word: &str) -> Result<bool> {
    let view = ctx.view()?;
    let is_begun = view.find(task)?.blockers.iter().any(|blocker| blocker.id.starts_with(word));
    let named = view.find(word).ok();
    Ok(named.is_none_or(|named| is_begun && named.id.as_str() != word))
}
