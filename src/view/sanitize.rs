//! Text from the ledger, from commits and from file names, made safe to show: nothing in it can act on a terminal.

use std::borrow::Cow;

use bstr::{BStr, ByteSlice as _};

pub use crate::domain::text::plural;
use crate::domain::text::visible;

/// One line: every control character, and every one that shows as nothing, becomes an escape that can be seen.
pub fn line(text: &str) -> Cow<'_, str> {
    visible(text, &[])
}

/// Bytes for people: `812 bytes`, `12 KiB`, `4.8 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1 << 10 {
        return plural(bytes as usize, "byte");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if size < 10.0 { format!("{size:.1} {}", UNITS[unit]) } else { format!("{size:.0} {}", UNITS[unit]) }
}

/// Several lines: as [`line()`], but line breaks and tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    visible(text, &['\n', '\t'])
}

/// Bytes that may not be UTF-8, as one line.
pub fn bytes(text: &BStr) -> String {
    line(&text.to_str_lossy()).into_owned()
}

/// Lines of git's in which its colours are wanted: sequences that set colours stay, everything else as in [`lines`].
pub fn painted(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\u{1b}') {
        clean.push_str(&lines(&rest[..at]));
        let sequence = &rest[at + 1..];
        let digits =
            sequence.strip_prefix('[').map(|tail| tail.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
        match digits.filter(|tail| tail.starts_with(['m', 'K'])) {
            Some(tail) => {
                clean.push_str(&rest[at..rest.len() - tail.len() + 1]);
                rest = &tail[1..];
            }
            None => {
                clean.push_str(&line("\u{1b}"));
                rest = sequence;
            }
        }
    }
    clean.push_str(&lines(rest));
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_through_to_the_terminal() {
        assert_eq!(line("a\u{1b}[2J\nb\u{9b}"), "a\\u{1b}[2J\\nb\\u{9b}");
        assert_eq!(lines("a\n\tb\r"), "a\n\tb\\r");
        assert!(matches!(line("harmless"), Cow::Borrowed(_)));
        assert_eq!(painted("\u{1b}[1;31mred\u{1b}[m\u{1b}[2J\u{1b}"), "\u{1b}[1;31mred\u{1b}[m\\u{1b}[2J\\u{1b}");
    }
}
