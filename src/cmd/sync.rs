//! `git agent sync`: bring the ledgers of this clone and a remote together.

use super::{Ctx, operation_output};
use crate::{
    domain::id::TaskId,
    error::Result,
    sync::{Direction, Synced},
    verbs::{self, sync},
    view::{json::SyncAnswer, list, sanitize::plural},
};

/// Fetch tasks from a remote, merge them, and push the result
///
/// A dry run asks the remote, downloads objects as 'git fetch --dry-run' does, and moves no ref: not those of the ledger, of the
/// remote's ledger as last fetched, or of the notes on commits. Hooks of the remote do not run, so they may still refuse the push.
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
    /// Show what would be received and pushed, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(ctx: &Ctx, args: Args) -> Result<()> {
    let direction = match (args.fetch_only, args.push_only) {
        (true, _) => Direction::Fetch,
        (_, true) => Direction::Push,
        _ => Direction::Both,
    };
    let request = sync::Request { remote: args.remote, direction, dry_run: args.dry_run };
    let answer = ctx.call(|caller| verbs::sync::sync(caller, &request))?;
    if ctx.out.is_json() {
        return ctx.out.json(&SyncAnswer::new(&answer, request.dry_run));
    }
    let (remote, synced) = (&answer.remote, &answer.synced);
    tell(ctx, remote, &request, synced);
    let text = if request.dry_run { would(remote, direction, synced) } else { did(remote, direction, synced) };
    operation_output::print(ctx, &text)?;
    for task in synced.rivals.iter().take(NAMED) {
        let rivals = list(task.rivals.iter().map(|rival| format!("'{}' by {}", rival.title, rival.by)));
        let by = task.created_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        let when = if request.dry_run { "after the sync, " } else { "" };
        ctx.out.warn(format!(
            "{0} was added for different work: '{1}'{by}, and {rivals}; {when}to give the latter its own id: git agent edit {0} --split",
            task.id, task.title
        ));
    }
    for id in &synced.claims_lost {
        let then = match request.dry_run {
            true => "the sync would end your claim".to_owned(),
            false => format!("'git agent show {id}' shows who"),
        };
        ctx.out.warn(format!("another agent claimed {id} before you; {then}"));
    }
    Ok(())
}

/// How many notes are named one by one.
const NAMED: usize = 10;

/// What came from `remote`, and whether something went there.
fn did(remote: &str, direction: Direction, synced: &Synced) -> String {
    let came = plural(synced.merged_events, "event");
    let tasks = plural(synced.tasks_changed.len(), "task");
    let pushed = match synced.pushed {
        true => ", pushed local events",
        false if direction == Direction::Fetch => "",
        false => ", nothing to push",
    };
    format!("Synced with {remote}: {came} in {tasks} received{pushed}.\n")
}

/// The same for a dry run.
fn would(remote: &str, direction: Direction, synced: &Synced) -> String {
    let mut tasks: Vec<&TaskId> = synced.tasks_changed.iter().collect();
    tasks.sort_unstable();
    let receive = match tasks.as_slice() {
        // The remote is not asked what it has as long as it would accept the push.
        [] if direction == Direction::Push => String::new(),
        [] => format!("Nothing to receive from {remote}.\n"),
        tasks => {
            let (events, count) = (plural(synced.merged_events, "event"), plural(tasks.len(), "task"));
            format!("Would receive {events} in {count} from {remote}: {}.\n", list(tasks))
        }
    };
    let push = match synced.pushed {
        true => format!("Would push local events to {remote}.\n"),
        false if direction == Direction::Fetch => String::new(),
        false => format!("Nothing to push to {remote}.\n"),
    };
    receive + &push
}

/// Warn of what the remote lost, and of notes that could not be merged.
fn tell(ctx: &Ctx, remote: &str, request: &sync::Request, synced: &Synced) {
    let back = match (synced.pushed, request.dry_run) {
        (true, true) => "kept, and would be pushed back",
        (true, false) => "kept, and pushed back",
        (false, _) => "kept",
    };
    for loss in synced.dropped.iter().take(NAMED) {
        ctx.out.warn(format!("{remote} dropped {} of {}; {back}", plural(loss.events, "event"), loss.note));
    }
    if synced.dropped.len() > NAMED {
        let rest = &synced.dropped[NAMED..];
        let events = plural(rest.iter().map(|loss| loss.events).sum(), "event");
        ctx.out.warn(format!("{remote} dropped {events} of {} more; {back}", plural(rest.len(), "note")));
    }
    if synced.vanished && request.direction != Direction::Push {
        ctx.out.warn(format!("{remote} no longer has a ledger; {back}"));
    }
    let kept = if request.dry_run { "would be kept" } else { "are kept" };
    for (task, blob) in synced.apart.iter().take(NAMED) {
        ctx.out.warn(format!(
            "the events of {task} here and at {remote} together exceed the limit of a note: those of the smaller note {kept} \
but have no effect; 'git cat-file blob {blob}' prints them"
        ));
    }
}
