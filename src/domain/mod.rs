//! The domain: what tasks, events, trailers and dependencies *mean*. Pure.
//!
//! Nothing in here reads a file, a clock, the environment or a repository; values come in, values go out. That is what
//! makes the ledger's promises (order-independent, idempotent, total) testable by the thousand.

pub mod active_time;
pub mod actor;
pub(crate) mod bisect;
pub(crate) mod claim;
pub(crate) mod criteria;
pub(crate) mod edited;
pub mod event;
pub(crate) mod files;
pub(crate) mod fnv;
pub mod fold;
pub mod graph;
pub mod id;
pub(crate) mod id_prefix;
pub(crate) mod making;
pub(crate) mod message;
pub(crate) mod named;
pub mod note;
pub(crate) mod progress;
pub(crate) mod repair;
pub(crate) mod report;
pub(crate) mod retention;
pub mod revision;
pub mod rollback;
pub(crate) mod secret;
pub(crate) mod session;
pub mod squash;
pub(crate) mod stamp;
pub mod status;
pub mod summary;
pub mod table;
pub(crate) mod tail;
pub mod task;
pub(crate) mod task_graph;
pub mod text;
pub mod time;
pub(crate) mod topo;
pub mod trailer;
pub(crate) mod withdraw;
pub(crate) mod words;
