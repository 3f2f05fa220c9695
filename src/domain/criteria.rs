//! Acceptance criteria: the items of an acceptance text, each of which can be ticked.
//!
//! ```text
//! - [ ] it parses every example        an item with a box: open, unless a later tick says otherwise
//! - [x] it is documented               met
//! ```
//!
//! A list without boxes has criteria, too, and any other text is one. A tick names its criterion by the beginning of its words, so it
//! stays with it when others are added, and clones that tick different ones at the same time keep both.

use std::collections::BTreeMap;

use super::{task::Task, text::Text};

/// The longest beginning of a criterion that a tick names, in bytes.
const MAX_KEY: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// The text: one line.
    pub text: String,
    pub is_met: bool,
}

/// What was ticked (`true`) or unticked since, by key.
pub type Ticks = BTreeMap<String, bool>;

/// The key by which a tick refers to the criterion `text`.
pub fn key(text: &str) -> &str {
    let end = text.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= MAX_KEY).last();
    &text[..end.unwrap_or_default()]
}

/// Join criteria into one acceptance text; a single one is unchanged.
pub fn join(criteria: &[String]) -> Option<String> {
    match criteria {
        [] => None,
        [only] => Some(only.clone()),
        several => Some(several.iter().map(|text| item(text, false)).collect::<Vec<_>>().join("\n")),
    }
}

/// `text` as an item with a box; further lines stand below it.
fn item(text: &str, is_met: bool) -> String {
    let mut lines = text.lines();
    let head = format!("- [{}] {}", if is_met { 'x' } else { ' ' }, lines.next().unwrap_or_default());
    lines.fold(head, |all, line| if line.is_empty() { all + "\n" } else { format!("{all}\n  {line}") })
}

/// A piece of an acceptance text.
enum Piece<'t> {
    /// A criterion in its lines, without box and bullet, and what its box says.
    Item(Vec<&'t str>, Option<bool>),
    /// A line that is none.
    Line(&'t str),
}

/// Whether `text` is a list of criteria rather than prose.
pub fn is_list(text: &str) -> bool {
    pieces(text).iter().any(|piece| matches!(piece, Piece::Item(_, Some(_))))
        || pieces(text).iter().filter(|piece| matches!(piece, Piece::Item(..))).count() > 1
}

/// The pieces of `text`: its items with boxes, or without any box its items if it has nothing else, or all of it.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let has_boxes = text.lines().any(|line| matches!(bullet(line), Some((_, Some(_)))));
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for line in text.lines() {
        match (bullet(line), pieces.last_mut()) {
            (Some((rest, state)), _) if state.is_some() || !has_boxes => pieces.push(Piece::Item(vec![rest], state)),
            (_, Some(Piece::Item(lines, _))) if line.starts_with("  ") || line.is_empty() => lines.push(line.trim()),
            _ => pieces.push(Piece::Line(line)),
        }
    }
    let is_plain = pieces.iter().any(|piece| matches!(piece, Piece::Line(line) if !line.trim().is_empty()));
    if !has_boxes && is_plain {
        return vec![Piece::Item(text.lines().collect(), None)];
    }
    pieces
}

/// What stands behind the bullet of an item, and what its box says.
fn bullet(line: &str) -> Option<(&str, Option<bool>)> {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => line.strip_prefix(['-', '*', '+'])?,
        _ => line[digits..].strip_prefix(['.', ')'])?,
    };
    let rest = rest.strip_prefix(' ')?.trim_start();
    for (mark, state) in [("[ ]", false), ("[x]", true), ("[X]", true)] {
        if let Some(rest) = rest.strip_prefix(mark)
            && rest.starts_with(' ')
        {
            return Some((rest.trim(), Some(state)));
        }
    }
    (!rest.is_empty()).then_some((rest, None))
}

fn words(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ")
}

fn is_met(text: &str, state: Option<bool>, ticks: &Ticks) -> bool {
    ticks.get(key(text)).copied().unwrap_or(state.unwrap_or_default())
}

/// The criteria in the acceptance text `text`, with the state that `ticks` give them.
pub fn of(text: &str, ticks: &Ticks) -> Vec<Criterion> {
    let criterion = |piece: &Piece<'_>| match piece {
        Piece::Item(lines, state) => {
            let text = words(lines);
            Some(Criterion { is_met: is_met(&text, *state, ticks), text })
                .filter(|criterion| !criterion.text.is_empty())
        }
        Piece::Line(_) => None,
    };
    pieces(text).iter().filter_map(criterion).collect()
}

/// `text` with checkboxes according to `ticks`; unchanged without ticks.
pub fn ticked(text: &str, ticks: &Ticks) -> String {
    let pieces = pieces(text);
    let keys = |piece: &Piece<'_>| matches!(piece, Piece::Item(lines, _) if ticks.contains_key(key(&words(lines))));
    if !pieces.iter().any(keys) {
        return text.to_owned();
    }
    let line = |piece: &Piece<'_>| match piece {
        Piece::Item(lines, state) => item(lines.join("\n").trim_end(), is_met(&words(lines), *state, ticks)),
        Piece::Line(line) => (*line).to_owned(),
    };
    pieces.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `text` with an empty box before every criterion.
fn unticked(text: &str) -> String {
    let keys = of(text, &Ticks::new()).into_iter().map(|criterion| (key(&criterion.text).to_owned(), false));
    ticked(text, &keys.collect())
}

/// What must be done to update an acceptance text; ticked criteria remain ticked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Whether the texts differ.
    pub is_other: bool,
    /// The keys of criteria to tick.
    pub met: Vec<String>,
}

/// The changes that turn the text `before`, with its `ticks`, into `after`.
pub fn difference(before: &str, after: &str, ticks: &Ticks) -> Difference {
    let is_other = unticked(before) != unticked(after);
    let was = of(before, ticks);
    let was_met = |text: &str| was.iter().any(|criterion| criterion.is_met && criterion.text == text);
    let then = if is_other { of(after, ticks) } else { was.clone() };
    let wanted = of(after, &Ticks::new());
    let met = then.iter().zip(&wanted).filter(|(is, wanted)| !is.is_met && (wanted.is_met || was_met(&is.text)));
    Difference { is_other, met: met.map(|(is, _)| key(&is.text).to_owned()).collect() }
}

impl Task {
    /// The acceptance text, with checkboxes; `text` reads long texts.
    pub fn accept_text(&self, text: impl FnOnce(&Text) -> String) -> Option<String> {
        self.accept.as_ref().map(|accept| ticked(&text(accept), &self.ticks))
    }

    /// The criteria, if the acceptance text is a list or has ticks. A single one in prose is met by completing the task.
    pub fn criteria(&self, text: impl FnOnce(&Text) -> String) -> Vec<Criterion> {
        let Some(accept) = self.accept_text(text) else { return Vec::new() };
        if is_list(&accept) { of(&accept, &self.ticks) } else { Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(list: &[(&str, bool)]) -> Ticks {
        list.iter().map(|(key, is_met)| ((*key).to_owned(), *is_met)).collect()
    }

    fn shown(text: &str, list: &[(&str, bool)]) -> String {
        let criteria = of(text, &ticks(list)).into_iter();
        criteria.map(|one| format!("{}{};", if one.is_met { '+' } else { '-' }, one.text)).collect()
    }

    #[test]
    fn criteria_are_items_or_the_whole_text() {
        for (text, expected) in [
            ("all tests pass", "-all tests pass;"),
            ("two\n\nparagraphs", "-two paragraphs;"),
            ("- a\n- b\n  goes on\n", "-a;-b goes on;"),
            ("1. a\n2) [x] b", "+b;"),
            ("Before:\n- [ ] a\n- [X] b\n- no box\n\nAfter.", "-a;+b;"),
            ("- a\nand prose", "-- a and prose;"),
            ("", ""),
        ] {
            assert_eq!(shown(text, &[]), expected, "{text}");
        }
        assert_eq!(shown("- [ ] a\n- [x] b", &[("a", true), ("b", false), ("c", true)]), "+a;-b;");
        assert_eq!(join(&["a".into(), "b\nc".into()]).as_deref(), Some("- [ ] a\n- [ ] b\n  c"));
    }

    #[test]
    fn a_ticked_text_says_the_same_when_it_is_read_again() {
        for text in
            ["all tests pass", "two\n\nparagraphs", "- a\n- b\n  goes on", "Before:\n- [ ] a\n- [x] b\n- c\nAfter."]
        {
            let all: Ticks = of(text, &Ticks::new()).iter().map(|one| (key(&one.text).to_owned(), true)).collect();
            let told = ticked(text, &all);
            assert_eq!(of(&told, &Ticks::new()), of(text, &all), "{told}");
            assert_eq!(ticked(&told, &all), told);
            assert_eq!(ticked(text, &Ticks::new()), text);
        }
    }

    #[test]
    fn a_difference_ticks_and_never_unticks() {
        let of = |before: &str, after: &str, list: &[(&str, bool)]| {
            let Difference { is_other, met } = difference(before, after, &ticks(list));
            (is_other, met.join(" "))
        };
        let two = "- [ ] a\n- [ ] b";
        assert_eq!(of(two, "- [x] a\n- [ ] b", &[("b", true)]), (false, "a".into()));
        assert_eq!(of(two, two, &[("b", true)]), (false, String::new()));
        assert_eq!(of("- [x] a\n- [ ] b", "- a\n- b", &[]), (false, String::new()));
        assert_eq!(of("- [x] a\n- [ ] b", "- [ ] a\n- [ ] c", &[]), (true, "a".into()));
        assert_eq!(of(two, "- [ ] b\n- [x] c", &[("b", true)]), (true, String::new()));
        assert_eq!(of("tests pass", "- [x] tests pass", &[]), (false, "tests pass".into()));
    }
}
