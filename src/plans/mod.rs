//! Plans: what should be done, as people, agents and other trackers write it down in a file.
//!
//! ```text
//! text ── Format::read ──► rough items ── settle ──► Plan ── difference ──► events
//!         one file a format  words, places   ids, order    against the ledger
//! ```
//!
//! Our own formats are strict. What other tools write ([`foreign`], Markdown) is taken with all that it contains, and what of that has no
//! place here is [`Left`] and counted.
//!
//! A plan says what should be, the ledger what is. What a plan omits it says nothing about. Everything that can be wrong
//! is found before the first event is made, and [`Wrong`] says where.

mod check;
mod cycles;
mod difference;
mod follow;
mod foreign;
mod format;
mod item;
mod json;
mod left;
mod markdown;
mod names;
mod native;
mod node;
mod parts;
mod position;
mod settle;
mod size;
mod toml;

use crate::domain::status::Status;

pub use crate::plans::position::{TextPlace, Wrong, WrongKind};
pub use difference::{Difference, Field, KnownTask, Renamed, TaskChange, create};
pub use foreign::Foreign;
pub use format::Format;
pub use item::{Content, Decided, Failed, Parent, Plan, PlanItem, Rough, Times, Word, put_below};
pub use json::without_comments;
pub use left::{Left, Reading};
pub use settle::settle;

/// The version of our own formats.
pub const SCHEMA: u64 = 1;

/// The priority that people call `word`: `1`, `P1`, `high`.
pub fn priority_called(word: &str) -> Option<u8> {
    foreign::words::priority_called(word).filter(|(_, is_beyond)| !is_beyond).map(|(priority, _)| priority)
}

/// The state that people call `word`: `done`, `wip`, `todo`. That something blocks a task is not a state.
pub fn status_called(word: &str) -> Option<Status> {
    foreign::words::status(word).filter(|(_, is_blocked)| !is_blocked).map(|(status, _)| status)
}

#[cfg(test)]
mod tests;
