//! `git agent complete`: a task is done.

use serde_json::Value;

mod require_verification;

use super::next;
use crate::{
    cmd::{
        context::{Ctx, many_lines},
        task_change,
    },
    domain::{
        event::{Complete, Payload},
        graph::{Graph, Obstacle},
        id::TaskId,
        status::{Status, Verb},
        summary::Summary,
        table::Row,
        task::{Outcome, Task},
        time::Timestamp,
    },
    error::{Error, Result, codes, exit},
    store::{
        active,
        ledger::{Draft, View},
    },
    view::{
        json::{CompleteAnswer, NoNext},
        sanitize,
    },
};

/// Mark a task as completed
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix (default: the active task)
    task: Option<String>,
    /// Result of the task, as text or JSON (object, array or string); '-' reads standard input
    #[arg(long, value_name = "TEXT|JSON")]
    result: Option<String>,
    /// Run CMD (default: 'agent.verify') first, and complete the task only if it succeeds
    #[arg(long, value_name = "CMD", num_args = 0..=1)]
    verify: Option<Option<String>>,
    /// Also claim the next ready task
    #[arg(long)]
    next: bool,
    /// Complete despite open dependencies, subtasks or blockers, or a missing verification
    #[arg(long)]
    force: bool,
}

/// What the ledger said when the task was completed.
struct Completed {
    id: TaskId,
    before: Task,
    unblocked: Vec<Summary>,
    next: Option<Result<TaskId, NoNext>>,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let result = args.result.as_deref().map(|text| many_lines("result", text)).transpose()?.map(|text| value(&text));
    require_verification::require(ctx, &args, result.as_ref())?;
    let (written, done) = ctx.write(|view| complete(ctx, view, &args, result.as_ref()))?;
    active::clear(ctx.repo()?, &done.id)?;
    ctx.display(std::slice::from_ref(&done.id));
    let after = written.tasks.iter().find(|task| task.id == done.id).unwrap_or(&done.before);
    let claimed = written.tasks.iter().find(|task| task.id != done.id);
    if ctx.out.is_json() {
        let unblocked = done.unblocked.iter().map(|row| row.id.to_string()).collect();
        let next = claimed.map(|task| task_change::task_json(ctx, task)).transpose()?;
        ctx.out.json(&CompleteAnswer::new(task_change::task_json(ctx, after)?, unblocked, next))?;
        return Ok(exit::OK);
    }
    let wrote = done.before.status != Status::Completed;
    task_change::answer(ctx, after, || match wrote {
        true => format!("Completed {}.", task_change::name(after)),
        false => format!("{} is completed already, with the same result.", task_change::name(after)),
    })?;
    for row in &done.unblocked {
        ctx.out.print(&format!("Ready now: {}\n", sanitize::line(&task_change::named(&row.id, &row.title))))?;
    }
    match (claimed, done.next) {
        (Some(task), _) => {
            ctx.out.print(&format!("Claimed {}.\n", sanitize::line(&task_change::name(task))))?;
            ctx.out.hint(format!("begin it with 'git agent start {}'", task.id));
        }
        (None, Some(Err(NoNext::AllDone))) => ctx.out.status("Every task is completed or cancelled."),
        (None, Some(Err(_))) => ctx.out.status("No other task is ready; 'git agent ready --explain' says why."),
        (None, _) => {}
    }
    if wrote {
        ctx.out.hint(format!("take it up again with 'git agent reopen {}'", done.id));
    }
    Ok(exit::OK)
}

/// JSON if it looks like JSON and is, else the text itself.
fn value(text: &str) -> Value {
    match text.trim_start().starts_with(['{', '[', '"']) {
        true => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        false => Value::String(text.to_owned()),
    }
}

fn complete(ctx: &Ctx, view: &View<'_>, args: &Args, result: Option<&Value>) -> Result<(Draft, Completed)> {
    let task = ctx.task(view, args.task.as_deref())?;
    let now = ctx.now();
    let mut draft = Draft::nothing();
    let mut table = view.table()?;
    let graph = Graph::new(&table);
    let mut unblocked = Vec::new();
    if task.status == Status::Completed && is_same(view, &task, result) {
        // Said before; a retry is a success that changes nothing.
    } else {
        task_change::step(&task, Verb::Complete)?;
        if !args.force {
            refuse_obstacles(&graph, &task, now)?;
        }
        draft.and(&task.id, Payload::Complete(Complete { result: result.cloned(), stored: None, force: args.force }));
        unblocked = graph.unblocked_by(&task.id, now).into_iter().map(Row::summary).collect();
        if args.next {
            table.put_row(&Summary { status: Status::Completed, claim: None, ..Summary::of(&task) });
        }
    }
    let next = args.next.then(|| next::choose(&table, None, now));
    if let Some(Ok(id)) = &next {
        draft.and(id, next::claim(ctx)?);
        draft.message = format!("complete {}, claim {id}", task.id);
    }
    Ok((draft, Completed { id: task.id.clone(), before: task, unblocked, next }))
}

/// Whether the task was completed with exactly this result.
fn is_same(view: &View<'_>, task: &Task, result: Option<&Value>) -> bool {
    match (&task.result, result) {
        (_, None) => true,
        (Some(Outcome::Value(before)), Some(now)) => before == now,
        (Some(Outcome::Stored(before)), Some(now)) => {
            let before = view.text(before);
            now.as_str().map_or_else(|| now.to_string(), ToOwned::to_owned) == before
        }
        (None, Some(_)) => false,
    }
}

/// Refuse while tasks before it, its parts, or blockers are open.
fn refuse_obstacles(graph: &Graph<'_>, task: &Task, now: Timestamp) -> Result<()> {
    let pending = Summary { status: Status::Pending, claim: None, ..Summary::of(task) };
    let obstacles: Vec<Obstacle> = graph.obstacles(&pending, now);
    if obstacles.is_empty() {
        return Ok(());
    }
    let said: Vec<String> = obstacles.iter().map(crate::view::tasks::obstacle_text).collect();
    Err(Error::new(codes::TASK_NOT_READY, format!("cannot complete {}: {}", task.id, said.join("; ")))
        .hint("complete or remove what it waits for: 'git agent unblock', 'git agent dep remove'")
        .hint(format!("to complete it all the same: git agent complete {} --force", task.id)))
}
