//! Which task a worktree is working on: `refs/worktree/agent/active`, a pointer to the task's anchor blob.
//!
//! A ref of the worktree, so that two worktrees never mix; it points into the ledger's history, so that no gc takes its
//! target. Tasks that are active in addition to it (`start --also`) are `refs/worktree/agent/also/<id>`.

use std::{
    thread,
    time::{Duration, Instant},
};

use bstr::ByteSlice as _;

use crate::{
    domain::{id::TaskId, note, status::Status, time::Timestamp},
    error::{Advice, Error, Result, codes},
    git::{
        ObjectId, RefChange, RefError, Repo,
        agent_host::{self, TASK_VARIABLE},
        blocking_lock,
        refs::remembered,
        worktree,
    },
    store::{
        ledger::{self, View},
        session,
    },
};

mod cache;
pub(crate) mod ended;

/// The active task of a worktree.
pub const REF: &str = "refs/worktree/agent/active";
/// Tasks that are active in addition to it.
const ALSO: &str = "refs/worktree/agent/also/";

/// The active tasks: what [`TASK_VARIABLE`] says, else those that the [session] of this process works on, else what the worktree's
/// refs say; the main one first.
///
/// # Errors
///
/// `bad-task-id` when the variable is set to something that is not an id; those of [`of_worktree`].
pub fn read(repo: &Repo) -> Result<Vec<TaskId>> {
    named().map_or_else(|| of_session(repo, || of_worktree(repo)), |id| Ok(vec![id?]))
}

/// What [`read`] and [`foreign`] say of the same moment.
///
/// # Errors
///
/// Those of both.
pub fn read_with_foreign(repo: &Repo) -> Result<(Vec<TaskId>, Vec<TaskId>)> {
    let pointers = pointers(repo)?;
    let active = named().map_or_else(|| of_session(repo, || of_pointers(repo, &pointers)), |id| Ok(vec![id?]))?;
    Ok((active, foreign_of(repo, &pointers)))
}

/// The task that [`TASK_VARIABLE`] names, if it is set.
///
/// # Errors
///
/// `bad-task-id`.
pub fn named() -> Option<Result<TaskId>> {
    let word = agent_host::named_task()?;
    Some(TaskId::parse(&word).map_err(|why| {
        let message = format!("{TASK_VARIABLE} is '{}', which is not a task id: {why}", word.escape_debug());
        Error::new(codes::BAD_TASK_ID, message).hint(Advice::SettingNeedsId)
    }))
}

/// The tasks of the session that this process works for; of the worktree, as `of_worktree` reads them, where no session is known.
///
/// What another session began in this worktree is not this one's. In a worktree where nothing was begun, a session continues with its tasks:
/// agents that it runs work there.
fn of_session(repo: &Repo, of_worktree: impl FnOnce() -> Result<Vec<TaskId>>) -> Result<Vec<TaskId>> {
    let Some(session) = session::current(repo) else { return of_worktree() };
    let bound = session::of_session(repo, &session);
    let open = |bound: &[TaskId]| open_tasks(repo, bound.to_vec(), repo.find_ref(ledger::REF)?);
    if let Some((tasks, true)) = &bound {
        let tasks = open(tasks)?;
        if !tasks.is_empty() {
            return Ok(tasks);
        }
    }
    let mut here = of_worktree()?;
    here.retain(|id| session::foreign_holder(repo, Some(&session), id).is_none());
    match bound {
        Some((tasks, false)) if here.is_empty() => open(&tasks),
        _ => Ok(here),
    }
}

/// The tasks that the refs of this worktree point to, except those that were closed elsewhere.
///
/// Asked by every prompt and every hook, so the answer is remembered for as long as the refs it depends on stay.
///
/// # Errors
///
/// Those of [`pointed`], and those of [`View::at`].
pub fn of_worktree(repo: &Repo) -> Result<Vec<TaskId>> {
    of_pointers(repo, &pointers(repo)?)
}

fn of_pointers(repo: &Repo, pointers: &[Pointer]) -> Result<Vec<TaskId>> {
    if pointers.is_empty() {
        return Ok(Vec::new());
    }
    let anchors: Vec<ObjectId> = pointers.iter().map(|pointer| pointer.anchor).collect();
    let state = cache::State { anchors: &anchors, ledger: repo.find_ref(ledger::REF)? };
    if let Some(known) = cache::read(repo, &state) {
        return Ok(known);
    }
    let own = tasks_of(repo, pointers.iter().filter(|pointer| pointer.is_own(repo)));
    let tasks = open_tasks(repo, own, state.ledger)?;
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

/// The tasks that refs of this worktree point to although they were not started here: another program, such as a fetch of every ref, set
/// them. Nothing is done for them.
///
/// # Errors
///
/// As [`pointed`].
pub fn foreign(repo: &Repo) -> Result<Vec<TaskId>> {
    Ok(foreign_of(repo, &pointers(repo)?))
}

fn foreign_of(repo: &Repo, pointers: &[Pointer]) -> Vec<TaskId> {
    tasks_of(repo, pointers.iter().filter(|pointer| !pointer.is_own(repo)))
}

/// The tasks that the refs of this worktree point to, whatever set them.
///
/// # Errors
///
/// `symbolic-ref` when another program made one of the refs symbolic; `environment` when they cannot be read.
pub fn pointed(repo: &Repo) -> Result<Vec<TaskId>> {
    Ok(tasks_of(repo, &pointers(repo)?))
}

/// A ref of this worktree, and the anchor of the task that it points to.
struct Pointer {
    name: String,
    anchor: ObjectId,
}

impl Pointer {
    /// Whether git-agent set it here.
    fn is_own(&self, repo: &Repo) -> bool {
        remembered::of(repo, &self.name).contains(&self.anchor)
    }
}

/// What the refs of this worktree point to; the main one first.
fn pointers(repo: &Repo) -> Result<Vec<Pointer>> {
    let main = repo.find_ref(REF)?.map(|anchor| (REF.to_owned(), anchor));
    let also = match repo.refs() {
        // Listing costs a directory walk: only when there is something.
        crate::git::Refs::Files if !repo.git_dir().join(ALSO).is_dir() => Vec::new(),
        refs => refs.list(repo, ALSO)?,
    };
    Ok(main.into_iter().chain(also).map(|(name, anchor)| Pointer { name, anchor }).collect())
}

/// The tasks that `pointers` point to, each once.
fn tasks_of<'p>(repo: &Repo, pointers: impl IntoIterator<Item = &'p Pointer>) -> Vec<TaskId> {
    let mut ids = Vec::new();
    for pointer in pointers {
        // A pointer to an object that is gone (copied git directory, damage) is not a pointer.
        let id = repo.read(pointer.anchor).ok().and_then(|text| note::task_of_anchor(text.as_bstr()));
        ids.extend(id.filter(|id| !ids.contains(id)).into_iter().collect::<Vec<_>>());
    }
    ids
}

/// The other worktrees of this clone in which `id` is active.
///
/// # Errors
///
/// Those of [`pointed`]; `git-failed` when the worktrees cannot be listed.
pub fn elsewhere(repo: &Repo, id: &TaskId) -> Result<Vec<Repo>> {
    let mut found = Vec::new();
    if !worktree::has_linked(repo) {
        return Ok(found);
    }
    // It may be known by a relative path.
    let whole = |repo: &Repo| repo.git_dir().canonicalize().ok();
    for dir in worktree::all(repo)? {
        // In one that was removed by hand nothing is active.
        let Ok(there) = Repo::discover(&dir) else { continue };
        if whole(&there) != whole(repo) && pointed(&there)?.contains(id) {
            found.push(there);
        }
    }
    Ok(found)
}

/// Make `id` the active task of this worktree, replacing the current one or, with `also`, in addition to it.
///
/// # Errors
///
/// `active-moved`, `ref-locked`; those of [`pointed`].
pub fn set(repo: &Repo, id: &TaskId, also: bool) -> Result<()> {
    apply(repo, &format!("start {id}"), || changes_to_set(repo, id, also))
}

/// The changes of [`set`].
fn changes_to_set(repo: &Repo, id: &TaskId, also: bool) -> Result<Vec<RefChange>> {
    let anchor = repo.blob_id(note::anchor(id).as_bytes())?;
    let present = pointed(repo)?;
    ended::forget(repo);
    if present.contains(id) && (also || present.len() == 1) {
        for pointer in pointers(repo)?.iter().filter(|pointer| pointer.anchor == anchor && !pointer.is_own(repo)) {
            remembered::set(repo, &pointer.name, Some(anchor))?;
            cache::forget(repo);
        }
        return Ok(Vec::new());
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
    Ok(changes)
}

/// End the activity of `id` in this worktree at `at`; answers whether it had any. If no other task is active, [`ended`] remembers it, also in other
/// worktrees where it was active.
///
/// # Errors
///
/// Those of [`clear`], of [`elsewhere`] and of [`of_worktree`].
pub fn end(repo: &Repo, id: &TaskId, at: Timestamp) -> Result<bool> {
    let bound = session::current(repo).and_then(|us| session::of_session(repo, &us));
    let is_bound = bound.is_some_and(|(tasks, is_here)| is_here && tasks.contains(id));
    let was_active = is_bound || pointed(repo)?.contains(id);
    clear(repo, id)?;
    if was_active && of_session(repo, || of_worktree(repo))?.is_empty() {
        ended::put(repo, id, at);
    }
    // What is committed in other worktrees from now on may belong to it, too.
    for there in elsewhere(repo, id)? {
        if of_worktree(&there)?.is_empty() {
            ended::put(&there, id, at);
        }
    }
    Ok(was_active)
}

/// End the activity of `id` in this worktree and in every session, if it has any.
///
/// # Errors
///
/// `active-moved`, `ref-locked`; those of [`pointed`].
pub fn clear(repo: &Repo, id: &TaskId) -> Result<()> {
    session::unbind(repo, id);
    apply(repo, &format!("end {id}"), || changes_to_clear(repo, id))
}

/// The changes of [`clear`].
fn changes_to_clear(repo: &Repo, id: &TaskId) -> Result<Vec<RefChange>> {
    let present = pointed(repo)?;
    if !present.contains(id) {
        return Ok(Vec::new());
    }
    let mut changes = removals(repo, &present, Some(id))?;
    // One of the others that were started here moves up.
    let foreign = foreign(repo)?;
    if let Some(at) = changes.iter().position(|change| change.name == REF)
        && let Some(next) = present.iter().find(|other| *other != id && !foreign.contains(other))
    {
        let also = format!("{ALSO}{next}");
        let anchor = repo.find_ref(&also)?;
        changes[at].new = anchor;
        changes.push(RefChange { name: also, expected: anchor, new: None });
    }
    Ok(changes)
}

/// How long another process may hold a lock of the pointers: it moves a ref.
const PATIENCE: Duration = Duration::from_millis(500);

/// Refuse while a lock file keeps the pointers of this worktree from being moved: asked before anything is recorded that they have to
/// follow.
///
/// # Errors
///
/// `ref-locked`.
pub fn refuse_locked(repo: &Repo) -> Result<()> {
    let began = Instant::now();
    while let Some(path) = blocking_lock::of_refs(repo, [REF]) {
        if began.elapsed() > PATIENCE {
            return Err(blocking_lock::error(codes::REF_LOCKED, &format!("cannot update {REF}"), &path));
        }
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
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

/// How often the pointers are read again that another process moved.
const TRIES: usize = 5;

/// Make the changes that `find` finds necessary; again where another process changes the pointers meanwhile, as `complete` of the same task does.
fn apply(repo: &Repo, what: &str, find: impl Fn() -> Result<Vec<RefChange>>) -> Result<()> {
    for _ in 0..TRIES {
        let changes = find()?;
        if changes.is_empty() {
            return Ok(());
        }
        // Not only where the refs point decides which of them count.
        cache::forget(repo);
        match repo.refs().change(repo, &changes, &format!("git-agent: {what}")) {
            Err(RefError::Moved) => {}
            done => return done.map_err(|error| error.or(moved)),
        }
    }
    Err(moved())
}

fn moved() -> Error {
    Error::new(codes::ACTIVE_MOVED, "another process changed the active task of this worktree").hint("try again")
}
