//! Sessions of agent hosts: which one a caller belongs to, and who else is at work.

use super::Caller;
use crate::{
    domain::{claim::Claim, id::TaskId, task::Task},
    error::{Error, Result, codes},
    git::processes,
    store::{
        active,
        session::{self, Session, Standing},
    },
};

/// What a claim of `caller` says about where it is made: the session's key, and the name of the worktree.
pub(super) fn place(caller: &Caller) -> (Option<String>, Option<String>) {
    let repo = caller.repo();
    let session = session::current(repo).map(|session| session.key());
    (session, Some(repo.worktree_name()))
}

/// Whether `claim` was made in the session of `caller`, or in one that runs it.
pub(super) fn is_ours(caller: &Caller, claim: &Claim) -> bool {
    let Some(key) = &claim.session else { return true };
    let Some(us) = session::current(caller.repo()) else { return false };
    if *key == us.key() || *key == us.parent().key() {
        return true;
    }
    let record = session::by_key(caller.repo(), key);
    record.is_some_and(|record| record.is_around(processes::host_process()))
}

/// The tasks that other sessions are at work on in this worktree.
pub(super) fn tasks_of_others(caller: &Caller) -> Vec<TaskId> {
    let others = session::others(caller.repo()).into_iter();
    others
        .filter(|session| session.standing(caller.now()) == Standing::Alive)
        .flat_map(|session| session.tasks)
        .collect()
}

/// The other session of the same actor that holds `task`, and what is known of it here.
fn elsewhere<'t>(caller: &Caller, task: &'t Task) -> Result<Option<(&'t Claim, Option<Session>)>> {
    let Some(claim) = &task.claim else { return Ok(None) };
    let is_known = claim.session.is_some() && claim.is_live(caller.now());
    if !is_known || is_ours(caller, claim) || !claim.is_of(&caller.holder()?) {
        return Ok(None);
    }
    let record = claim.session.as_deref().and_then(|key| session::by_key(caller.repo(), key));
    Ok(Some((claim, record)))
}

/// Refuse to `verb` a task that another session of the same actor is at work on.
///
/// # Errors
///
/// `task-claimed` while that session is alive.
pub(super) fn refuse_elsewhere(caller: &Caller, task: &Task, verb: &str) -> Result<()> {
    let Some((claim, Some(record))) = elsewhere(caller, task)? else { return Ok(()) };
    if record.standing(caller.now()) != Standing::Alive {
        return Ok(());
    }
    let id = &task.id;
    let message = format!("cannot {verb} {id}: another session of {} is working on it{}", claim.by, place_of(claim));
    Err(Error::new(codes::TASK_CLAIMED, message)
        .hint("'git agent next' finds another one")
        .hint(format!("to take it over: git agent start {id} --take-over")))
}

/// Warn that `task`, as it was before, was held by another session of the same actor.
pub(super) fn warn_of_predecessor(caller: &Caller, task: &Task) {
    let Ok(Some((claim, record))) = elsewhere(caller, task) else { return };
    let how = match record.map(|record| record.standing(caller.now())) {
        Some(Standing::Alive) => "which is still alive",
        Some(Standing::BrokeOff) => "which broke off",
        Some(Standing::Ended) => "which has ended",
        None => "which is unknown here",
    };
    let id = &task.id;
    caller.warn(format!("took {id} over from another session of {}{}, {how}", claim.by, place_of(claim)));
}

fn place_of(claim: &Claim) -> String {
    claim.worktree.as_ref().map_or_else(String::new, |name| format!(" in the worktree '{}'", name.escape_debug()))
}

/// The tasks that a start in `caller`'s session replaces: the session's own in this worktree, or those of the worktree.
pub(super) fn active_before(caller: &Caller) -> Result<Vec<TaskId>> {
    let repo = caller.repo();
    let Some(us) = session::current(repo) else { return active::pointed(repo) };
    if let Some((tasks, true)) = session::of_session(repo, &us) {
        return Ok(tasks);
    }
    let mut before = active::pointed(repo)?;
    before.retain(|id| session::foreign_holder(repo, Some(&us), id).is_none());
    Ok(before)
}

/// Bind `id` to the session of `caller`, if one is known.
pub(super) fn bind(caller: &Caller, id: &TaskId, also: bool) {
    if let Some(us) = session::current(caller.repo()) {
        session::bind(caller.repo(), &us, caller.now(), id, also);
    }
}
