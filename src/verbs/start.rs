//! Begin a task, continue with it, or begin it again.

use super::{
    Caller, session, setup,
    task::{self, ChangedTask},
    uncommitted::{self, Uncommitted},
};
use crate::{
    domain::{
        event::{Payload, Start},
        graph::{Graph, Obstacle},
        id::TaskId,
        status::{Status, Verb},
        summary::Summary,
        table::Table,
        task::Task,
    },
    error::{Error, Result, codes},
    git::agent_host::{self, TASK_VARIABLE},
    hook,
    store::{active, ledger::View},
};

/// The task to start.
#[derive(Clone, Debug)]
pub struct Request {
    /// The task: its id or a unique prefix.
    pub task: String,
    /// Whether to make it the active task of this worktree.
    pub activate: Activate,
    /// Start it despite incomplete dependencies or open blockers.
    pub force: bool,
    /// Start it even if another session of the same agent host is working on it.
    pub take_over: bool,
}

/// Whether a started task becomes active in this worktree: commits are stamped with the active tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activate {
    /// It does not become active.
    No,
    /// It replaces the active tasks.
    #[default]
    Alone,
    /// It becomes active in addition to the active tasks.
    Also,
}

/// The result of [`start()`].
#[derive(Clone, Debug)]
pub struct Started {
    /// The task before and after.
    pub changed: ChangedTask,
    /// Tasks that are no longer active in this worktree; they stay in progress.
    pub replaced: Vec<TaskId>,
    /// The uncommitted paths, if another task was active in this worktree before.
    pub uncommitted: Option<Uncommitted>,
}

/// Start a task: claim it, record the commit that the work starts from, and stamp commits made in this worktree.
///
/// # Errors
///
/// `task-not-found`, `illegal-transition`, `task-claimed`, `task-not-ready`.
pub fn start(caller: &Caller, request: &Request) -> Result<Started> {
    let changed = task::change(caller, Some(&request.task), |view, task| {
        if !request.take_over {
            session::refuse_elsewhere(caller, task, "start")?;
        }
        event(caller, view, task, request.force)
    })?;
    session::warn_of_predecessor(caller, &changed.before);
    if !changed.wrote && request.activate != Activate::No {
        warn_of_worktrees(caller, &changed.task.id)?;
    }
    let (mut replaced, mut uncommitted) = activate(caller, &changed.task.id, request.activate)?;
    if !replaced.is_empty() {
        // Another worktree or clone may have ended or paused it.
        let view = caller.view()?;
        let is_open =
            |id: &TaskId| view.task(id).map(|task| task.is_some_and(|task| task.status == Status::InProgress));
        replaced.retain(|id| is_open(id).unwrap_or(true));
    }
    uncommitted::settle(caller, std::iter::once(&mut uncommitted))?;
    Ok(Started { changed, replaced, uncommitted })
}

/// Say in which other worktrees of this clone `id` is active, too: their commits are stamped with it as well.
fn warn_of_worktrees(caller: &Caller, id: &TaskId) -> Result<()> {
    for there in active::elsewhere(caller.repo(), id)? {
        let place = there.dir().display();
        caller
            .warn(format!("{id} is also the active task of '{place}': commits of both worktrees are stamped with it"));
    }
    Ok(())
}

/// The event that begins `task` now, or why it cannot be begun; `None` when this agent has it in progress.
fn event(caller: &Caller, view: &View<'_>, task: &Task, force: bool) -> Result<Option<Payload>> {
    let event = begin(caller, task, force)?;
    if event.is_some() && !force && task.status != Status::InProgress {
        refuse_obstacles(caller, view, task)?;
    }
    Ok(event)
}

/// The event that begins `task` now, whatever it waits for; `None` when this agent has it in progress.
pub(super) fn begin(caller: &Caller, task: &Task, force: bool) -> Result<Option<Payload>> {
    task::step(task, Verb::Start)?;
    let (us, now) = (caller.holder()?, caller.now());
    if let Some(claim) = &task.claim {
        if claim.stops(&us, now) {
            let message = format!("cannot start {}: {} holds it until {}", task.id, claim.holder_for(&us), claim.until);
            return Err(Error::new(codes::TASK_CLAIMED, message)
                .hint("'git agent next' finds another one")
                .hint(task::steal(task)));
        }
        let is_same_session = session::is_ours(caller, claim);
        if task.status == Status::InProgress && claim.is_of(&us) && claim.is_live(now) && is_same_session {
            return Ok(None);
        }
    }
    let head = caller.repo().head()?;
    let (session, worktree) = session::place(caller);
    Ok(Some(Payload::Start(Start {
        base: head.commit.map(|id| id.to_string()),
        branch: head.branch_name(),
        lease: Some(caller.repo().settings().lease()),
        force,
        session,
        worktree,
    })))
}

/// This many notes are read in less time than the rows of all tasks.
const FEW: usize = 16;

/// `task`, the tasks before it, and the features above them; `None` if they are many.
fn nearby(view: &View<'_>, task: &Summary) -> Result<Option<Table>> {
    let mut rows = vec![task.clone()];
    let mut open: Vec<TaskId> = task.after.iter().chain(&task.parent).cloned().collect();
    while let Some(id) = open.pop() {
        if rows.iter().any(|row| row.id == id) {
            continue;
        }
        if rows.len() > FEW {
            return Ok(None);
        }
        let Some(near) = view.task(&id)? else { continue };
        open.extend(near.parent.clone());
        rows.push(Summary::of(&near));
    }
    Ok(Some(Table::of(&rows)))
}

/// Refuse while tasks before it, or blockers, are open, or a feature above it is cancelled.
fn refuse_obstacles(caller: &Caller, view: &View<'_>, task: &Task) -> Result<()> {
    let pending = Summary { status: Status::Pending, ..Summary::of(task) };
    let obstacles_in = |table: &Table| {
        let mut obstacles = Graph::new(table).obstacles(&pending, caller.now());
        let passes = |obstacle: &Obstacle| {
            matches!(obstacle, Obstacle::Claimed { .. } | Obstacle::Subtasks(_) | Obstacle::PutOff(_))
        };
        obstacles.retain(|obstacle| !passes(obstacle));
        obstacles
    };
    if nearby(view, &pending)?.is_some_and(|near| obstacles_in(&near).is_empty()) {
        return Ok(());
    }
    // Only the whole graph has the originals of duplicates, and cycles.
    let obstacles = obstacles_in(&view.table()?);
    if obstacles.is_empty() {
        return Ok(());
    }
    let cancelled = obstacles.iter().find_map(|obstacle| match obstacle {
        Obstacle::Cancelled(feature) => Some(format!("to reopen the feature: git agent reopen {feature}")),
        _ => None,
    });
    let obstacles: Vec<String> = obstacles.iter().map(ToString::to_string).collect();
    Err(Error::new(codes::TASK_NOT_READY, format!("cannot start {}: {}", task.id, obstacles.join("; ")))
        .hints(cancelled)
        .hint("'git agent next' finds a task that is ready")
        .hint(format!("to start it anyway: git agent start {} --force", task.id)))
}

/// Make `id` active in this worktree; answers the tasks that no longer are, and what is not committed if a task was active here before, also
/// one that ended: for [`uncommitted::settle`].
pub(super) fn activate(caller: &Caller, id: &TaskId, activate: Activate) -> Result<(Vec<TaskId>, Option<Uncommitted>)> {
    if activate == Activate::No {
        return Ok((Vec::new(), None));
    }
    let repo = caller.repo();
    let before = session::active_before(caller)?;
    let ended = || active::ended::read(repo).map(|ended| ended.task);
    let last = before.first().cloned().or_else(|| session::tasks_of_others(caller).into_iter().next()).or_else(ended);
    let also = activate == Activate::Also;
    active::set(repo, id, also)?;
    session::bind(caller, id, also);
    hook::note_limit(repo);
    if agent_host::named_task().is_some_and(|named| named != id.as_str()) {
        caller.warn(format!("{TASK_VARIABLE} is set and overrides the active task of this worktree"));
    }
    setup::warn_of_hooks(caller)?;
    if also && !before.is_empty() {
        return Ok((Vec::new(), None));
    }
    let left = last.filter(|last| last != id).and_then(|last| Uncommitted::by(caller, &last));
    Ok((before.into_iter().filter(|other| other != id).collect(), left))
}
