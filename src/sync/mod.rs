//! Sharing the ledger with other clones: explicit, through `git fetch` and `git push`, never from a hook.

mod exchange;
mod remote;
mod through;

pub use exchange::{Direction, Synced, fetched_ref, sync, sync_notes};
pub use remote::{default_remote, refspec, settings};
pub use through::write_through;
