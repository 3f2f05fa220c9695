//! The domain: what tasks, events, trailers and dependencies *mean*. Pure.
//!
//! Nothing in here reads a file, a clock, the environment or a repository; values come in, values go out. That is what
//! makes the ledger's promises (order-independent, idempotent, total) testable by the thousand.

pub mod active_time;
pub mod actor;
pub mod bisect;
pub mod claim;
pub mod criteria;
pub mod edited;
pub mod event;
pub mod files;
pub mod fold;
pub mod graph;
pub mod id;
pub mod id_prefix;
pub mod making;
pub mod message;
pub mod note;
pub mod progress;
pub mod repair;
pub mod report;
pub mod retention;
pub mod revision;
pub mod rollback;
pub mod secret;
pub mod session;
pub mod squash;
pub mod stamp;
pub mod status;
pub mod summary;
pub mod table;
pub mod tail;
pub mod task;
pub mod task_graph;
pub mod text;
pub mod time;
pub mod topo;
pub mod trailer;
pub mod withdraw;
pub mod words;
