//! What git-agent keeps in a repository: the ledger of tasks, the active task, the index of history.

pub(crate) mod active;
pub(crate) mod cache;
pub mod history;
pub mod ledger;
pub(crate) mod session;
