//! Going back, and coming back from that: snapshots, operations, rollback, undo.
//!
//! ```text
//! capture ─▶ plan ─▶ preflight ─▶ store the snapshot ─▶ op begun ─▶ aside ─▶ write ─▶ verify ─▶ index ─▶ refs ─▶ op done
//! (memory)  (memory)  (refuse?)    (durable, with a ref)             └──────── a crash here: resume or undo ────────┘
//! ```
//!
//! Up to the moment in which the operation is recorded as begun nothing of the user's has changed. From then on every byte
//! that is moved away is in the snapshot, which is on the disk and has a ref. See `docs/recovery.md` for the whole story.

mod cache;
pub mod checkpoint;
mod execute;
mod execution;
pub mod gc;
pub mod heal;
mod ledger_events;
mod lock;
pub mod operation;
pub mod plan;
mod preflight;
pub mod restore;
pub mod rollback;
pub mod snapshot;
pub mod squash;
pub mod undo;

pub use crate::recovery::cache::is_interrupted;
pub use crate::recovery::execute::{
    Author, Done, MakeCommit, Order, Outcome, Record, carry_out, interrupted, resume, take_back,
};
pub use crate::recovery::ledger_events::{COLLAPSED, record};
pub use lock::{clear_up, left_behind};
