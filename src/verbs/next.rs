//! The task to do now.

use super::{
    Caller,
    start::{self, Activate},
};
use crate::{
    domain::{
        event::{Claim, Payload},
        graph::Graph,
        id::TaskId,
        status::Status,
        table::{Row, Table},
        task::Task,
        time::Timestamp,
    },
    error::{Error, Result, codes},
    store::ledger::{Draft, View},
};

/// Which task is asked for, and what is done with it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// What is done with it.
    pub take: Take,
    /// The remote that decides, so that concurrent clones get different tasks.
    pub remote: Option<String>,
    /// Only among the parts of this task.
    pub parent: Option<String>,
}

/// What is done with the next task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Take {
    /// Nothing.
    #[default]
    Look,
    /// It is claimed.
    Claim,
    /// It is begun, and active in this worktree.
    Start,
}

/// Why there is no next task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTask {
    /// Every task is completed or cancelled.
    AllDone,
    /// Every task that could be done is claimed.
    AllClaimed,
    /// Every open task waits for something.
    AllBlocked,
    /// There are no tasks.
    None,
}

/// The task to do now: ready, of the highest priority, unblocking most, oldest; or why there is none.
///
/// # Errors
///
/// `remote-without-claim`, `task-not-found` for the parent, those of [`start::start`] and of the remote.
pub fn next(caller: &Caller, request: &Request) -> Result<Result<Task, NoTask>> {
    if request.remote.is_some() && request.take == Take::Look {
        let message = "--remote is about who gets the task, and nothing is claimed";
        return Err(Error::new(codes::REMOTE_WITHOUT_CLAIM, message).hint("say --claim or --start, too"));
    }
    let decide = |view: &View<'_>| {
        let parent = request.parent.as_deref().map(|word| view.find(word)).transpose()?;
        let table = view.table()?;
        let found = choose(&table, parent.as_ref().map(|parent| &parent.id), caller.now());
        let mut draft = Draft::nothing();
        if let Ok(id) = &found {
            let payload = match request.take {
                Take::Look => None,
                Take::Claim => Some(claim(caller)),
                Take::Start => start::event(caller, view, &existing(view, id)?, false)?,
            };
            payload.into_iter().for_each(|payload| draft.and(id, payload));
        }
        Ok((draft, found))
    };
    let (written, found) = match &request.remote {
        Some(remote) => caller.write_through(remote, decide)?,
        None => caller.write(decide)?,
    };
    let id = match found {
        Ok(id) => id,
        Err(why) => return Ok(Err(why)),
    };
    let task = match written.tasks.into_iter().next() {
        Some(task) => task,
        None => existing(&caller.view()?, &id)?,
    };
    if request.take == Take::Start {
        start::activate(caller, &id, Activate::Alone)?;
    }
    Ok(Ok(task))
}

/// The event that claims a task for the caller.
pub(super) fn claim(caller: &Caller) -> Payload {
    Payload::Claim(Claim { lease: caller.repo().settings().lease(), ..Claim::default() })
}

fn existing(view: &View<'_>, id: &TaskId) -> Result<Task> {
    view.task(id)?.ok_or_else(|| Error::bug(format!("task {id} is in the index only")))
}

/// The first of the ready tasks, or why there is none.
pub(super) fn choose(table: &Table, parent: Option<&TaskId>, now: Timestamp) -> Result<TaskId, NoTask> {
    let graph = Graph::new(table);
    let parent = parent.map(|parent| table.position(parent.as_str()));
    let within = |task: Row<'_>| parent.is_none_or(|parent| task.is_within(parent));
    if let Some(first) = graph.first_ready(now, within) {
        return Ok(first.id());
    }
    let tasks = || table.rows().filter(|task| task.exists() && within(*task));
    let mut open = tasks().filter(|task| !task.status().is_closed()).peekable();
    Err(if tasks().next().is_none() {
        NoTask::None
    } else if open.peek().is_none() {
        NoTask::AllDone
    } else if open.any(|task| task.status() == Status::InProgress || task.is_held(now)) {
        NoTask::AllClaimed
    } else {
        NoTask::AllBlocked
    })
}
