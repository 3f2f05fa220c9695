//! Claims: who holds a task, and until when.
//!
//! A claim lasts for its lease and is renewed by any later event of its holder. Of two claims made at the same time the
//! one with the lower `(n, ulid)` wins, in every clone alike.

use super::{actor::Actor, time::Timestamp};

/// The lease when `agent.lease` does not say otherwise: two hours, in seconds. Nobody sends a sign of life during a build.
pub const DEFAULT_LEASE: u64 = 2 * 60 * 60;

/// Somebody holds the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The holder.
    pub by: Actor,
    /// Until when, unless renewed.
    pub until: Timestamp,
    /// Seconds that each sign of life is good for.
    pub lease: u64,
}

impl Claim {
    /// A claim of `by` as of `at`.
    pub fn new(by: Actor, at: Timestamp, lease: u64) -> Self {
        Claim { by, until: at.plus_seconds(lease), lease }
    }

    /// Whether it still counts at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Whether it keeps `actor` from taking the task at `now`.
    pub fn stops(&self, actor: &Actor, now: Timestamp) -> bool {
        self.by != *actor && self.is_live(now)
    }

    /// A sign of life of the holder.
    pub fn renew(&mut self, at: Timestamp) {
        self.until = self.until.max(at.plus_seconds(self.lease));
    }
}
