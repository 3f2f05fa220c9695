//! What can be done with a repository. Every front end calls these: the command line, hooks of agent hosts, servers.
//!
//! A verb is a function of a [`Caller`] and a request that answers with plain data or an error. It reads no command line,
//! prints nothing and asks nothing; what deserves a warning goes to [`Caller::warn`], and the front end shows it.
//!
//! ```text
//! words ──front end──▶ Request ──verb──▶ Answer or Error ──front end──▶ text, JSON, …
//! ```

pub mod add;
pub mod adopt;
pub mod bisect;
pub mod blame;
pub mod board;
pub mod brief;
mod caller;
pub mod changes_since;
pub mod checkpoint;
mod clock;
pub mod commands;
pub mod complete;
pub mod diff;
pub mod doctor;
pub mod feature;
pub mod gc;
pub mod graph;
pub mod guard;
pub mod host;
mod identity;
pub mod init;
pub mod link;
pub mod list;
pub mod log;
pub mod names;
pub mod next;
pub mod ops;
mod others;
pub mod plan;
pub mod ready;
pub mod repair;
pub mod report;
pub mod rollback;
pub mod session;
pub mod setup;
pub mod show;
pub mod snapshot;
pub mod split;
pub mod squash;
pub mod start;
pub mod status;
pub mod sync;
pub mod task;
pub mod text;
pub mod timeline;
pub mod uncommitted;
pub mod undo;
pub mod uninstall;
pub mod verify;

use caller::Named;
pub use caller::{Caller, NO_LEDGER};
pub use clock::{CLOCK_VARIABLE, Clock};
pub use identity::{actor, client_name};
