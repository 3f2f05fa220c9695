//! Which tasks a session works on: those that it began, wherever else in the worktree another one begins another.

use super::{Session, all, by_key, current, locked, read, update, write};
use crate::{
    domain::{id::TaskId, session::SessionId, time::Timestamp},
    git::{Repo, processes},
};

/// Bind `id` to the session, replacing its tasks or, with `also`, in addition to them.
pub fn bind(repo: &Repo, session: &SessionId, now: Timestamp, id: &TaskId, also: bool) {
    update(repo, session, now, |session| {
        if !also {
            session.tasks.clear();
        }
        if !session.tasks.contains(id) {
            session.tasks.push(id.clone());
        }
        session.bound_in = Some(repo.worktree_name());
        // One that continues after its end has not ended.
        session.ended = None;
    });
}

/// Remove `id` from the tasks of every session.
pub fn unbind(repo: &Repo, id: &TaskId) {
    let works_on_it = |session: &Session| session.tasks.contains(id);
    if !all(repo).iter().any(works_on_it) {
        return;
    }
    locked(repo, || {
        for mut session in all(repo).into_iter().filter(works_on_it) {
            session.tasks.retain(|task| task != id);
            if let Some(name) = session.name() {
                write(repo, &name, &session);
            }
        }
    });
}

/// The tasks that `session`, or the one that runs it, works on, and whether it began them in this worktree.
pub fn of_session(repo: &Repo, session: &SessionId) -> Option<(Vec<TaskId>, bool)> {
    let known = [Some(session.clone()), session.agent().map(|_| session.parent())];
    let records = known.iter().flatten().filter_map(|id| read(repo, id));
    let record = records.into_iter().find(|record| !record.tasks.is_empty())?;
    let is_here = record.bound_in.as_deref() == Some(repo.worktree_name().as_str());
    Some((record.tasks, is_here))
}

/// Another session that is at work on `id`: it may be alive, is not `us`, runs none of our agents and is not run by us.
pub fn foreign_holder(repo: &Repo, us: Option<&SessionId>, id: &TaskId) -> Option<Session> {
    let host = processes::host_process();
    all(repo).into_iter().find(|session| {
        let is_ours = us.is_some_and(|us| us.host() == session.host && us.id() == session.id);
        session.tasks.contains(id) && !is_ours && session.may_be_alive() && !session.is_around(host)
    })
}

/// Whether the session with this [`SessionId::key`] is another one than that of this process, and may be alive.
pub fn is_at_work_elsewhere(repo: &Repo, key: &str) -> bool {
    let is_ours = current(repo).is_some_and(|us| us.key() == key || us.parent().key() == key);
    let record = if is_ours { None } else { by_key(repo, key) };
    record.is_some_and(|record| record.may_be_alive() && !record.is_around(processes::host_process()))
}
