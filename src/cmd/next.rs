//! `git agent next`: the task to do now.

use super::{change, start};
use crate::{
    context::Ctx,
    core::{
        event::{Claim, Payload},
        graph::Graph,
        id::TaskId,
        status::Status,
        summary::Summary,
        task::Task,
        time::Timestamp,
    },
    error::{Error, Result},
    exit,
    ledger::{Draft, View},
    output::json::{NextAnswer, NoNext},
};

/// Show the task to do now: ready, of the highest priority, unblocking most, oldest
///
/// With --claim it is held for this agent in the same step; of many agents that ask at once each gets another task.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Hold it, so that nobody else gets it
    #[arg(long)]
    claim: bool,
    /// Hold it and begin it
    #[arg(long)]
    start: bool,
    /// Only among the parts of this task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let (written, found) = ctx.write(|view| {
        let parent = args.parent.as_deref().map(|word| view.find(word)).transpose()?;
        let rows = view.summaries()?;
        let found = choose(&rows, parent.as_ref().map(|parent| &parent.id), ctx.now());
        let mut draft = Draft::nothing();
        if let Ok(id) = &found {
            if args.start {
                let task = existing(view, id)?;
                for payload in start::events(ctx, view, &task, false)? {
                    draft.and(id, payload);
                }
            } else if args.claim {
                draft.and(id, claim(ctx)?);
            }
        }
        Ok((draft, found))
    })?;
    let id = match found {
        Ok(id) => id,
        Err(reason) => return nothing(ctx, reason),
    };
    let task = match written.tasks.into_iter().next() {
        Some(task) => task,
        None => existing(&ctx.view()?, &id)?,
    };
    if args.start {
        start::activate(ctx, &id, false)?;
    }
    if ctx.out.is_json() {
        ctx.out.json(&NextAnswer::new(Ok(change::task_json(ctx, &task)?)))?;
        return Ok(exit::OK);
    }
    let style = super::list::style(ctx);
    let (named, title) = (style.id(id.as_str()), style.plain(&task.title));
    let said = match () {
        () if ctx.out.is_quiet() => id.to_string(),
        () if args.start => format!("Started {named} ({title})."),
        () if args.claim => format!("Claimed {named} ({title})."),
        () => format!("{named} {title}"),
    };
    ctx.out.print(&format!("{said}\n"))?;
    if !args.start {
        ctx.out.hint(format!("begin it with 'git agent start {id}'; 'git agent show {id}' tells more"));
    }
    Ok(exit::OK)
}

/// The event that claims a task for the actor.
pub(super) fn claim(ctx: &Ctx) -> Result<Payload> {
    let lease = ctx.repo()?.settings().lease();
    Ok(Payload::Claim(Claim { lease, ..Claim::default() }))
}

fn existing(view: &View<'_>, id: &TaskId) -> Result<Task> {
    view.task(id)?.ok_or_else(|| Error::bug(format!("task {id} is in the index only")))
}

/// The first of the ready tasks, or why there is none.
pub(super) fn choose(rows: &[Summary], parent: Option<&TaskId>, now: Timestamp) -> Result<TaskId, NoNext> {
    let graph = Graph::new(rows);
    let within = |task: &Summary| parent.is_none_or(|parent| is_within(&graph, task, parent));
    if let Some(first) = graph.ready(now).into_iter().find(|task| within(task)) {
        return Ok(first.id.clone());
    }
    let mut open = rows.iter().filter(|task| task.exists && within(task) && !task.status.is_closed()).peekable();
    Err(match () {
        () if !rows.iter().any(|task| task.exists && within(task)) => NoNext::None,
        () if open.peek().is_none() => NoNext::AllDone,
        () if open.any(|task| task.status == Status::InProgress || task.live_claim(now).is_some()) => {
            NoNext::AllClaimed
        }
        () => NoNext::AllBlocked,
    })
}

/// Whether `task` is a part of `feature`, at any depth.
pub(super) fn is_within(graph: &Graph<'_>, task: &Summary, feature: &TaskId) -> bool {
    let mut at = task;
    // A circle of parents can only come by a merge; its length bounds the walk.
    for _ in 0..graph.tasks().len() {
        match &at.parent {
            None => return false,
            Some(parent) if parent == feature => return true,
            Some(parent) => match graph.get(parent) {
                Some(parent) => at = parent,
                None => return false,
            },
        }
    }
    false
}

/// Say why there is nothing to do: an answer, not a failure.
fn nothing(ctx: &Ctx, reason: NoNext) -> Result<u8> {
    if ctx.out.is_json() {
        ctx.out.json(&NextAnswer::new(Err(reason)))?;
        return Ok(exit::OK);
    }
    let (said, hint) = match reason {
        NoNext::AllDone => ("Every task is completed or cancelled.", "'git agent log' tells what happened"),
        NoNext::AllClaimed => (
            "Whatever could be done is in somebody's hands.",
            "'git agent ready --explain' says who has what, and whose claim ran out",
        ),
        NoNext::AllBlocked => ("Whatever is left waits for something.", "'git agent ready --explain' says for what"),
        NoNext::None => ("There are no tasks.", "'git agent add <title>' makes one"),
    };
    ctx.out.status(said);
    ctx.out.hint(hint);
    Ok(exit::OK)
}
