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

/// A session of an agent host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The host: `claude`.
    pub host: String,
    /// What the host calls it.
    pub id: String,
    /// The agent inside of the session that this is about, if it is not the session's own.
    pub agent: Option<String>,
    /// The process of the host, as far as the system shows it.
    pub process: Option<ProcessId>,
    /// The model, where the host says so.
    pub model: Option<String>,
    /// The worktree that it was last seen in.
    pub worktree: String,
    /// The tasks that it works on, the main one first.
    pub tasks: Vec<TaskId>,
    /// The worktree that it began them in.
    pub bound_in: Option<String>,
    /// The first line of what its user asked for.
    pub prompt: Option<String>,
    /// States of the work tree that it was asked about before it stopped.
    pub asked: Vec<String>,
    /// When it was first seen.
    pub opened: Timestamp,
    /// When it was last seen.
    pub seen: Timestamp,
    /// How it ended, if it did.
    pub ended: Option<Ended>,
    /// The commit of HEAD after its last event.
    pub head: Option<String>,
    /// When a snapshot was last taken for it.
    pub captured: Option<Timestamp>,
    /// The lines of the list that its agent keeps: their numbers and titles.
    #[serde(default)]
    pub todos: Vec<(String, String)>,
    /// What was not committed when it began, as one word.
    #[serde(default)]
    pub found: Option<String>,
    /// Files may have changed since a snapshot was last taken for it.
    #[serde(default)]
    pub is_unsaved: bool,
    /// How many tools ran that may change files.
    #[serde(default)]
    pub calls: u32,
    /// The last events of the host and when each was sent, to count each of them once.
    pub events: Vec<(String, Timestamp)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    /// What the host says about the reason.
    pub reason: Option<String>,
}

/// Whether a session continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has ended: its host said so.
    Ended,
    /// It continues.
    Alive,
    /// Its process is gone, and it did not say that it ended.
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

    /// Its name; `None` where the record holds none.
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
