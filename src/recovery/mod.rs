//! Going back, and coming back from that: snapshots, operations, rollback, undo.
//!
//! ```text
//! capture ─▶ plan ─▶ preflight ─▶ store the snapshot ─▶ op begun ─▶ aside ─▶ write ─▶ verify ─▶ index ─▶ refs ─▶ op done
//! (memory)  (memory)  (refuse?)    (durable, with a ref)             └──────── a crash here: resume or undo ────────┘
//! ```
//!
//! Up to the moment in which the operation is recorded as begun nothing of the user's has changed. From then on every byte
//! that is moved away is in the snapshot, which is on the disk and has a ref. See `docs/recovery.md` for the whole story.

mod act;
pub mod checkpoint;
mod commit;
mod ended;
pub mod gc;
pub mod heal;
mod lock;
pub mod operation;
pub mod plan;
mod preflight;
mod record;
pub mod restore;
pub mod return_to;
pub mod rollback;
mod run;
pub mod snapshot;
pub mod squash;
pub mod undo;

pub use act::{Author, Done, MakeCommit, Order, Outcome, Record, carry_out, interrupted, resume, take_back};
pub use ended::is_interrupted;
pub use lock::{clear_up, left_behind};
pub use record::{COLLAPSED, record};
