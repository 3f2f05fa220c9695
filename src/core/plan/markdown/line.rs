//! One line of a checklist.

use super::{Word, Wrong, check};
use crate::core::{id::TaskId, status::Status};

/// The marks and what they mean.
pub(super) const MARKS: [(char, Status); 7] = [
    (' ', Status::Pending),
    ('x', Status::Completed),
    ('X', Status::Completed),
    ('~', Status::InProgress),
    ('/', Status::InProgress),
    ('!', Status::Failed),
    ('-', Status::Cancelled),
];

/// A heading or an item.
#[derive(Debug)]
pub(super) struct Entry {
    /// The byte at which the line begins to say something.
    pub at: usize,
    /// The level of a heading.
    pub heading: Option<usize>,
    /// How far an item is indented; counts from 1, a tab is four.
    pub indent: usize,
    /// Its box.
    pub status: Option<Status>,
    /// `[ ]*`: nice to have.
    pub is_optional: bool,
    /// What is left of the line.
    pub title: String,
    /// `<!-- id -->`
    pub id: Option<Word>,
    /// `(after: a, b)`
    pub after: Option<Vec<Word>>,
    /// `(failed: why)`
    pub failed: Option<String>,
    /// The lines below it.
    pub text: Vec<String>,
    /// What follows is not about it any more.
    pub is_over: bool,
}

/// Whether `line` is an item of a checklist.
pub(in super::super) fn is_checkbox(line: &str) -> bool {
    bullet(line.trim_start()).is_some_and(|rest| mark(rest).is_some())
}

/// What `line`, which begins at byte `start`, is; `None` if it is text.
pub(super) fn entry(line: &str, start: usize) -> Result<Option<Entry>, Wrong> {
    let inner = line.trim_start();
    let before = &line[..line.len() - inner.len()];
    let indent: usize = 1 + before.chars().map(|c| if c == '\t' { 4 } else { 1 }).sum::<usize>();
    let level = inner.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &inner[level..];
    let mut is_optional = false;
    let (heading, status, rest) = if (1..=6).contains(&level) && indent <= 4 && rest.starts_with([' ', '\t']) {
        let rest = without_closing(rest.trim());
        let (status, rest) = mark(rest).map_or((None, rest), |(status, _, rest)| (Some(status), rest));
        (Some(level), status, rest)
    } else if let Some(rest) = bullet(inner) {
        let marked = mark(rest);
        if marked.is_none() && is_odd_box(rest) {
            let what = format!("there is no mark '{}'", rest.chars().take(3).collect::<String>().escape_debug());
            let at = start + (rest.as_ptr() as usize - line.as_ptr() as usize);
            let hint = "the marks are [ ], [~] in progress, [x] completed, [!] failed, [-] cancelled";
            return Err(Wrong::new(at, what).hint(hint));
        }
        let Some((status, optional, rest)) = marked else { return Ok(None) };
        is_optional = optional;
        (None, Some(status), rest)
    } else {
        return Ok(None);
    };
    let place = |part: &str| start + (part.as_ptr() as usize - line.as_ptr() as usize);
    let at = place(rest.trim_start());
    let mut entry = Entry {
        at,
        heading,
        indent,
        status,
        is_optional,
        title: String::new(),
        id: None,
        after: None,
        failed: None,
        text: Vec::new(),
        is_over: false,
    };
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
        } else if entry.after.is_none()
            && let Some((before, inside)) = enclosed(rest, "(after:", ")")
        {
            let words = inside.split(',').map(str::trim).filter(|word| !word.is_empty());
            let words = words.map(|word| Word { at: place(word), text: unescape(word.trim_matches('`')) });
            entry.after = Some(words.collect());
            rest = before;
        } else if entry.failed.is_none()
            && entry.status == Some(Status::Failed)
            && let Some((before, inside)) = enclosed(rest, "(failed:", ")")
        {
            entry.failed = check::lines(place(inside), "reason", &unescape(inside.trim()))?;
            rest = before;
        } else {
            break;
        }
    }
    entry.title = unescape(rest);
    if heading.is_some() && entry.title.is_empty() {
        return Ok(None);
    }
    Ok(Some(entry))
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

/// The box at the beginning of `text`, whether a star behind it says that it is optional, and the rest.
fn mark(text: &str) -> Option<(Status, bool, &str)> {
    let inside = text.strip_prefix('[')?;
    let (_, status) = MARKS.iter().find(|(mark, _)| inside.starts_with(*mark))?;
    let rest = inside[1..].strip_prefix(']')?;
    let (is_optional, rest) = rest.strip_prefix('*').map_or((false, rest), |rest| (true, rest));
    rest.starts_with([' ', '\t']).then_some((*status, is_optional, rest))
}

/// `[?] `: a box with a mark that there is not.
fn is_odd_box(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next() == Some('[') && chars.next().is_some() && chars.next() == Some(']') && chars.next() == Some(' ')
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
