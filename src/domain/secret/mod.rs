//! Private keys and tokens: does a text that is about to be committed look as if it holds one?
//!
//! `table` has a row for every kind of secret whose form is known; `assignment` judges what stands behind names like
//! `API_KEY=`. Both see added lines only. A line that says `allowlist secret` or `gitleaks:allow` is passed, as other
//! scanners do.

mod assignment;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use bstr::ByteSlice as _;

/// A place that looks like a secret; does not contain the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The line number in the new content, from 1.
    pub line: usize,
    /// The kind of secret: `a GitHub token`.
    pub what: &'static str,
}

/// Words that let a line pass.
const PASS: [&str; 3] = ["allowlist secret", "gitleaks:allow", "git-agent:allow"];

/// What looks like a secret in the lines of `new` that `old` does not have.
///
/// Of binary content nothing is said: its lines are not lines.
pub fn scan(old: &[u8], new: &[u8]) -> Vec<Finding> {
    if is_binary(new) {
        return Vec::new();
    }
    let known: HashSet<&[u8]> = old.lines().collect();
    let added = new.lines().enumerate().filter(|(_, line)| !known.contains(line));
    let mut findings = Vec::new();
    for (at, line) in added {
        if PASS.iter().any(|word| line.contains_str(word)) {
            continue;
        }
        if let Some(what) = table::find(line).or_else(|| assignment::find(line)) {
            findings.push(Finding { line: at + 1, what });
        }
    }
    findings
}

/// Git's own rule: a NUL byte near the beginning.
fn is_binary(text: &[u8]) -> bool {
    text[..text.len().min(8_000)].contains(&0)
}
