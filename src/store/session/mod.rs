//! Sessions of agent hosts that work in this repository: who, on which task, and whether they have ended.
//!
//! A [`Cache`] a session in `agent/sessions` of the common git directory. It is private, belongs to this machine, and is disposable: without
//! it the active task is that of the worktree, and a session that broke off is not told from one that ended.

mod binding;
mod record;

use std::{fs, path::PathBuf};

pub use binding::{bind, foreign_holder, is_at_work_elsewhere, of_session, unbind};
pub use record::{Ended, Session, Standing};

use crate::{
    domain::{
        session::SessionId,
        time::{DAY, Timestamp},
    },
    git::{Repo, agent_host, lock::Lock, processes},
    store::cache::Cache,
};

/// Changes with the format of a record.
const MAGIC: &[u8; 8] = b"gasessn\x01";

/// A session without a sign of life is forgotten after this time, in seconds: 30 days.
const FORGOTTEN: u64 = 30 * DAY;

fn directory(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("sessions")
}

fn cache(repo: &Repo, key: &str) -> Cache {
    Cache::new(directory(repo).join(key), MAGIC)
}

/// The session that this process works for: what [`Repo::session`] says, else the one whose process is above this one.
pub fn current(repo: &Repo) -> Option<SessionId> {
    if let Some(session) = repo.session() {
        return Some(session.clone());
    }
    // Some hosts do not say in which session they run a command.
    let host = agent_host::host()?;
    let process = processes::host_process()?;
    let mut sessions = all(repo);
    sessions.retain(|session| session.host == host && session.ended.is_none() && session.agent.is_none());
    let above = |session: &Session| session.process.is_some_and(|known| known == process || known.is_above());
    sessions.iter().filter(|session| above(session)).max_by_key(|session| session.seen).and_then(Session::name)
}

/// The record of session `id`; `None` if it is missing or damaged.
pub fn read(repo: &Repo, id: &SessionId) -> Option<Session> {
    by_key(repo, &id.key())
}

/// The record of the session with this [`SessionId::key`].
pub fn by_key(repo: &Repo, key: &str) -> Option<Session> {
    let is_name = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_name {
        return None;
    }
    serde_json::from_slice(cache(repo, key).read_about(key.as_bytes())?.content()).ok()
}

/// The records of all sessions, in no particular order.
pub fn all(repo: &Repo) -> Vec<Session> {
    let entries = fs::read_dir(directory(repo)).into_iter().flatten().flatten();
    entries.filter_map(|entry| by_key(repo, entry.file_name().to_str()?)).collect()
}

/// The other sessions last seen in this worktree, the most recent first.
pub fn others(repo: &Repo) -> Vec<Session> {
    let us = current(repo);
    let is_us = |session: &Session| us.as_ref().is_some_and(|us| us.host() == session.host && us.id() == session.id);
    let mut known = all(repo);
    known.retain(|session| session.agent.is_none() && session.worktree == repo.worktree_name() && !is_us(session));
    known.sort_by_key(|session| std::cmp::Reverse(session.seen));
    known
}

/// Change what is known of `id`, which is made if it is not known: it is alive at `now`, in this worktree. Answers what `change` does.
///
/// Nothing depends on whether the change can be written.
pub fn update<T>(repo: &Repo, id: &SessionId, now: Timestamp, change: impl FnOnce(&mut Session) -> T) -> T {
    locked(repo, || {
        let mut session = read(repo, id).unwrap_or_else(|| Session::new(repo, id, now));
        session.seen = session.seen.max(now);
        // One that continues in another process.
        if session.process.is_none_or(|process| process.is_alive() == Some(false)) {
            session.process = processes::host_process();
        }
        let answer = change(&mut session);
        write(repo, id, &session);
        answer
    })
}

fn write(repo: &Repo, id: &SessionId, session: &Session) {
    let key = id.key();
    if let Ok(content) = serde_json::to_vec(session) {
        cache(repo, &key).write(repo, key.as_bytes(), &[&content]);
    }
}

/// Do `work` while no other process changes sessions; without the lock where it cannot be had.
fn locked<T>(repo: &Repo, work: impl FnOnce() -> T) -> T {
    let directory = directory(repo);
    repo.make_dir(&directory).ok();
    let _lock = Lock::acquire(repo, &repo.agent_dir().join("sessions.lock")).ok();
    work()
}

/// Delete the records of sessions that have been inactive for 30 days.
pub fn prune(repo: &Repo, now: Timestamp) {
    for session in all(repo).iter().filter(|session| now.seconds_since(session.seen) > FORGOTTEN) {
        if let Some(id) = session.name() {
            cache(repo, &id.key()).remove().ok();
        }
    }
}
