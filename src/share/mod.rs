//! Sharing the ledger with other clones: explicit, through `git fetch` and `git push`, never from a hook.

mod remote;
mod sync;

pub use remote::{configure, default_remote, refspec, unconfigure};
pub use sync::{Direction, Synced, sync};
