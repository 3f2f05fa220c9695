//! Claims: who holds a task, and until when.
//!
//! A claim lasts for its lease and is renewed by any later event of its holder. Of two claims made at the same time the
//! one with the lower `(n, ulid)` wins, in every clone alike.

use ulid::Ulid;

use super::{
    actor::Actor,
    event::{Event, Payload},
    time::{DAY, Timestamp},
};

/// The lease when `agent.lease` does not say otherwise: two hours, in seconds. There is no activity during a build.
pub const DEFAULT_LEASE: u64 = 2 * 60 * 60;

/// The longest lease, in seconds: 90 days. A claim whose end is further away than that comes from a clock that is wrong, or
/// from an attack, and stops no one.
pub const MAX_LEASE: u64 = 90 * DAY;

/// By how much the clocks of two machines are believed to differ at most, in seconds.
pub const SKEW: u64 = DAY;

/// Whether a claim that ends at `until` is still valid at `now`.
pub fn is_live(until: Timestamp, now: Timestamp) -> bool {
    now < until && until.seconds_since(now) <= MAX_LEASE + SKEW
}

/// An actor in one clone of the repository: two clones may have actors of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub actor: Actor,
    /// The clone; `None` if it has no id yet, which it gets with its first claim.
    pub clone_id: Option<Ulid>,
}

/// The claim of an actor on a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub by: Actor,
    /// The clone of the holder; `None` if an older version wrote the claim.
    pub clone_id: Option<Ulid>,
    /// The name of the worktree in which the task was claimed; `None` if an older version wrote the claim.
    pub worktree: Option<String>,
    /// The end, unless it is renewed.
    pub until: Timestamp,
    /// By how many seconds each activity of the holder renews it.
    pub lease: u64,
    /// The session of the holder, as [`super::session::SessionId::key`]; `None` outside of agent hosts.
    pub session: Option<String>,
}

impl Claim {
    /// The claim created by `event`, for `lease` seconds.
    pub fn new(event: &Event, lease: u64) -> Self {
        let lease = lease.min(MAX_LEASE);
        let (session, worktree) = match &event.payload {
            Payload::Start(start) => (&start.session, &start.worktree),
            Payload::Claim(claim) => (&claim.session, &claim.worktree),
            _ => (&None, &None),
        };
        Claim {
            by: event.actor.clone(),
            clone_id: event.clone_id,
            until: event.at.plus_seconds(lease),
            lease,
            session: session.clone(),
            worktree: worktree.clone(),
        }
    }

    /// Whether it is still valid at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.until, now)
    }

    /// Whether it belongs to `holder`. A claim without a clone belongs to the actor in every clone.
    pub fn is_of(&self, holder: &Holder) -> bool {
        self.by == holder.actor && (self.clone_id.is_none() || self.clone_id == holder.clone_id)
    }

    /// Whether it prevents `holder` from claiming the task at `now`.
    pub fn stops(&self, holder: &Holder, now: Timestamp) -> bool {
        !self.is_of(holder) && self.is_live(now)
    }

    /// The holder, as displayed to `reader`.
    pub fn holder_for(&self, reader: &Holder) -> String {
        if self.by == reader.actor && !self.is_of(reader) {
            format!("{} in another clone", self.by)
        } else {
            self.by.to_string()
        }
    }

    /// Extend it if `event` is an activity of the holder before its end.
    pub fn renew(&mut self, event: &Event) {
        let is_elsewhere = event.clone_id.is_some() && self.clone_id.is_some() && event.clone_id != self.clone_id;
        if self.by == event.actor && !is_elsewhere && self.is_live(event.at) {
            self.until = self.until.max(event.at.plus_seconds(self.lease));
        }
    }
}
