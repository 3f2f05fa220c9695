//! Questions about tasks and commits: they read, and change nothing.

pub(crate) mod brief;
pub(crate) mod changes;
pub(crate) mod elsewhere;
pub(crate) mod log;
pub(crate) mod missing_ledger;
pub(crate) mod own;
pub(crate) mod repair;
pub(crate) mod report;
pub mod revision;
pub(crate) mod unstamped;
