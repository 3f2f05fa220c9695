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

/// An event, parsed from or written as one line of a note.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The time by the clock of the writer; displayed, but never used for ordering.
    pub at: Timestamp,
    /// A unique id, which breaks ties of `n`.
    pub id: Ulid,
    /// The actor who recorded it.
    pub actor: Actor,
    /// The Lamport number: one more than the highest in the note as read by the writer.
    pub n: u64,
    /// The clone it was made in, if that matters for claims.
    pub clone_id: Option<Ulid>,
    /// The kind of the event, with its fields.
    pub payload: Payload,
}

impl Event {
    /// The position of this event in the order of the fold.
    pub fn order(&self) -> (u64, Ulid) {
        (self.n, self.id)
    }
}
