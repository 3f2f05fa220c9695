//! A trailer on a line of its own, anywhere in the message.
//!
//! `^[ \t]*(\* )?KEY[ \t]*:[ \t]*VALUE[ \t]*\r?$`: forges concatenate messages when they squash, `git merge --squash`
//! indents them, lists put a bullet before them. Good enough to answer a question; never to decide what is reverted.

use bstr::{BStr, BString};

use super::{Distinct, Rules, line};

/// Every id that a line of `message` names, once each, in order of appearance.
pub fn ids(message: &[u8], rules: &Rules) -> Vec<BString> {
    let mut found = Distinct::default();
    for (_, line) in line::lines(message) {
        if let Some(value) = value(line, rules) {
            found.add(rules.ids(value));
        }
    }
    found.ids
}

/// `message` without the ids for which `is_gone`; `None` if it names no such task. A line that named nothing else goes, and so does a
/// paragraph of such lines.
pub fn without(message: &[u8], rules: &Rules, is_gone: impl Fn(&[u8]) -> bool) -> Option<BString> {
    let mut kept = BString::default();
    let mut any = false;
    for (_, line) in line::lines(message) {
        let named = value(line, rules).filter(|value| rules.ids(value).any(|id| is_gone(id)));
        if let Some(value) = named {
            any = true;
            let left: Vec<&BStr> = rules.ids(value).filter(|id| !is_gone(id)).collect();
            if !left.is_empty() {
                let end = line.iter().rposition(|&b| !line::is_space(b)).map_or(0, |last| last + 1);
                kept.extend_from_slice(line.split(|&b| b == b':').next().unwrap_or_default());
                kept.extend_from_slice(b": ");
                kept.extend_from_slice(&bstr::join(", ", left));
                kept.extend_from_slice(&line[end..]);
            }
            continue;
        }
        // A second blank line in a row, where there was a paragraph.
        if any && line::is_blank(line) && line::lines(&kept).next_back().is_some_and(|(_, last)| line::is_blank(last)) {
            continue;
        }
        kept.extend_from_slice(line);
    }
    if !any {
        return None;
    }
    while line::lines(&kept).next_back().is_some_and(|(_, last)| line::is_blank(last)) {
        let start = line::lines(&kept).next_back().map_or(0, |(start, _)| start);
        kept.truncate(start);
    }
    Some(kept)
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
