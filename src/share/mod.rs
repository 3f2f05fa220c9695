//! Sharing the ledger with other clones: explicit, through `git fetch` and `git push`, never from a hook.

mod remote;
mod sync;
mod through;

pub use remote::{default_remote, refspec, settings};
pub use sync::{Direction, Synced, fetched_ref, sync, sync_notes};
pub use through::write_through;
