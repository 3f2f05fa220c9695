//! The record of a session.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{id::TaskId, session::SessionId, time::Timestamp},
    git::{
        Repo,
        processes::{self, ProcessId},
    },
};

/// This many events are remembered: those of one are sent at the same time.
const EVENTS: usize = 64;

/// A session whose process is not known counts as alive for so long after its last event, in seconds: half an hour.
const QUIET: u64 = 30 * 60;

/// The record of a session of an agent host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The word for the host: `claude`.
    pub host: String,
    /// The session id assigned by the host.
    pub id: String,
    /// The agent within the session, if it is not the main one.
    pub agent: Option<String>,
    /// The process of the host, if the system shows it.
    pub process: Option<ProcessId>,
    /// The model, if the host reports it.
    pub model: Option<String>,
    /// The worktree that it was last seen in.
    pub worktree: String,
    /// The tasks that it works on, the main one first.
    pub tasks: Vec<TaskId>,
    /// The worktree in which it started them.
    pub bound_in: Option<String>,
    /// The first line of the user's prompt.
    pub prompt: Option<String>,
    /// Hashes of work tree states that it was already asked about before stopping.
    pub asked: Vec<String>,
    /// The time of its first event.
    pub opened: Timestamp,
    /// The time of its last event.
    pub seen: Timestamp,
    /// The reported end; `None` while it is open.
    pub ended: Option<Ended>,
    /// The commit of HEAD after its last event.
    pub head: Option<String>,
    /// The time of the last snapshot taken for it.
    pub captured: Option<Timestamp>,
    /// The items of its to-do list: number and title.
    #[serde(default)]
    pub todos: Vec<(String, String)>,
    /// A hash of the uncommitted changes at its start.
    #[serde(default)]
    pub found: Option<String>,
    /// Whether files may have changed since the last snapshot.
    #[serde(default)]
    pub is_unsaved: bool,
    /// The number of tool calls that may have changed files.
    #[serde(default)]
    pub calls: u32,
    /// The last events of the host and when each was sent, to count each of them once.
    pub events: Vec<(String, Timestamp)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    /// The reason given by the host.
    pub reason: Option<String>,
}

/// Whether a session is still running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The host reported its end.
    Ended,
    /// It is still running.
    Alive,
    /// Its process is gone, but the host did not report an end.
    BrokeOff,
}

impl Session {
    /// One that is seen for the first time, by the process that it runs.
    pub(super) fn new(repo: &Repo, id: &SessionId, now: Timestamp) -> Self {
        Session {
            host: id.host().to_owned(),
            id: id.id().to_owned(),
            agent: id.agent().map(ToOwned::to_owned),
            process: processes::host_process(),
            worktree: repo.worktree_name(),
            opened: now,
            seen: now,
            ..Session::default()
        }
    }

    /// The session id with its host; `None` if the record is incomplete.
    pub fn name(&self) -> Option<SessionId> {
        let id = SessionId::new(&self.host, &self.id)?;
        Some(self.agent.as_deref().map_or(id.clone(), |agent| id.with_agent(agent)))
    }

    /// Whether it continues at `now`.
    pub fn standing(&self, now: Timestamp) -> Standing {
        match (&self.ended, self.process.and_then(|process| process.is_alive())) {
            (Some(_), _) => Standing::Ended,
            (None, Some(true)) => Standing::Alive,
            (None, Some(false)) => Standing::BrokeOff,
            (None, None) if now.seconds_since(self.seen) <= QUIET => Standing::Alive,
            (None, None) => Standing::BrokeOff,
        }
    }

    /// Whether it may continue: it has not ended, and its process is not known to be gone.
    pub fn may_be_alive(&self) -> bool {
        self.ended.is_none() && self.process.and_then(|process| process.is_alive()) != Some(false)
    }

    /// Whether it runs the host that runs this process: then what it works on is worked on here, too.
    pub fn is_around(&self, host: Option<ProcessId>) -> bool {
        self.process.is_some_and(|process| Some(process) != host && process.is_above())
    }

    /// Whether the event `key` was not sent within the last `seconds`; then it is remembered.
    pub fn is_first(&mut self, key: &str, now: Timestamp, seconds: u64) -> bool {
        let is_same = |(known, at): &(String, Timestamp)| known == key && now.seconds_since(*at) <= seconds;
        if self.events.iter().any(is_same) {
            return false;
        }
        self.events.push((key.to_owned(), now));
        let surplus = self.events.len().saturating_sub(EVENTS);
        self.events.drain(..surplus);
        true
    }
}
