//! What git-agent keeps in a repository: the ledger of tasks, the active task, the index of history.

pub mod active;
pub mod cache;
pub mod history;
pub mod ledger;
pub mod session;
