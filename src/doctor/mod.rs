//! Is everything as it should be? Each file looks at one part and says what it found and what to do about it.
//!
//! Looking changes nothing, with two exceptions that lose nothing: anchors that are missing are made again, and a derived
//! index that is damaged, or if requested, is rebuilt.

mod audit;
mod bisections;
mod history;
mod hooks;
mod ledger;
mod recovery;
mod store;
mod surroundings;

use crate::{domain::time::Timestamp, error::Error, git::Repo, view::json::Check};

/// How hard to look.
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

/// Look at everything.
pub fn examine(repo: &Repo, depth: Depth, index: Index, now: Timestamp) -> Vec<Check> {
    let mut checks = surroundings::checks(repo);
    checks.extend(hooks::checks(repo));
    checks.extend(store::checks(repo));
    checks.extend(recovery::checks(repo));
    checks.extend(bisections::checks(repo));
    checks.extend(history::checks(repo, index));
    checks.extend(ledger::checks(repo, depth, index, now));
    checks
}

/// `a, b, c and 4 more`.
fn few<T: ToString>(items: &[T]) -> String {
    const SHOWN: usize = 5;
    let shown = items.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `1 note`, `2 notes`.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A look that failed, as a finding.
fn failed(name: &str, error: &Error) -> Check {
    let fix = error.hint_lines().first().cloned().unwrap_or_else(|| "look at what the message names".to_owned());
    Check::error(name, error.to_string(), fix)
}
