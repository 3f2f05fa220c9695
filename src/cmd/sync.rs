//! `git agent sync`: bring the ledgers of this clone and a remote together.

use super::Ctx;
use crate::{
    error::Result,
    sync::{Direction, Synced},
    verbs::{self, sync},
    view::{json::SyncAnswer, list, sanitize::plural},
};

/// Fetch tasks from a remote, merge them, and push the result
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Remote (default: the upstream's, or origin)
    remote: Option<String>,
    /// Do not push
    #[arg(long, conflicts_with = "push_only")]
    fetch_only: bool,
    /// Do not fetch
    #[arg(long)]
    push_only: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let direction = match (args.fetch_only, args.push_only) {
        (true, _) => Direction::Fetch,
        (_, true) => Direction::Push,
        _ => Direction::Both,
    };
    let request = sync::Request { remote: args.remote, direction };
    let answer = ctx.call(|caller| verbs::sync::sync(caller, &request))?;
    if ctx.out.is_json() {
        return ctx.out.json(&SyncAnswer::new(&answer));
    }
    let sync::Answer { remote, synced } = answer;
    tell(ctx, &remote, direction, &synced);
    let came = plural(synced.merged_events, "event");
    let tasks = plural(synced.tasks_changed.len(), "task");
    let pushed = if synced.pushed { "pushed local events" } else { "nothing to push" };
    ctx.out.print(&format!("Synced with {remote}: {came} in {tasks} received, {pushed}.\n"))?;
    for task in synced.rivals.iter().take(NAMED) {
        let rivals = list(task.rivals.iter().map(|rival| format!("'{}' by {}", rival.title, rival.by)));
        let by = task.created_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        ctx.out.warn(format!(
            "{0} was added for different work: '{1}'{by}, and {rivals}; to give the latter its own id: git agent edit {0} --split",
            task.id, task.title
        ));
    }
    for id in &synced.claims_lost {
        ctx.out.warn(format!("another agent claimed {id} before you; 'git agent show {id}' shows who"));
    }
    Ok(())
}

/// How many notes are named one by one.
const NAMED: usize = 10;

/// Warn of what the remote lost, and of notes that could not be merged.
fn tell(ctx: &Ctx, remote: &str, direction: Direction, synced: &Synced) {
    let back = if synced.pushed { "kept, and pushed back" } else { "kept" };
    for loss in synced.dropped.iter().take(NAMED) {
        ctx.out.warn(format!("{remote} dropped {} of {}; {back}", plural(loss.events, "event"), loss.note));
    }
    if synced.dropped.len() > NAMED {
        let rest = &synced.dropped[NAMED..];
        let events = plural(rest.iter().map(|loss| loss.events).sum(), "event");
        ctx.out.warn(format!("{remote} dropped {events} of {} more; {back}", plural(rest.len(), "note")));
    }
    if synced.vanished && direction != Direction::Push {
        ctx.out.warn(format!("{remote} no longer has a ledger; {back}"));
    }
    for (task, blob) in synced.apart.iter().take(NAMED) {
        ctx.out.warn(format!(
            "the events of {task} here and at {remote} together exceed the limit of a note: those of the smaller note are kept \
but have no effect; 'git cat-file blob {blob}' prints them"
        ));
    }
}
