//! A trailer on a line of its own, anywhere in the message.
//!
//! `^[ \t]*(\* )?KEY[ \t]*:[ \t]*VALUE[ \t]*\r?$`: forges concatenate messages when they squash, `git merge --squash`
//! indents them, lists put a bullet before them. Good enough to answer a question; never to decide what is reverted.

use bstr::BString;

use super::{Rules, add_new, line};

/// Every id that a line of `message` names, once each, in order of appearance.
pub fn ids(message: &[u8], rules: &Rules) -> Vec<BString> {
    let mut found = Vec::new();
    for (_, line) in line::lines(message) {
        if let Some(value) = value(line, rules) {
            add_new(&mut found, rules.ids(value));
        }
    }
    found
}

/// The value of this line if it is a task trailer.
fn value<'a>(line: &'a [u8], rules: &Rules) -> Option<&'a [u8]> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = without_leading_blanks(line);
    let line = line.strip_prefix(b"* ").unwrap_or(line);
    let at = line::separator(line)?;
    let key = line::trim(&line[..at]);
    rules.reads(key).then(|| &line[at + 1..])
}

fn without_leading_blanks(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|b| !matches!(b, b' ' | b'\t')).unwrap_or(line.len());
    &line[start..]
}
