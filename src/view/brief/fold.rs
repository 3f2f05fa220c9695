//! Texts in lines of a bounded width. Those of others stand behind `>` on every line: nothing in them can act on a terminal, hide, or
//! look like a part of the page.

use unicode_width::UnicodeWidthChar as _;

use crate::view::sanitize;

/// How many columns a line has at most.
pub const WIDTH: usize = 120;

/// A text in a brief has at most this many lines, whatever its size.
const MOST_LINES: usize = 2_000;

/// The columns of a character. What has none counts as one: a line of nothing but marks ends, too.
fn columns(c: char) -> usize {
    c.width().unwrap_or(1).max(1)
}

/// How many columns `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// `text` as one line of at most `room` columns, `…` at the end when something was cut off.
pub(super) fn clip(text: &str, room: usize) -> String {
    let text = one_line(text, room.saturating_mul(4));
    if width(&text) <= room {
        return text;
    }
    format!("{}…", beginning(&text, room.saturating_sub(1)).trim_end())
}

/// The beginning of `text` in at most `room` columns.
fn beginning(text: &str, room: usize) -> String {
    let mut used = 0;
    let fits = |c: &char| {
        used += columns(*c);
        used <= room
    };
    text.chars().take_while(fits).collect()
}

/// `line` with a mark at its end that there is more, and which command shows it; in at most `room` columns.
pub(super) fn cut_short(line: &str, room: usize, more: &str) -> String {
    let mark = format!(" … ({more})");
    let line = line.trim_end();
    let kept = beginning(line, room.saturating_sub(width(&mark)));
    // Not in the middle of a word, unless there is only one.
    let end = if kept.len() < line.len() { kept.rfind(' ').filter(|at| *at > 2) } else { None };
    format!("{}{mark}", kept[..end.unwrap_or(kept.len())].trim_end())
}

/// `text` on one line, cleaned, single spaces between its words; not much more than `enough` characters of it.
fn one_line(text: &str, enough: usize) -> String {
    let mut line = String::new();
    let mut count = 0;
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().take(enough));
        count += word.chars().take(enough).count() + 1;
        if count > enough {
            break;
        }
    }
    sanitize::line(&line).into_owned()
}

/// Our own words as one point: `- ` before the first line, the others indented as far. At most `most` lines; when there is more,
/// the last one says that `more` shows it.
pub(super) fn fold(words: &str, most: usize, more: &str) -> Vec<String> {
    point(words, "- ", "  ", most, more).into_iter().map(|(head, line)| format!("{head}{}", harmless(&line))).collect()
}

/// `text` of someone else as one point: behind `>` on every line, after our own words `head`.
pub(super) fn said(head: &str, text: &str, most: usize, more: &str) -> Vec<String> {
    let head = said_by(head);
    let lines = point(text, &head, "  > ", most, more);
    lines.into_iter().map(|(head, line)| format!("{head}{line}")).collect()
}

/// The same on one line, cut where it ends.
pub(super) fn named(head: &str, text: &str) -> String {
    let head = said_by(head);
    format!("{head}{}", clip(text, WIDTH - width(&head)))
}

/// What stands before a quoted text in a point: `- ` and our own words, which take half of the line at most.
fn said_by(head: &str) -> String {
    match head {
        "" => "- > ".to_owned(),
        head => format!("- {} > ", clip(head, WIDTH / 2)),
    }
}

/// `text` in at most `most` lines with what stands before each, `first` or `next`; the last one says that `more` shows the rest.
fn point<'a>(text: &str, first: &'a str, next: &'a str, most: usize, more: &str) -> Vec<(&'a str, String)> {
    let text = one_line(text, WIDTH * (most + 1));
    // A column to spare for what keeps a line from being taken for a heading.
    let (narrow, wide) = (WIDTH - width(first) - 1, WIDTH - width(next) - 1);
    let head = wrap(&text, narrow).swap_remove(0);
    let rest = text[head.len()..].trim_start();
    let mut lines = vec![(first, head)];
    if !rest.is_empty() {
        lines.extend(wrap(rest, wide).into_iter().map(|line| (next, line)));
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some((head, line)) = lines.last_mut() {
            *line = cut_short(line, WIDTH - width(head), more);
        }
    }
    lines
}

/// `text` with its line breaks, each line behind `> `; lines that are too long are folded.
pub(super) fn quoted(text: &str) -> Vec<String> {
    let text = sanitize::lines(text.trim());
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.replace('\t', "    ");
        let line = line.trim_end();
        if line.is_empty() {
            // One empty line says as much as several.
            if lines.last().is_some_and(|last| last != ">") {
                lines.push(">".to_owned());
            }
            continue;
        }
        lines.extend(wrap(line, WIDTH - 2).into_iter().map(|part| format!("> {part}")));
        if lines.len() > MOST_LINES {
            break;
        }
    }
    lines
}

/// A line that begins like a heading, a quotation or a fence is still text.
pub(super) fn harmless(line: &str) -> String {
    if line.starts_with(['#', '>', '`']) { format!("\\{line}") } else { line.to_owned() }
}

/// `line` in lines of at most `room` columns, broken between words where that is possible. Its indentation stays.
pub fn wrap(line: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut now = String::new();
    let mut used = 0;
    for word in line.split_inclusive(' ') {
        let needed = width(word.trim_end_matches(' '));
        if used > 0 && used + needed > room {
            lines.push(std::mem::take(&mut now).trim_end().to_owned());
            used = 0;
        }
        for c in word.chars() {
            if used + columns(c) > room {
                // A space at the end of a line is not missed.
                lines.push(std::mem::take(&mut now).trim_end().to_owned());
                used = 0;
                if c == ' ' {
                    continue;
                }
            }
            now.push(c);
            used += columns(c);
        }
    }
    if !now.trim().is_empty() || lines.is_empty() {
        lines.push(now.trim_end().to_owned());
    }
    lines
}
