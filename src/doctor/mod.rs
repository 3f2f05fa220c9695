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

pub use check::{Check, Level};

use crate::{
    domain::{text::list, time::Timestamp},
    error::Error,
    git::Repo,
};

/// How much to examine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Every note as it is now.
    Present,
    /// Also the whole history of the ledger, and the index against the notes.
    Past,
}

/// Whether to keep the derived index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// If it is sound.
    Keep,
    /// Rebuild it.
    Rebuild,
}

/// Run all checks, in the order in which they are shown.
pub fn examine(repo: &Repo, depth: Depth, index: Index, now: Timestamp) -> Vec<Check> {
    let mut checks = surroundings::checks(repo);
    checks.extend(hooks::checks(repo));
    checks.extend(store::checks(repo));
    checks.extend(recovery::checks(repo));
    checks.extend(bisections::checks(repo));
    checks.push(recording::check(repo, now));
    checks.extend(history::checks(repo, index));
    checks.extend(ledger::checks(repo, depth, index, now));
    checks
}

/// `1 note`, `2 notes`.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A check that could not be run, as a finding.
fn failed(name: &str, error: &Error) -> Check {
    let fix =
        error.hint_list().first().cloned().unwrap_or_else(|| "check the file or object named in the message".into());
    Check::error(name, error.to_string(), fix)
}
