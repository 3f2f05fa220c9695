//! Plans: what should be done, as people, agents and other trackers write it down in a file.
//!
//! ```text
//! text ── Format::read ──► rough items ── settle ──► Plan ── difference ──► events
//!         one file a format  words, places   ids, order    against the ledger
//! ```
//!
//! A plan says what should be, the ledger what is. What a plan leaves out it says nothing about. Everything that can be wrong
//! is found before the first event is made, and [`Wrong`] says where.

mod beads;
mod check;
mod difference;
mod feature_list;
mod features;
mod format;
mod item;
mod json;
mod markdown;
mod names;
mod node;
mod own;
mod parts;
mod place;
mod scope;
mod settle;
mod size;
mod task_master;
mod todo;
mod toml;

pub use difference::{Change, Difference, Field, Known, create};
pub use format::Format;
pub use item::{Content, Decided, Failed, Item, Parent, Plan, Rough, Times, Word, put_below};
pub use place::{Place, Wrong};
pub use settle::settle;

/// The version of our own formats.
pub const SCHEMA: u64 = 1;

#[cfg(test)]
mod tests;
