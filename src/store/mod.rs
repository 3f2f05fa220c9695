//! What git-agent keeps in a repository: the ledger of tasks, the active task, the index of history.

pub(crate) mod active;
pub(crate) mod cache;
pub mod history;
pub mod ledger;
pub(crate) mod session;

use ulid::Ulid;

use crate::domain::time::Timestamp;

/// An identifier that nothing else has, of something made `at` this time: it sorts by it, and [`Timestamp::of_id`] reads it.
pub fn new_id(at: Timestamp) -> Ulid {
    Ulid::from_parts(u64::try_from(at.millis()).unwrap_or(0), Ulid::generate().random())
}
