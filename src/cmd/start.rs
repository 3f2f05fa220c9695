//! `git agent start`: begin a task, go on with it, or begin it again.

use crate::{
    cmd::{context::Ctx, task_change},
    domain::{
        event::{Payload, Start},
        graph::{Graph, Obstacle},
        id::TaskId,
        status::{Status, Verb},
        summary::Summary,
        task::Task,
    },
    error::{Error, Result, codes, exit},
    hook,
    store::{active, ledger::View},
    view::{relative_time, sanitize},
};

/// Start a task: claim it, record the commit the work starts from, and stamp new commits of this worktree
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Task id or unique prefix
    task: String,
    /// Do not make it the active task of this worktree
    #[arg(long)]
    no_activate: bool,
    /// Keep the current active task active as well
    #[arg(long, conflicts_with = "no_activate")]
    also: bool,
    /// Start despite incomplete dependencies or open blockers
    #[arg(long)]
    force: bool,
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let changed = task_change::change(ctx, Some(&args.task), |view, task| events(ctx, view, task, args.force))?;
    let task = &changed.task;
    let replaced = if args.no_activate { Vec::new() } else { activate(ctx, &task.id, args.also)? };
    let us = ctx.holder()?;
    task_change::answer(ctx, task, || {
        said(&changed.before, task, changed.wrote) + &task_change::taken_over(&changed.before, task, &us)
    })?;
    for other in replaced {
        ctx.out.status(format!("{other} is no longer the active task of this worktree; it stays in progress."));
    }
    for failure in &changed.before.failures {
        let reason = ctx.view()?.text(&failure.reason);
        let when = relative_time::ago(ctx.now(), failure.at);
        ctx.out.status(format!(
            "Attempt {} by {} failed {when}: {}",
            failure.attempt,
            failure.by,
            sanitize::lines(&reason)
        ));
    }
    if changed.wrote {
        ctx.out.hint(format!("put it down again with 'git agent pause {}'", task.id));
    }
    Ok(exit::OK)
}

/// The events that begin `task` now, or why it cannot be begun.
pub(super) fn events(ctx: &Ctx, view: &View<'_>, task: &Task, force: bool) -> Result<Vec<Payload>> {
    task_change::step(task, Verb::Start)?;
    let (us, now) = (ctx.holder()?, ctx.now());
    if let Some(claim) = &task.claim {
        if claim.stops(&us, now) {
            return Err(Error::new(
                codes::TASK_CLAIMED,
                format!("cannot start {}: {} holds it until {}", task.id, claim.holder_for(&us), claim.until),
            )
            .hint("'git agent next' finds another one")
            .hint(format!("to take it over: git agent claim {} --steal --reason <why>", task.id)));
        }
        if task.status == Status::InProgress && claim.is_of(&us) && claim.is_live(now) {
            return Ok(Vec::new());
        }
    }
    if !force && task.status != Status::InProgress {
        refuse_obstacles(view, task, now)?;
    }
    let head = ctx.repo()?.head()?;
    Ok(vec![Payload::Start(Start {
        base: head.commit.map(|id| id.to_string()),
        branch: head.branch_name(),
        lease: Some(ctx.repo()?.settings().lease()),
        force,
    })])
}

/// So many notes are read in less time than the rows of all tasks.
const FEW: usize = 16;

/// Whether every task before it is completed.
fn all_completed(view: &View<'_>, task: &Task) -> Result<bool> {
    for id in &task.after {
        if view.task(id)?.is_none_or(|before| before.status != Status::Completed) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuse while tasks before it, or blockers, are open.
fn refuse_obstacles(view: &View<'_>, task: &Task, now: crate::domain::time::Timestamp) -> Result<()> {
    if task.blockers.is_empty() && task.after.len() <= FEW && all_completed(view, task)? {
        return Ok(());
    }
    let table = view.table()?;
    let graph = Graph::new(&table);
    let pending = Summary { status: Status::Pending, ..Summary::of(task) };
    let obstacles: Vec<String> = graph
        .obstacles(&pending, now)
        .iter()
        .filter(|obstacle| !matches!(obstacle, Obstacle::Claimed { .. } | Obstacle::Subtasks(_)))
        .map(crate::view::tasks::obstacle_text)
        .collect();
    if obstacles.is_empty() {
        return Ok(());
    }
    Err(Error::new(codes::TASK_NOT_READY, format!("cannot start {}: {}", task.id, obstacles.join("; ")))
        .hint("'git agent next' finds a task that is ready")
        .hint(format!("to begin it all the same: git agent start {} --force", task.id)))
}

/// Make `id` active here; returns the tasks that no longer are.
pub(super) fn activate(ctx: &Ctx, id: &TaskId, also: bool) -> Result<Vec<TaskId>> {
    let repo = ctx.repo()?;
    let before = active::pointed(repo)?;
    active::set(repo, id, also)?;
    hook::note_limit(repo);
    if std::env::var_os(active::VARIABLE).is_some_and(|set| !set.is_empty() && set != id.as_str()) {
        ctx.out.warn(format!("{} is set and goes before the active task of this worktree", active::VARIABLE));
    }
    if let Some(why) = hook::install::missing_here(repo) {
        ctx.out.warn(format!("commits in this worktree are not stamped: {why}; run 'git agent init' here"));
    }
    Ok(if also { Vec::new() } else { before.into_iter().filter(|other| other != id).collect() })
}

fn said(before: &Task, task: &Task, wrote: bool) -> String {
    let name = task_change::name(task);
    match () {
        () if !wrote => format!("{name} is in progress already; it is the active task."),
        () if before.status == Status::InProgress => format!("Took over {name}."),
        () if before.attempt_open => format!("Went on with {name}."),
        () if task.attempts > 1 => format!("Started {name}, attempt {}.", task.attempts),
        () => format!("Started {name}."),
    }
}
