//! Sharing the ledger with other clones: explicit, through `git fetch` and `git push`, never from a hook.

mod exchange;
mod remote;
mod through;

pub use exchange::{Direction, Synced, sync, sync_notes};
pub use remote::{refspec, settings};
pub use through::write_through;

pub use crate::git::remote::Run;
