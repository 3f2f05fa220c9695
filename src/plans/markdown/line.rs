//! One line of a checklist.

use super::{Reading, Word};
use crate::domain::{id::TaskId, status::Status, text::InvalidText, words};

/// The states and their marks; the first one of a state is the one that is written.
pub(super) const MARKS: [(Status, &[&str]); 5] = [
    (Status::Pending, &[" "]),
    (Status::Completed, &["x", "X", "v", "V", "✓", "✔", "✅", "☑"]),
    (Status::InProgress, &["~", "/", ">", "🔄", "🚧", "⏳"]),
    (Status::Failed, &["!", "❌", "✗", "✘"]),
    (Status::Cancelled, &["-", "⏭"]),
];

/// What may stand at the end of a line in brackets.
pub(super) const WORDS: [&str; 4] = ["(after:", "(failed:", "(labels:", "(ref:"];

/// A heading or an item.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The byte at which the line begins to say something.
    pub at: usize,
    /// The level, if it is a heading.
    pub heading: Option<usize>,
    /// How far an item is indented; counts from 1, a tab is four.
    pub indent: usize,
    /// The state of its checkbox.
    pub status: Option<Status>,
    /// `[ ]*`: the item is optional.
    pub is_optional: bool,
    /// The rest of the line.
    pub title: String,
    /// What is more of it than a title takes.
    pub whole: Option<String>,
    /// The id in `<!-- id -->`.
    pub id: Option<Word>,
    /// The dependencies in `(after: a, b)`.
    pub after: Option<Vec<Word>>,
    /// The reason in `(failed: why)`.
    pub failed: Option<String>,
    /// The labels in `(labels: a, b)`.
    pub labels: Vec<String>,
    /// The references in `(ref: KEY-1)`.
    pub refs: Vec<String>,
    /// The lines indented below it.
    pub text: Vec<String>,
    /// What follows is no longer about it.
    pub is_over: bool,
}

/// Whether `line` looks like an item of a checklist.
pub(in super::super) fn is_checkbox(line: &str) -> bool {
    bullet(line.trim_start()).is_some_and(|rest| matches!(mark(rest), Box::Is(..)))
}

/// What the block at byte `start` of `text` is, whose lines end with `line`; `None` if it is text. An item is `indent` columns from the left.
pub(super) fn entry(
    line: &str,
    start: usize,
    heading: Option<usize>,
    indent: usize,
    reading: &mut Reading,
) -> Option<Entry> {
    let rest = match heading {
        Some(_) => without_closing(line.trim_start_matches('#').trim()),
        None => bullet(line)?,
    };
    let (status, is_optional, rest) = match mark(rest) {
        Box::Is(status, is_optional, rest) => (Some(status), is_optional, rest),
        Box::Odd(shown) => {
            let at = start + (rest.as_ptr() as usize - line.as_ptr() as usize);
            if heading.is_none() {
                reading.leave(at, format!("'[{}]' is not a checkbox: read as text", shown.escape_debug()));
            }
            (None, false, rest)
        }
        Box::Strange(shown, after) => {
            let at = start + (rest.as_ptr() as usize - line.as_ptr() as usize);
            reading.leave(at, format!("unknown mark '[{}]': treated as pending", shown.escape_debug()));
            (Some(Status::Pending), false, after)
        }
        Box::No => (None, false, rest),
    };
    if heading.is_none() && status.is_none() {
        return None;
    }
    let place = |part: &str| start + (part.as_ptr() as usize - line.as_ptr() as usize);
    let at = place(rest.trim_start());
    let mut entry = Entry { at, heading, indent, status, is_optional, ..Entry::default() };
    let mut rest = rest.trim();
    loop {
        if entry.id.is_none()
            && let Some((before, inside)) = enclosed(rest, "<!--", "-->")
        {
            let word = inside.trim();
            if !word.is_empty() && !word.contains(char::is_whitespace) {
                entry.id = Some(Word { at: place(word), text: word.to_owned() });
            }
            rest = before;
            continue;
        }
        // The one that ends the line is the one that is opened last.
        let words = WORDS.into_iter().filter_map(|open| Some((open, enclosed(rest, open, ")")?)));
        let Some((open, (before, inside))) = words.min_by_key(|(_, (_, inside))| inside.len()) else { break };
        match open {
            "(after:" if entry.after.is_none() => {
                let words = inside.split(',').map(str::trim).filter(|word| !word.is_empty());
                let words = words.map(|word| Word { at: place(word), text: unescape(word.trim_matches('`')) });
                entry.after = Some(words.collect());
            }
            "(failed:" if entry.failed.is_none() && entry.status == Some(Status::Failed) => {
                let why = reading.lines(place(inside), &unescape(inside.trim()));
                entry.failed = Some(why).filter(|why| !why.is_empty());
            }
            "(labels:" => {
                let labels = inside.split(',').filter(|label| !label.trim().is_empty());
                entry.labels.splice(0..0, taken(labels, place(inside), "label", words::label, reading));
            }
            "(ref:" => {
                let reference = std::iter::once(inside);
                entry.refs.splice(0..0, taken(reference, place(inside), "reference", words::reference, reading));
            }
            _ => break,
        }
        rest = before;
    }
    (entry.title, entry.whole) = reading.line(at, &unescape(rest));
    if entry.title.is_empty() {
        if heading.is_none() {
            reading.leave(start, "a checkbox without text is skipped");
        }
        return None;
    }
    Some(entry)
}

/// Those of `texts` that `check` lets in; the others are counted.
fn taken<'t>(
    texts: impl Iterator<Item = &'t str>,
    at: usize,
    what: &str,
    check: fn(&str) -> Result<String, InvalidText>,
    reading: &mut Reading,
) -> Vec<String> {
    let mut taken = Vec::new();
    for text in texts {
        match check(&unescape(text)) {
            Ok(word) => taken.push(word),
            Err(why) => reading.leave(at, format!("a {what} is skipped: {why}")),
        }
    }
    taken
}

impl Entry {
    /// Take `line`, which stands below it, into its text.
    pub(super) fn describe(&mut self, line: &str) {
        let depth = if self.heading.is_some() { 0 } else { self.indent + 1 };
        let spaces = line.len() - line.trim_start_matches([' ', '\t']).len();
        // A paragraph of its own, not the item's.
        self.is_over |= self.heading.is_none()
            && spaces < self.indent
            && !line.trim().is_empty()
            && self.text.last().is_some_and(|last| last.trim().is_empty());
        if self.is_over {
            return;
        }
        let line = &line[spaces.min(depth)..];
        let quoted = line.trim_start().strip_prefix('>').map(|text| text.strip_prefix(' ').unwrap_or(text));
        self.text.push(quoted.unwrap_or(line).to_owned());
    }

    /// The title in front of a word in backticks that could be an id, and the word.
    pub(super) fn backticked(&self) -> Option<(&str, &str)> {
        let (before, word) = self.title.strip_suffix('`')?.rsplit_once('`')?;
        let before = before.strip_suffix([' ', '\t'])?.trim_end();
        let is_id = TaskId::parse(word).is_ok() && !word.contains('.');
        (is_id && !before.is_empty() && !before.contains('`')).then_some((before, word))
    }
}

/// What stands behind the bullet of a list.
fn bullet(line: &str) -> Option<&str> {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = match digits {
        0 => line.strip_prefix(['-', '*', '+'])?,
        1..=9 => line[digits..].strip_prefix(['.', ')'])?,
        _ => return None,
    };
    rest.starts_with([' ', '\t']).then(|| rest.trim_start())
}

/// What stands at the beginning of an item.
enum Box<'t> {
    /// A box, whether a star behind it says that it is optional, and the rest.
    Is(Status, bool, &'t str),
    /// A box with an unknown mark, and the rest.
    Strange(&'t str, &'t str),
    /// Brackets with a letter or a digit: a word about the rest.
    Odd(&'t str),
    /// Something else.
    No,
}

/// What `text` begins with.
fn mark(text: &str) -> Box<'_> {
    let Some((inside, rest)) = text.strip_prefix('[').and_then(|inside| inside.split_once(']')) else { return Box::No };
    let (is_optional, rest) = match rest.strip_prefix('*').or_else(|| rest.strip_prefix("\\*")) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    // A space is often forgotten; `[x](link)` and `[x]: link` are something else.
    let is_apart = rest.is_empty() || rest.starts_with([' ', '\t']);
    let is_forgotten =
        matches!(inside, " " | "x" | "X") && rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '*' | '`'));
    if !is_apart && !is_forgotten {
        return Box::No;
    }
    // Some signs have a mark behind them that makes a picture of them.
    let plain = inside.trim().trim_end_matches('\u{fe0f}');
    let known = if inside.trim().is_empty() { " " } else { plain };
    match MARKS.iter().find(|(_, marks)| marks.contains(&known)) {
        Some((status, _)) => Box::Is(*status, is_optional, rest),
        None if plain.chars().count() > 2 => Box::No,
        None if plain.chars().any(char::is_alphanumeric) => Box::Odd(plain),
        None => Box::Strange(plain, rest),
    }
}

/// A heading without the `##` behind it.
fn without_closing(text: &str) -> &str {
    let cut = text.trim_end_matches('#');
    if cut.len() < text.len() && cut.ends_with([' ', '\t']) { cut.trim_end() } else { text }
}

/// What stands before, and within, the brackets that end `text`; a backslash makes a bracket an ordinary character.
fn enclosed<'t>(text: &'t str, open: &str, close: &str) -> Option<(&'t str, &'t str)> {
    let inner = text.strip_suffix(close).filter(|inner| !is_escaped(inner))?;
    let found = inner.rmatch_indices(open).map(|(at, _)| at).find(|at| !is_escaped(&inner[..*at]))?;
    Some((inner[..found].trim_end(), &inner[found + open.len()..]))
}

/// Whether what follows `before` has a backslash in front of it.
fn is_escaped(before: &str) -> bool {
    before.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// `text` without the backslashes that make punctuation ordinary.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => plain.extend(chars.next()),
            _ => plain.push(c),
        }
    }
    plain
}
