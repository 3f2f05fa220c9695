//! `git agent next`: the task to do now.

use super::start;
use crate::{
    cmd::{context::Ctx, task_change},
    domain::{
        event::{Claim, Payload},
        graph::Graph,
        id::TaskId,
        status::Status,
        table::{Row, Table},
        task::Task,
        time::Timestamp,
    },
    error::{Error, Result, codes, exit},
    store::ledger::{Draft, View},
    verbs::list::is_within,
    view::json::{NextAnswer, NoNext},
};

/// Show the next task to work on
///
/// Ready tasks are ordered by priority, then by how many tasks they unblock, then by age. With --claim, concurrent agents
/// each get a different task.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Claim the task
    #[arg(long)]
    claim: bool,
    /// Claim and start the task
    #[arg(long)]
    start: bool,
    /// Claim on this remote, so that concurrent clones each get a different task
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// Consider only subtasks of this task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    if args.remote.is_some() && !args.claim && !args.start {
        return Err(Error::new(
            codes::REMOTE_WITHOUT_CLAIM,
            "--remote is about who gets the task, and nothing is claimed",
        )
        .hint("say --claim or --start, too"));
    }
    let decide = |view: &View<'_>| {
        let parent = args.parent.as_deref().map(|word| view.find(word)).transpose()?;
        let table = view.table()?;
        let found = choose(&table, parent.as_ref().map(|parent| &parent.id), ctx.now());
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
    };
    let (written, found) = match &args.remote {
        Some(remote) => ctx.write_through(remote, decide)?,
        None => ctx.write(decide)?,
    };
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
        ctx.out.json(&NextAnswer::new(Ok(task_change::task_json(ctx, &task)?)))?;
        return Ok(exit::OK);
    }
    let style = ctx.style();
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
pub(super) fn choose(table: &Table, parent: Option<&TaskId>, now: Timestamp) -> Result<TaskId, NoNext> {
    let graph = Graph::new(table);
    let parent = parent.map(|parent| table.position(parent.as_str()));
    let within = |task: Row<'_>| parent.is_none_or(|parent| is_within(task, parent));
    if let Some(first) = graph.first_ready(now, within) {
        return Ok(first.id());
    }
    let tasks = table.rows().filter(|task| task.exists() && within(*task));
    let mut open = tasks.clone().filter(|task| !task.status().is_closed()).peekable();
    Err(match () {
        () if tasks.clone().next().is_none() => NoNext::None,
        () if open.peek().is_none() => NoNext::AllDone,
        () if open.any(|task| task.status() == Status::InProgress || task.is_held(now)) => NoNext::AllClaimed,
        () => NoNext::AllBlocked,
    })
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
