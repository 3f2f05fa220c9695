//! The pure core: what tasks, events, trailers and dependencies *mean*.
//!
//! Nothing in here reads a file, a clock, the environment or a repository; values come in, values go out. That is what
//! makes the ledger's promises (order-independent, idempotent, total) testable by the thousand.

pub mod actor;
pub mod bisect;
pub mod blocker;
pub mod chart;
pub mod claim;
pub mod event;
pub mod files;
pub mod fold;
pub mod graph;
pub mod guard;
pub mod id;
pub mod layers;
pub mod message;
pub mod note;
pub mod plan;
pub mod progress;
pub mod relink;
pub mod report;
pub mod resolve;
pub mod retention;
pub mod revert;
pub mod revision;
pub mod rollback;
pub mod secret;
pub mod spent;
pub mod squash;
pub mod status;
pub mod summary;
pub mod table;
pub mod task;
pub mod text;
pub mod time;
pub mod topo;
pub mod trailer;
