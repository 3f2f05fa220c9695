//! Questions about tasks and commits: they read, and change nothing.

pub mod brief;
pub mod changes;
pub mod elsewhere;
pub mod log;
pub mod missing_ledger;
pub mod own;
pub mod repair;
pub mod report;
pub mod revision;
pub mod unstamped;
