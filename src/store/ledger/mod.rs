//! The ledger: every task's event log, in one notes ref.
//!
//! ```text
//! refs/notes/agent-tasks ── commit ── tree ─┬─ 3f/9a0c…   note of one task: header line, one event a line
//!                                           ├─ 71/e2b4…   (the key is the id of the anchor blob "0 task <id>\n")
//!                                           ├─ text/…     texts that are too long for a line
//!                                           └─ anchor.…   the anchors of the tasks that this commit adds
//! ```
//!
//! [`View`] reads it as of one commit, [`write`](write::write) appends to it under a lock and a compare-and-swap, [`merge`]
//! merges another one, [`index`] keeps a derived summary so that lists need not read every note.

pub(crate) mod anchors;
pub(crate) mod audit;
pub(crate) mod clone;
pub(crate) mod commands;
pub(crate) mod commits;
pub(crate) mod halves;
pub(crate) mod index;
pub mod merge;
mod remote;
pub(crate) mod survey;
pub mod tree;
mod view;
pub(crate) mod watch;
pub(crate) mod withdraw;
mod write;

pub use remote::{default_remote, fetched_ref};
pub use view::{Lookup, View};
pub use write::{Draft, EventAuthor, Prepared, WriteError, Written, write};

/// The ref that holds the ledger.
pub const REF: &str = "refs/notes/agent-tasks";

pub use crate::domain::note::MAX_NOTE;
