//! What a file has that a plan cannot take unchanged.
//!
//! Files of other tools are taken with what they contain; what is omitted or changed is counted, with its places.

use super::item::{Rough, Word};
use crate::domain::text::{MAX_LINE_TEXT, is_hostile};

/// What a reader made of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The items, in the order of the text.
    pub items: Vec<Rough>,
    /// What was changed or skipped.
    pub left: Vec<Left>,
    /// Tasks that say which others come after them: the byte at which they begin, and such a task.
    pub before: Vec<(usize, Word)>,
}

/// Something that was changed or skipped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The byte of the text at which it is.
    pub at: usize,
    /// What it is and what became of it; the same words for all of its kind.
    pub what: String,
}

impl Reading {
    /// Note that what is at byte `at` was changed or skipped.
    pub(super) fn leave(&mut self, at: usize, what: impl Into<String>) {
        self.left.push(Left { at, what: what.into() });
    }

    /// Turn what tasks say about those after them into what those come after. References to tasks that are not here are omitted.
    pub(super) fn settle_before(&mut self) {
        for (from, word) in std::mem::take(&mut self.before) {
            let name = |item: &Rough| item.id.as_ref().map(|id| id.text.clone()).or_else(|| item.label.clone());
            let earlier = self
                .items
                .iter()
                .find(|item| item.at == from)
                .map(|item| name(item).unwrap_or_else(|| item.content.title.clone()));
            let later = self
                .items
                .iter_mut()
                .find(|item| name(item).as_ref() == Some(&word.text) || item.content.title == word.text);
            match (earlier, later) {
                (Some(earlier), Some(later)) => {
                    let after = later.after.get_or_insert_default();
                    if !after.iter().any(|known| known.text == earlier) {
                        after.push(Word { at: word.at, text: earlier });
                    }
                }
                _ => self.leave(word.at, "a dependent task cannot be resolved: skipped"),
            }
        }
    }

    /// `text` with lines, without characters that act on a terminal.
    pub(super) fn lines(&mut self, at: usize, text: &str) -> String {
        let text = text.replace("\r\n", "\n");
        let is_bad = |c: char| is_hostile(c) && !matches!(c, '\n' | '\t');
        let text = text.trim_end();
        if !text.contains(is_bad) {
            return text.to_owned();
        }
        self.leave(at, "control characters are replaced");
        text.replace(is_bad, "\u{fffd}").trim_end().to_owned()
    }

    /// `text` on one line; and all of it, where that is more than a line takes.
    pub(super) fn line(&mut self, at: usize, text: &str) -> (String, Option<String>) {
        let whole = self.lines(at, text).trim().to_owned();
        let line = whole.replace(['\n', '\t'], " ");
        if line.len() <= MAX_LINE_TEXT {
            return (line, None);
        }
        self.leave(at, "a title that is too long is cut; the description has all of it");
        (shortened(&line), Some(whole))
    }
}

/// The beginning of `line`, up to a space.
fn shortened(line: &str) -> String {
    let mut end = MAX_LINE_TEXT - '…'.len_utf8();
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let cut = line[..end].rfind(' ').filter(|cut| *cut > end / 2).unwrap_or(end);
    format!("{}…", line[..cut].trim_end())
}
