//! Two clones chose one id for different work: the second one gets an id of its own.

use ulid::Ulid;

use super::Caller;
use crate::{
    domain::{
        event::{Event, Link, Payload, Split, Unlink},
        id::{MAX_LEN, TaskId},
        task::Task,
    },
    error::{Error, Result, codes},
    store::{
        active,
        ledger::{Draft, View, halves},
    },
};

/// This many events are named in one line of the ledger.
const A_LINE: usize = 100;

/// A task whose id other work had, too.
#[derive(Clone, Debug)]
pub struct Done {
    /// The task that keeps the id.
    pub task: Task,
    /// The tasks that got ids of their own, in the order in which they were added.
    pub split: Vec<Task>,
}

/// Give the other works that were added with the id of the task `word` ids of their own, with their events and commits. The ids follow from the
/// works, so that clones that do the same at the same time agree.
///
/// # Errors
///
/// `task-not-found`, `nothing-to-split`.
pub fn split(caller: &Caller, word: &str) -> Result<Done> {
    let (_, (id, ids)) = caller.write(|view| decide(view, word))?;
    let view = caller.view()?;
    let task =
        |id: &TaskId| view.task(id)?.ok_or_else(|| Error::bug(format!("{id} was split off, and is not in the ledger")));
    let done = Done { task: task(&id)?, split: ids.iter().map(task).collect::<Result<_>>()? };
    follow(caller, &done)?;
    caller.refresh_notes(&[&[id], ids.as_slice()].concat());
    Ok(done)
}

/// Let this worktree continue with what it was working on, which has another id now: the work that this clone holds.
fn follow(caller: &Caller, done: &Done) -> Result<()> {
    let us = caller.holder()?;
    let holds = |task: &&Task| task.claim.as_ref().is_some_and(|claim| claim.is_of(&us));
    let is_active = active::pointed(caller.repo())?.contains(&done.task.id);
    if let Some(task) = done.split.iter().find(holds).filter(|_| is_active && !holds(&&done.task)) {
        active::clear(caller.repo(), &done.task.id)?;
        active::set(caller.repo(), &task.id, true)?;
        caller.warn(format!("{} is active in this worktree instead of {}", task.id, done.task.id));
    }
    Ok(())
}

fn decide(view: &View<'_>, word: &str) -> Result<(Draft, (TaskId, Vec<TaskId>))> {
    let task = view.find(word)?;
    if task.rivals.is_empty() {
        let message = format!("nothing to split: {} was added only once", task.id);
        return Err(Error::new(codes::NOTHING_TO_SPLIT, message)
            .hint("'git agent doctor' lists the ids that clones chose for different work"));
    }
    let mut draft = Draft { message: format!("split {}", task.id), ..Draft::nothing() };
    let mut ids = Vec::new();
    for rival in &task.rivals {
        let to = own_id(view, &task.id, rival.event)?;
        let events = halves::of_create(view, &task.id, rival.event)?;
        let names: Vec<String> = events.iter().map(|event| event.id.to_string()).collect();
        for names in names.chunks(A_LINE) {
            let split = Split { to: to.clone(), events: names.to_vec() };
            draft.and(&task.id, Payload::Split(split));
        }
        // The messages of its commits name the old id.
        for commit in events.iter().filter_map(commit) {
            let by = "split".to_owned();
            draft.and(&task.id, Payload::Unlink(Unlink { commit: commit.clone(), by: by.clone() }));
            draft.and(&to, Payload::Link(Link { commit, by }));
        }
        draft.copies.push((to.clone(), events));
        ids.push(to);
    }
    Ok((draft, (task.id, ids)))
}

fn commit(event: &Event) -> Option<String> {
    match &event.payload {
        Payload::Commit(commit) => Some(commit.commit.clone()),
        Payload::Squash(squash) => Some(squash.commit.clone()),
        _ => None,
    }
}

/// The id that work with the id `id` gets which the event `create` added: the old one with the end of that event's id.
fn own_id(view: &View<'_>, id: &TaskId, create: Ulid) -> Result<TaskId> {
    let tail = create.to_string().to_ascii_lowercase();
    for length in [4].into_iter().chain(8..=tail.len()) {
        let tail = &tail[tail.len() - length..];
        let head: String = id.as_str().chars().take(MAX_LEN - 1 - length).collect();
        let own = TaskId::parse(&format!("{head}-{tail}"))
            .map_err(|why| Error::bug(format!("no id can be derived from {id}: {why}")))?;
        let events = view.events(&own)?.events;
        // It may have been split off before, in another clone; where that was undone, the id is hidden and stays so.
        let is_it =
            || events.iter().any(|event| event.id == create) && Task::from_events(own.clone(), &events).exists();
        if events.is_empty() || is_it() {
            return Ok(own);
        }
    }
    Err(Error::bug(format!("every id for the part split off {id} is in use")))
}
