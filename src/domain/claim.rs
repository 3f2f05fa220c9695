//! Claims: who holds a task, and until when.
//!
//! A claim lasts for its lease and is renewed by any later event of its holder. Of two claims made at the same time the
//! one with the lower `(n, ulid)` wins, in every clone alike.

use ulid::Ulid;

use super::{
    actor::Actor,
    event::{Event, Payload},
    time::Timestamp,
};

/// The lease when `agent.lease` does not say otherwise: two hours, in seconds. There is no activity during a build.
pub const DEFAULT_LEASE: u64 = 2 * 60 * 60;

/// The longest lease, in seconds: 90 days. A claim whose end is further away than that comes from a clock that is wrong, or
/// from an attack, and stops no one.
pub const MAX_LEASE: u64 = 90 * 24 * 60 * 60;

/// By how much the clocks of two machines may differ before a claim looks longer than [`MAX_LEASE`], in seconds.
const SKEW: u64 = 24 * 60 * 60;

/// Whether a claim that lasts until `until` counts at `now`.
pub fn is_live(until: Timestamp, now: Timestamp) -> bool {
    now < until && until.seconds_since(now) <= MAX_LEASE + SKEW
}

/// An actor in one clone of the repository: two clones may have actors of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub actor: Actor,
    /// The clone; absent while it has no id, which it gets with its first claim.
    pub clone_id: Option<Ulid>,
}

/// The task is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The holder.
    pub by: Actor,
    /// The clone that the holder works in; absent where the version that wrote the claim did not say.
    pub clone_id: Option<Ulid>,
    /// The name of the worktree that it was made in; absent where the version that wrote the claim did not say.
    pub worktree: Option<String>,
    /// Until when, unless renewed.
    pub until: Timestamp,
    /// Seconds that each sign of life is good for.
    pub lease: u64,
    /// The session of the agent host that it is held in, as [`super::session::SessionId::key`] says, where there is one.
    pub session: Option<String>,
}

impl Claim {
    /// The claim for `lease` seconds that `event` makes.
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

    /// Whether it still counts at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        is_live(self.until, now)
    }

    /// Whether it is that of `holder`. A claim that names no clone is that of the actor in every clone.
    pub fn is_of(&self, holder: &Holder) -> bool {
        self.by == holder.actor && (self.clone_id.is_none() || self.clone_id == holder.clone_id)
    }

    /// Whether it keeps `holder` from taking the task at `now`.
    pub fn stops(&self, holder: &Holder, now: Timestamp) -> bool {
        !self.is_of(holder) && self.is_live(now)
    }

    /// Its holder, as seen by `reader`.
    pub fn holder_for(&self, reader: &Holder) -> String {
        if self.by == reader.actor && !self.is_of(reader) {
            format!("{} in another clone", self.by)
        } else {
            self.by.to_string()
        }
    }

    /// Make it last longer if `event` is a sign of life of the holder, made before it ran out.
    pub fn renew(&mut self, event: &Event) {
        let is_elsewhere = event.clone_id.is_some() && self.clone_id.is_some() && event.clone_id != self.clone_id;
        if self.by == event.actor && !is_elsewhere && self.is_live(event.at) {
            self.until = self.until.max(event.at.plus_seconds(self.lease));
        }
    }
}
