//! Which task a worktree is working on: `refs/worktree/agent/active`, a pointer to the task's anchor blob.
//!
//! A ref of the worktree, so that two worktrees never mix; it points into the ledger's history, so that no gc takes its
//! target. Tasks that are active besides it (`start --also`) are `refs/worktree/agent/also/<id>`.

use bstr::ByteSlice as _;

use crate::{
    domain::{id::TaskId, note, status::Status, time::Timestamp},
    error::{Error, Result, codes},
    git::{
        ObjectId, RefChange, RefError, Repo,
        agent_host::{self, TASK_VARIABLE},
    },
    store::{
        ledger::{self, View},
        session,
    },
};

mod cache;
pub mod ended;
mod origin;

/// The active task of a worktree.
pub const REF: &str = "refs/worktree/agent/active";
/// Tasks that are active besides it.
const ALSO: &str = "refs/worktree/agent/also/";

/// The active tasks: what [`TASK_VARIABLE`] says, else those that the [session] of this process works on, else what the worktree's
/// refs say; the main one first.
///
/// # Errors
///
/// `bad-task-id` when the variable is set to something that is no id.
pub fn read(repo: &Repo) -> Result<Vec<TaskId>> {
    let Some(word) = agent_host::named_task() else { return of_session(repo) };
    TaskId::parse(&word).map(|id| vec![id]).map_err(|why| {
        let message = format!("{TASK_VARIABLE} is '{}', which is no task id: {why}", word.escape_debug());
        Error::new(codes::BAD_TASK_ID, message).hint("unset it, or set it to an id that 'git agent list' shows")
    })
}

/// The tasks of the session that this process works for; of the worktree where no session is known.
///
/// What another session began in this worktree is not this one's. In a worktree where nothing was begun, a session goes on with its tasks:
/// agents that it runs work there.
fn of_session(repo: &Repo) -> Result<Vec<TaskId>> {
    let Some(session) = session::current(repo) else { return of_worktree(repo) };
    let bound = session::of_session(repo, &session);
    let open = |bound: &[TaskId]| open_tasks(repo, bound.to_vec(), repo.find_ref(ledger::REF)?);
    if let Some((tasks, true)) = &bound {
        let tasks = open(tasks)?;
        if !tasks.is_empty() {
            return Ok(tasks);
        }
    }
    let mut here = of_worktree(repo)?;
    here.retain(|id| session::foreign_holder(repo, Some(&session), id).is_none());
    match bound {
        Some((tasks, false)) if here.is_empty() => open(&tasks),
        _ => Ok(here),
    }
}

/// The tasks that this worktree is working on: those that its refs point to and that were not closed elsewhere.
///
/// Asked by every prompt and every hook, so the answer is remembered for as long as the refs it depends on stay.
pub fn of_worktree(repo: &Repo) -> Result<Vec<TaskId>> {
    let anchors = anchors(repo)?;
    if anchors.is_empty() {
        return Ok(Vec::new());
    }
    let state = cache::State { anchors: &anchors, ledger: repo.find_ref(ledger::REF)? };
    if let Some(known) = cache::read(repo, &state) {
        return Ok(known);
    }
    let foreign = origin::foreign(repo, &anchors);
    let own: Vec<ObjectId> = anchors.iter().filter(|anchor| !foreign.contains(anchor)).copied().collect();
    let tasks = open_tasks(repo, tasks_of(repo, &own), state.ledger)?;
    cache::write(repo, &state, &tasks);
    Ok(tasks)
}

/// Those of `pointed` that the ledger at `tip` does not say are over.
fn open_tasks(repo: &Repo, pointed: Vec<TaskId>, tip: Option<ObjectId>) -> Result<Vec<TaskId>> {
    let view = View::at(repo, tip)?;
    let is_over = |id: &TaskId| {
        // A task that this ledger does not have (yet) is active anyway.
        let status = view.task(id).ok().flatten().map(|task| task.status);
        status.is_some_and(|status| status.is_closed() || status == Status::Failed)
    };
    Ok(pointed.into_iter().filter(|id| !is_over(id)).collect())
}

/// The tasks that refs of this worktree point to because they were fetched from another repository: nothing is done for them.
pub fn foreign(repo: &Repo) -> Result<Vec<TaskId>> {
    Ok(tasks_of(repo, &origin::foreign(repo, &anchors(repo)?)))
}

/// The tasks that the refs of this worktree point to, wherever they come from.
pub fn pointed(repo: &Repo) -> Result<Vec<TaskId>> {
    Ok(tasks_of(repo, &anchors(repo)?))
}

/// What the refs of this worktree point to; the main one first.
fn anchors(repo: &Repo) -> Result<Vec<ObjectId>> {
    let main = repo.find_ref(REF)?;
    let also = match repo.refs() {
        // Listing costs a directory walk: only when there is something.
        crate::git::Refs::Files if !repo.git_dir().join(ALSO).is_dir() => Vec::new(),
        refs => refs.list(repo, ALSO)?,
    };
    Ok(main.into_iter().chain(also.into_iter().map(|(_, anchor)| anchor)).collect())
}

/// The tasks of `anchors`, each once.
fn tasks_of(repo: &Repo, anchors: &[ObjectId]) -> Vec<TaskId> {
    let mut ids = Vec::new();
    for anchor in anchors {
        // A pointer to an object that is gone (copied git directory, damage) is no pointer.
        let id = repo.read(*anchor).ok().and_then(|text| note::task_of_anchor(text.as_bstr()));
        ids.extend(id.filter(|id| !ids.contains(id)).into_iter().collect::<Vec<_>>());
    }
    ids
}

/// Make `id` the active task of this worktree, instead of the present one or (`also`) besides it.
pub fn set(repo: &Repo, id: &TaskId, also: bool) -> Result<()> {
    let anchor = repo.blob_id(note::anchor(id).as_bytes())?;
    let present = pointed(repo)?;
    ended::forget(repo);
    if origin::start(repo, anchor, &anchors(repo)?)? {
        cache::forget(repo);
    }
    if present.contains(id) && (also || present.len() == 1) {
        return Ok(());
    }
    let mut changes = Vec::new();
    match also && !present.is_empty() {
        true => changes.push(RefChange { name: format!("{ALSO}{id}"), expected: None, new: Some(anchor) }),
        false => {
            changes.extend(removals(repo, &present, None)?);
            changes.retain(|change| change.name != REF);
            changes.push(RefChange { name: REF.to_owned(), expected: repo.find_ref(REF)?, new: Some(anchor) });
        }
    }
    apply(repo, &changes, &format!("start {id}"))
}

/// End the activity of `id` in this worktree at `at`; answers whether it had any. If no other task is active, [`ended`] remembers it.
///
/// # Errors
///
/// `active-moved`; when the refs cannot be read or written.
pub fn end(repo: &Repo, id: &TaskId, at: Timestamp) -> Result<bool> {
    let bound = session::current(repo).and_then(|us| session::of_session(repo, &us));
    let is_bound = bound.is_some_and(|(tasks, is_here)| is_here && tasks.contains(id));
    let was_active = is_bound || pointed(repo)?.contains(id);
    clear(repo, id)?;
    if was_active && of_session(repo)?.is_empty() {
        ended::put(repo, id, at);
    }
    Ok(was_active)
}

/// End the activity of `id` in this worktree and in every session, if it has any.
pub fn clear(repo: &Repo, id: &TaskId) -> Result<()> {
    session::unbind(repo, id);
    let present = pointed(repo)?;
    if !present.contains(id) {
        return Ok(());
    }
    let mut changes = removals(repo, &present, Some(id))?;
    // One of the others moves up.
    if let Some(at) = changes.iter().position(|change| change.name == REF)
        && let Some(next) = present.iter().find(|other| *other != id)
    {
        let also = format!("{ALSO}{next}");
        let anchor = repo.find_ref(&also)?;
        changes[at].new = anchor;
        changes.push(RefChange { name: also, expected: anchor, new: None });
    }
    apply(repo, &changes, &format!("end {id}"))
}

/// The changes that remove the pointers to `only` (or to all of `present`).
fn removals(repo: &Repo, present: &[TaskId], only: Option<&TaskId>) -> Result<Vec<RefChange>> {
    let mut changes = Vec::new();
    for id in present.iter().filter(|id| only.is_none_or(|only| only == *id)) {
        let anchor = repo.blob_id(note::anchor(id).as_bytes())?;
        for name in [REF.to_owned(), format!("{ALSO}{id}")] {
            let found: Option<ObjectId> = repo.find_ref(&name)?;
            if found == Some(anchor) {
                changes.push(RefChange { name, expected: found, new: None });
            }
        }
    }
    Ok(changes)
}

fn apply(repo: &Repo, changes: &[RefChange], what: &str) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    repo.refs().change(repo, changes, &format!("git-agent: {what}")).map_err(|error| match error {
        RefError::Moved => Error::new(codes::ACTIVE_MOVED, "another process changed the active task of this worktree")
            .hint("try again"),
        RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error) => error,
    })
}
