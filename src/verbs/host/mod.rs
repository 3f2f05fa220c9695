//! What is done for a session of an agent host, whether or not its agent ever calls git-agent.

pub mod installed;
pub mod task;

use super::{
    Caller,
    repair::{self, Request},
};
use crate::{
    domain::{id::TaskId, session::SessionId, status::Status},
    error::Result,
    git::{ObjectId, config_block, status},
    hosts::{EventKind, HostEvent},
    query::repair::Range,
    recovery::snapshot::{self, SnapshotKind, Taken},
    store::{
        ledger,
        session::{self, Ended, Session},
    },
};

/// A session is asked at most this many times in its life.
const MOST_QUESTIONS: usize = 3;

/// The same event within this many seconds is the same one, sent by two configuration files.
const TWICE: u64 = 3;

/// When to take a snapshot of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Immediately.
    Now,
    /// Only if none was taken for the session within `agent.snapshotEvery`.
    Debounced,
}

/// What an agent is asked before it stops.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The task that is in progress.
    pub task: TaskId,
    /// How many paths are not committed.
    pub uncommitted: usize,
}

/// Whether git-agent is used in this repository: it has tasks, or was set up. Elsewhere nothing is recorded.
pub fn is_used(caller: &Caller) -> bool {
    let repo = caller.repo();
    let has_ledger = repo.find_ref(ledger::REF).is_ok_and(|tip| tip.is_some());
    repo.work_dir().is_some() && (has_ledger || !config_block::read(repo).is_empty())
}

/// Note that `event` happened in `session`. Answers false if it was noted just before: two files may configure the same hook.
pub fn note(caller: &Caller, session: &SessionId, event: &HostEvent) -> bool {
    let now = caller.now();
    let head = || caller.repo().head().ok().and_then(|head| head.commit).map(|id| id.to_string());
    session::update(caller.repo(), session, now, |known| {
        let is_first = known.is_first(&event.key, now, TWICE);
        known.worktree = caller.repo().worktree_name();
        if event.model.is_some() {
            known.model.clone_from(&event.model);
        }
        match &event.kind {
            EventKind::Start | EventKind::AgentStart => {
                known.ended = None;
                known.head = head();
                known.found = standing(caller);
            }
            EventKind::Prompt(text) => {
                known.prompt = text.lines().map(str::trim).find(|line| !line.is_empty()).map(cut);
            }
            EventKind::End(reason) => known.ended = Some(Ended { at: now, reason: reason.as_deref().map(cut) }),
            EventKind::AgentStop => known.ended = Some(Ended { at: now, reason: None }),
            EventKind::AfterTool(tool, _) if is_first && tool.may_change_files() => known.calls += 1,
            _ => {}
        }
        is_first
    })
}

/// What is not committed, as one word; `None` where it cannot be determined.
fn standing(caller: &Caller) -> Option<String> {
    const NAMED: usize = 100;
    let summary = status::summary(caller.repo(), NAMED).ok()?;
    let paths = summary.first.iter().map(|one| format!("{:?} ", one.path)).collect::<String>();
    Some(caller.repo().blob_id(format!("{} {paths}", summary.total).as_bytes()).ok()?.to_string())
}

/// Whether something has changed in the work tree since `session` began. Of one whose beginning was not seen that is not known: then what
/// is there now counts as found, and the answer is `if_unknown`.
pub fn has_changed_something(caller: &Caller, session: &SessionId, if_unknown: bool) -> bool {
    let now = standing(caller);
    let found = session::read(caller.repo(), session).and_then(|known| known.found);
    if found.is_some() {
        return found != now;
    }
    session::update(caller.repo(), session, caller.now(), |known| known.found.clone_from(&now));
    if_unknown
}

/// The beginning of a line.
fn cut(line: &str) -> String {
    const LENGTH: usize = 300;
    line.chars().take(LENGTH).collect()
}

/// Bind the tasks of this worktree to `session`, which begins or continues here, unless it has some. Forgets old sessions.
///
/// # Errors
///
/// As [`Caller::active`].
pub fn bind(caller: &Caller, session: &SessionId) -> Result<()> {
    let repo = caller.repo();
    session::prune(repo, caller.now());
    if session::of_session(repo, session).is_none() && session.agent().is_none() {
        for id in caller.active()? {
            session::bind(repo, session, caller.now(), &id, true);
        }
    }
    Ok(())
}

/// Save the work tree for `session`. `None` where that is switched off, or not due.
///
/// # Errors
///
/// Those of [`snapshot::take`].
pub fn save(caller: &Caller, session: Option<&SessionId>, why: &str, when: When) -> Result<Option<Taken>> {
    let (repo, now) = (caller.repo(), caller.now());
    let Some(every) = repo.settings().snapshot_every() else { return Ok(None) };
    let last = session.and_then(|session| session::read(repo, session)?.captured);
    if when == When::Debounced && last.is_some_and(|last| now.seconds_since(last) < every) {
        if let Some(session) = session {
            session::update(repo, session, now, |known| known.is_unsaved = true);
        }
        return Ok(None);
    }
    let by = caller.actor()?.to_string();
    let tasks = caller.active().unwrap_or_default();
    let request = snapshot::Request { kind: SnapshotKind::Session, message: why.to_owned(), at: now, by, tasks };
    let taken = snapshot::take(repo, &request)?;
    if let Some(session) = session {
        session::update(repo, session, now, |known| {
            known.captured = Some(now);
            known.is_unsaved = false;
        });
    }
    Ok(Some(taken))
}

/// Save what `session` changed and was not saved yet, because that was too often: a command comes that may do anything.
///
/// # Errors
///
/// Those of [`save`].
pub fn save_before_command(caller: &Caller, session: &SessionId) -> Result<()> {
    match session::read(caller.repo(), session) {
        Some(known) if known.is_unsaved => save(caller, Some(session), "before a command", When::Now).map(drop),
        _ => Ok(()),
    }
}

/// Save what is not committed as `session` begins: its agent did not make it.
///
/// # Errors
///
/// Those of [`save`].
pub fn save_found(caller: &Caller, session: &SessionId) -> Result<()> {
    if session.agent().is_none() && status::summary(caller.repo(), 0)?.total > 0 {
        save(caller, Some(session), "at the start of a session", When::Now)?;
    }
    Ok(())
}

/// Store the snapshots of sessions in fewer files, if there are many by now. Nothing depends on it.
pub fn tidy(caller: &Caller) {
    snapshot::tidy(caller.repo()).ok();
}

/// If HEAD moved since the last event of `session`: link commits that were made without a trailer. Answers how many.
///
/// # Errors
///
/// Those of [`repair::repair`].
pub fn reconcile(caller: &Caller, session: &SessionId) -> Result<usize> {
    let repo = caller.repo();
    let Some(head) = repo.head()?.commit else { return Ok(0) };
    let before = session::read(repo, session).and_then(|known| known.head);
    if before.as_deref() == Some(head.to_string().as_str()) {
        return Ok(0);
    }
    session::update(repo, session, caller.now(), |known| known.head = Some(head.to_string()));
    let from = before.and_then(|hex| ObjectId::from_hex(hex.as_bytes()).ok()).filter(|id| repo.has(*id));
    if from.is_none() || caller.active()?.is_empty() {
        return Ok(0);
    }
    let range = Some(Range { from, tip: head });
    Ok(repair::repair(caller, &Request { range, ..Request::default() })?.links.len())
}

/// What the agent of `session` has to answer before it stops: there is uncommitted work of its active task, and it was not asked about just
/// this state before.
///
/// # Errors
///
/// Those of [`Caller::view`], of [`Caller::active`] and of [`View::note`](crate::store::ledger::View::note); `environment`, `git-failed` when the work tree cannot be read.
pub fn question(caller: &Caller, session: &SessionId) -> Result<Option<Question>> {
    let repo = caller.repo();
    let view = caller.view()?;
    let Some(id) = caller.active()?.into_iter().next() else { return Ok(None) };
    let is_in_progress = view.task(&id)?.is_some_and(|task| task.status == Status::InProgress);
    let uncommitted = status::summary(repo, 0)?.total;
    if !is_in_progress || uncommitted == 0 {
        return Ok(None);
    }
    let state = match save(caller, Some(session), "before the agent stops", When::Now) {
        Ok(Some(taken)) => taken.snapshot.tree.to_string(),
        // It is asked once, whatever changes.
        _ => id.to_string(),
    };
    let is_asked = session::update(repo, session, caller.now(), |known: &mut Session| {
        let is_new = !known.asked.contains(&state) && known.asked.len() < MOST_QUESTIONS;
        if is_new {
            known.asked.push(state);
        }
        is_new
    });
    Ok(is_asked.then_some(Question { task: id, uncommitted }))
}
