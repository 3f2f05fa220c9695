//! Choose the next task.

use super::{
    Caller, session,
    start::{self, Activate},
    uncommitted::{self, Uncommitted},
};
use crate::{
    domain::{
        event::{Claim, Payload},
        graph::{Graph, spell_cycle},
        id::TaskId,
        status::Status,
        table::{Row, Table},
        task::Task,
    },
    error::{Error, Result, codes},
    query::own,
    store::ledger::{Draft, View},
};

/// Which task is asked for, and what is done with it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What to do with the task that is found.
    pub take: Take,
    /// Claim on this remote, so that concurrent clones get different tasks.
    pub remote: Option<String>,
    /// Consider only subtasks of this task, at any depth.
    pub parent: Option<String>,
    /// Consider only tasks that have all of these labels.
    pub labels: Vec<String>,
}

/// What to do with the next task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Take {
    /// Only report it.
    #[default]
    Look,
    /// Claim it.
    Claim,
    /// Claim and start it, and make it the active task of this worktree.
    Start,
}

/// Why there is no next task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTask {
    /// Every task is completed or cancelled.
    AllDone,
    /// Every ready task is claimed.
    AllClaimed,
    /// Every open task is waiting or blocked.
    AllBlocked,
    /// The ledger has no tasks.
    None,
    /// This clone has no ledger; a remote has one.
    NoLedger,
}

/// The next task, and what was done with it.
#[derive(Clone, Debug)]
pub struct NextTask {
    /// The task after it was claimed or started.
    pub task: Task,
    /// The caller held it in this worktree, or left it in progress there.
    pub is_yours: bool,
    /// It was already started, and the attempt continues.
    pub goes_on: bool,
    /// The uncommitted paths, if it was started and another task was active before.
    pub uncommitted: Option<Uncommitted>,
}

/// The task to do now, or why there is none: what the caller holds in this worktree or left in progress there; then, of the ready ones,
/// that of the highest priority, unblocking most, oldest. A task that is claimed for later ([`Take::Claim`]) is always a new one.
///
/// # Errors
///
/// `remote-without-claim`, `task-not-found` for the parent, those of [`start::start`] and of the remote.
pub fn next(caller: &Caller, request: &Request) -> Result<Result<NextTask, NoTask>> {
    if request.remote.is_some() && request.take == Take::Look {
        let message = "--remote needs a claim, and nothing is claimed";
        return Err(Error::new(codes::REMOTE_WITHOUT_CLAIM, message).hint("add --claim or --start"));
    }
    let decide = |view: &View<'_>| {
        let parent = request.parent.as_deref().map(|word| view.find(word)).transpose()?;
        let parent = parent.as_ref().map(|parent| &parent.id);
        let mut draft = Draft::nothing();
        let mut found = choose(caller, view, &view.table()?, &Among { parent, labels: &request.labels }, request.take)?;
        if let Ok(choice) = &mut found {
            take(caller, view, choice, request.take, &mut draft)?;
        }
        Ok((draft, found))
    };
    let (written, found) = match &request.remote {
        Some(remote) => caller.write_through(remote, decide)?,
        None => caller.write(decide)?,
    };
    match found {
        Ok(choice) => {
            let mut next = taken(caller, written.tasks, &choice, request.take)?;
            uncommitted::settle(caller, std::iter::once(&mut next.uncommitted))?;
            Ok(Ok(next))
        }
        Err(why) => {
            warn_of_cycles(caller)?;
            let is_elsewhere = why == NoTask::None && caller.misses_ledger();
            Ok(Err(if is_elsewhere { NoTask::NoLedger } else { why }))
        }
    }
}

/// A task that was chosen.
pub(super) struct Choice {
    pub id: TaskId,
    /// See [`NextTask::is_yours`].
    pub is_yours: bool,
    /// See [`NextTask::goes_on`]; set by [`take`].
    pub goes_on: bool,
}

/// Put into `draft` what it takes to [`Take`] the task of `choice`.
pub(super) fn take(caller: &Caller, view: &View<'_>, choice: &mut Choice, take: Take, draft: &mut Draft) -> Result<()> {
    let payload = match take {
        Take::Look => None,
        Take::Claim => Some(claim(caller)),
        Take::Start => {
            let task = existing(view, &choice.id)?;
            choice.goes_on = task.attempt_open;
            start::begin(caller, &task, false)?
        }
    };
    payload.into_iter().for_each(|payload| draft.and(&choice.id, payload));
    Ok(())
}

/// The task that was chosen, as it is after `written`; active in this worktree if it was started. What is not committed is for
/// [`uncommitted::settle`].
pub(super) fn taken(caller: &Caller, written: Vec<Task>, choice: &Choice, take: Take) -> Result<NextTask> {
    let task = match written.into_iter().find(|task| task.id == choice.id) {
        Some(task) => task,
        None => existing(&caller.view()?, &choice.id)?,
    };
    // Other active tasks stay active.
    let mut uncommitted = None;
    if take == Take::Start && !caller.active()?.contains(&choice.id) {
        uncommitted = start::activate(caller, &choice.id, Activate::Alone)?.1;
    }
    Ok(NextTask { task, is_yours: choice.is_yours, goes_on: choice.goes_on, uncommitted })
}

/// Name the cycles that open tasks are in: they never become ready by themselves, and a merge can bring cycles.
fn warn_of_cycles(caller: &Caller) -> Result<()> {
    const NAMED: usize = 3;
    let table = caller.view()?.table()?;
    let graph = Graph::new(&table);
    let is_open = |id: &TaskId| graph.get(id).is_some_and(|row| !row.status().is_closed());
    let is_part =
        |part: &TaskId, feature: &TaskId| graph.get(part).and_then(Row::parent).is_some_and(|row| row.id() == *feature);
    for cycle in graph.cycles().iter().filter(|cycle| cycle.iter().all(is_open)).take(NAMED) {
        caller.warn(format!(
            "these tasks wait for each other: {}; 'git agent dep remove' or 'git agent edit --no-parent' breaks the cycle",
            spell_cycle(cycle, is_part)
        ));
    }
    Ok(())
}

/// The event that claims a task for the caller.
fn claim(caller: &Caller) -> Payload {
    let (session, worktree) = session::place(caller);
    Payload::Claim(Claim { lease: caller.repo().settings().lease(), session, worktree, ..Claim::default() })
}

fn existing(view: &View<'_>, id: &TaskId) -> Result<Task> {
    view.task(id)?.ok_or_else(|| Error::bug(format!("task {id} is only in the task index")))
}

/// Which tasks [`next`] considers.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Among<'a> {
    /// Only subtasks of this task.
    pub parent: Option<&'a TaskId>,
    /// Only tasks that have all of these labels.
    pub labels: &'a [String],
}

/// The task to do, of those `among` which it is sought, or why there is none.
pub(super) fn choose(
    caller: &Caller,
    view: &View<'_>,
    table: &Table,
    among: &Among<'_>,
    take: Take,
) -> Result<Result<Choice, NoTask>> {
    let (graph, now) = (Graph::new(table), caller.now());
    let parent = among.parent.map(|parent| table.position(parent.as_str()));
    let within = |task: Row<'_>| parent.is_none_or(|parent| task.is_within(parent)) && task.has_labels(among.labels);
    if take != Take::Claim {
        let own = own::find(view, table, &caller.active()?, &caller.holder()?, now)?;
        let can_go_on = |row: Row<'_>| within(row) && graph.is_workable(row);
        if let Some(task) = own.iter().find(|task| graph.get(&task.id).is_some_and(can_go_on)) {
            return Ok(Ok(Choice { id: task.id.clone(), is_yours: true, goes_on: false }));
        }
    }
    if let Some(first) = graph.first_ready(now, within) {
        return Ok(Ok(Choice { id: first.id(), is_yours: false, goes_on: false }));
    }
    let tasks = || table.rows().filter(|task| task.exists() && within(*task));
    let mut open = tasks().filter(|task| !task.status().is_closed()).peekable();
    Ok(Err(if tasks().next().is_none() {
        NoTask::None
    } else if open.peek().is_none() {
        NoTask::AllDone
    } else if open.any(|task| task.status() == Status::InProgress || task.is_held(now)) {
        NoTask::AllClaimed
    } else {
        NoTask::AllBlocked
    }))
}
