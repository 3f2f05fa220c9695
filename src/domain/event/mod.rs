//! Events: the only thing the ledger stores. What happened to a task, when, by whom.
//!
//! An event is one line of the task's note and is never edited or removed:
//!
//! ```text
//! 2026-11-22T14:35:00.000Z 01JD… claude@devbox n=2 start base="9fceb02…" branch="main"
//! <UTC ms>                 <ulid> <actor>      n=<lamport> <kind> <key>=<json> …
//! ```
//!
//! [`mod@line`] is the wire form, [`payload`] what the kinds carry. Events are ordered by `(n, ulid)`: the Lamport number grows
//! with what the writer had seen, the ULID breaks ties the same way in every clone; wall clocks may be wrong.

mod fields;
mod line;
mod payload;

pub use fields::{Create, Edit, TICKS, Tick};
pub use line::{Line, MAX_LINE, ParseError};
pub use payload::{
    Block, Cancel, Claim, Commit, Complete, Decide, Dep, Fail, Link, Note, Pause, Payload, Reason, Rollback, Split,
    Squash, Start, Unblock, Undo, Unlink, Verify, Withdraw,
};

use super::{actor::Actor, time::Timestamp};
use ulid::Ulid;

/// One event, as it was parsed from, or will be written as, one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, by the writer's clock; shown to people, never used for ordering.
    pub at: Timestamp,
    /// Unique; breaks ties of `n`.
    pub id: Ulid,
    /// The actor.
    pub actor: Actor,
    /// Lamport number: one more than the highest that the writer saw in this note.
    pub n: u64,
    /// The clone that it was made in, where that matters to claims.
    pub clone_id: Option<Ulid>,
    /// What happened.
    pub payload: Payload,
}

impl Event {
    /// The place of this event in the order of the fold.
    pub fn order(&self) -> (u64, Ulid) {
        (self.n, self.id)
    }
}
