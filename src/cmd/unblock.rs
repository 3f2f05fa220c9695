//! `git agent unblock`: what stood in the way is gone.

use crate::{
    cmd::{context::Ctx, task_change},
    domain::{
        event::{Payload, Unblock},
        task::Task,
    },
    error::{Error, Result, codes, exit},
    view::sanitize::plural,
};

/// Resolve a blocker
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Id of the blocker; optional if there is only one
    blocker: Option<String>,
    /// Resolve all blockers of the task
    #[arg(long, conflicts_with = "blocker")]
    all: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let changed = task_change::change(ctx, args.task.as_deref(), |_, task| {
        let blockers = chosen(task, args.blocker.as_deref(), args.all)?;
        Ok(if blockers.is_empty() { Vec::new() } else { vec![Payload::Unblock(Unblock { blockers })] })
    })?;
    let task = &changed.task;
    let left = task.blockers.len();
    task_change::answer(ctx, task, || match left {
        0 => format!("Nothing blocks {} any more.", task_change::name(task)),
        _ => format!("{} still block {}.", plural(left, "blocker"), task_change::name(task)),
    })?;
    Ok(exit::OK)
}

/// The ids of the blockers that are meant.
fn chosen(task: &Task, word: Option<&str>, all: bool) -> Result<Vec<String>> {
    let ids = || task.blockers.iter().map(|blocker| blocker.id.clone());
    let list = || task.blockers.iter().map(|blocker| format!("{}: {}", blocker.id, blocker.text.preview()));
    match word {
        Some(word) => match ids().filter(|id| id == word || id.starts_with(word)).collect::<Vec<_>>() {
            found if found.len() == 1 => Ok(found),
            _ => Err(Error::new(
                codes::BLOCKER_NOT_FOUND,
                format!("{} has no blocker '{}'", task.id, word.escape_debug()),
            )
            .hints(list())),
        },
        None if all || task.blockers.len() <= 1 => Ok(ids().collect()),
        None => Err(Error::new(codes::BLOCKER_AMBIGUOUS, format!("{} has {} blockers", task.id, task.blockers.len()))
            .hints(list())
            .hint("name one of them, or say --all")),
    }
}
