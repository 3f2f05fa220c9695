//! Health checks: each file checks one part, and reports findings with remedies.
//!
//! Checks change nothing, with exceptions that lose nothing: missing anchors are restored, a derived index that is damaged, or if
//! requested, is rebuilt, and new commits are recorded.

mod audit;
mod bisections;
mod check;
mod history;
mod hooks;
mod ledger;
mod recording;
mod recovery;
mod store;
mod surroundings;

pub use check::{Check, Finding, Level};

use crate::{
    domain::{
        text::{list, plural},
        time::Timestamp,
    },
    git::Repo,
};

/// How much of the ledger to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The current state of every note.
    Present,
    /// Also the whole history of the ledger, and the index against the notes.
    Past,
}

/// Whether to keep the derived index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Keep the indexes if they are valid.
    Keep,
    /// Rebuild the indexes.
    Rebuild,
}

/// Run all checks, in the order in which they are shown.
pub fn examine(repo: &Repo, depth: Depth, index: Index, now: Timestamp) -> Vec<Check> {
    let mut checks = surroundings::checks(repo);
    checks.extend(hooks::checks(repo));
    checks.extend(store::checks(repo));
    checks.extend(recovery::checks(repo));
    checks.push(Check::of("bisections", bisections::check(repo)));
    checks.push(Check::of("recording", Ok(recording::check(repo, now))));
    checks.push(Check::of("commits", history::check(repo, index)));
    checks.extend(ledger::checks(repo, depth, index, now));
    checks
}

/// `1 note`, `2 notes`.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
