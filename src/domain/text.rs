//! Text that people and agents hand in, and where it is kept when it is long.

use std::borrow::Cow;

use bstr::{BString, ByteSlice as _};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use serde::{Deserialize, Serialize};

/// The longest text that is written into an event line itself, in bytes; longer ones go into a blob of the notes tree.
///
/// A line of the ledger stays within 4 KiB ([`crate::domain::event::MAX_LINE`]), and JSON escapes may double a text.
pub const MAX_INLINE: usize = 1_500;

/// How much of a stored text its event line still shows, in characters.
const HEAD_CHARS: usize = 200;

/// A text in an event: stored in the line, or in a blob that the line refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The whole text, in the line.
    Inline(String),
    /// A long text, in a blob below `text/` in the notes tree.
    Stored {
        /// The object id of the blob, in hex.
        blob: String,
        /// The length of the whole text in bytes.
        bytes: u64,
        /// The beginning of the text, for readers without the blob.
        head: String,
    },
}

impl Text {
    /// The text in the line: whole, or its beginning.
    pub fn preview(&self) -> &str {
        match self {
            Text::Inline(text) => text,
            Text::Stored { head, .. } => head,
        }
    }

    /// The blob with the whole text, if it is not in the line.
    pub fn blob(&self) -> Option<&str> {
        match self {
            Text::Inline(_) => None,
            Text::Stored { blob, .. } => Some(blob),
        }
    }

    /// The text in the line, with a remark if it is only the beginning.
    pub fn cut(&self) -> String {
        match self {
            Text::Inline(text) => text.clone(),
            Text::Stored { bytes, head, .. } if *bytes == head.len() as u64 => head.clone(),
            Text::Stored { bytes, head, .. } => {
                format!("{head}… [{} of {bytes} bytes; the rest is not in this repository]", head.len())
            }
        }
    }

    /// What stands in a line for `text`, which is stored as `blob`.
    pub fn stored(blob: String, text: &str) -> Self {
        Text::Stored { blob, bytes: text.len() as u64, head: text.chars().take(HEAD_CHARS).collect() }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::Inline(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Text::Inline(text)
    }
}

/// Why a text is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// It contains a control character that could affect a terminal, or a line break where one line is required.
    #[error("it contains the control character {0}")]
    Control(String),
    /// It is empty, but required.
    #[error("it is empty")]
    Empty,
    /// It is too long for one line.
    #[error("it has {len} bytes, more than the {max} that fit on one line; put the rest into the description")]
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The maximum length in bytes.
        max: usize,
    },
    /// It contains a comma, which separates labels.
    #[error("it contains a comma, which separates labels")]
    Comma,
    /// It is too long for a word.
    #[error("it has {len} bytes, more than {max}")]
    LongWord {
        /// Its length in bytes.
        len: usize,
        /// The maximum length in bytes.
        max: usize,
    },
    /// It is longer than [`MAX_TEXT`].
    #[error("it has more than {MAX_TEXT} bytes; put it into a file in the repository and refer to that")]
    TooLarge,
}

/// Whether `c` may act on a terminal or hide what is really there: C0, DEL, C1, line and paragraph separators, and the
/// bidirectional overrides.
pub fn is_hostile(c: char) -> bool {
    matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether `c` shows as nothing, so that words can hide in it: Unicode's `Default_Ignorable_Code_Point` (zero-width and filler
/// characters, variation selectors, tags) and the interlinear annotation marks.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// The characters of `text`, each with whether output shows it as an escape: hostile ones ([`is_hostile`]) and invisible ones.
///
/// Joiners and emoji selectors are a part of words and emoji in many scripts: a single one stays where it directly follows a
/// visible character beyond ASCII, and `U+FE0F` before the keycap `U+20E3`. Anywhere else, and in a row, they can only hide.
pub fn marked(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut before = None;
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = chars.next()?;
        let joins = match c {
            '\u{fe0f}' if chars.peek() == Some(&'\u{20e3}') => true,
            // `❤️‍🔥` is a heart, a selector, a joiner and a fire.
            '\u{200d}' if before == Some('\u{fe0f}') => true,
            '\u{200c}' | '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => {
                before.is_some_and(|before: char| !before.is_ascii() && !is_invisible(before) && !is_hostile(before))
            }
            _ => false,
        };
        let escape = is_hostile(c) || (is_invisible(c) && !joins);
        // What was escaped joins nothing.
        before = (!escape).then_some(c);
        Some((c, escape))
    })
}

/// `text` with every character that [`marked`] marks as an escape that can be seen, but for those to `keep`.
pub fn visible<'a>(text: &'a str, keep: &[char]) -> Cow<'a, str> {
    if !text.contains(|c| (is_hostile(c) && !keep.contains(&c)) || is_invisible(c)) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for (c, escapes) in marked(text) {
        if escapes && !keep.contains(&c) { clean.extend(c.escape_default()) } else { clean.push(c) }
    }
    Cow::Owned(clean)
}

/// A title as it came from others, as one clean line: without white space at its ends, and as [`visible`] shows it.
pub fn title(text: &str) -> Cow<'_, str> {
    visible(text.trim(), &[])
}

/// `agent.subjectPrefix` as it stands before a subject: without what may act on a terminal or hides.
pub fn prefix(text: &str) -> String {
    text.chars().filter(|c| !is_hostile(*c) && !is_invisible(*c)).collect()
}

/// `json` with every character that [`is_hostile`] or [`is_invisible`] as a `\u` escape, line breaks between its tokens aside.
/// It says the same: such characters stand only within strings.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    let escapes = |c: char| (is_hostile(c) && c != '\n') || is_invisible(c);
    if !json.contains(escapes) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if escapes(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| escaped.push_str(&format!("\\u{unit:04x}")));
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// The longest text of several lines (description, result, …), in bytes: a longer one would be stored and never read.
pub const MAX_TEXT: usize = 16 * 1024 * 1024;

/// The longest one-line text (title, reason, …), in bytes.
pub const MAX_LINE_TEXT: usize = 1_000;

/// Check a text that is one line: a title, a reason, a blocker.
///
/// # Errors
///
/// [`InvalidText`] if it is empty, longer than [`MAX_LINE_TEXT`], or has control characters.
pub fn one_line(text: &str) -> Result<String, InvalidText> {
    let text = text.trim();
    if text.is_empty() {
        return Err(InvalidText::Empty);
    }
    if let Some(c) = text.chars().find(|c| is_hostile(*c)) {
        return Err(InvalidText::Control(c.escape_default().to_string()));
    }
    if text.len() > MAX_LINE_TEXT {
        return Err(InvalidText::TooLong { len: text.len(), max: MAX_LINE_TEXT });
    }
    Ok(text.to_owned())
}

/// Check a text that may have several lines: a description, a result. Line ends become `\n`, the end is trimmed.
///
/// # Errors
///
/// [`InvalidText`] if it is blank, longer than [`MAX_TEXT`], or has control characters other than line ends and tabs.
pub fn many_lines(text: &str) -> Result<String, InvalidText> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim_end();
    if text.len() > MAX_TEXT {
        return Err(InvalidText::TooLarge);
    }
    if text.trim().is_empty() {
        return Err(InvalidText::Empty);
    }
    match text.chars().find(|c| is_hostile(*c) && !matches!(c, '\n' | '\t')) {
        Some(c) => Err(InvalidText::Control(c.escape_default().to_string())),
        None => Ok(text.to_owned()),
    }
}

/// Number and noun in the right form: `1 task`, `2 tasks`.
pub fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// At most `width` columns of `text`, the last one `…` when something was cut off.
pub fn shorten(text: &str, width: usize) -> Cow<'_, str> {
    if text.width() <= width {
        return Cow::Borrowed(text);
    }
    if width == 0 {
        return Cow::Borrowed("");
    }
    let mut left = width - 1;
    let fits = text.chars().take_while(|c| {
        let wide = c.width().unwrap_or(0);
        let fits = wide <= left;
        left = left.saturating_sub(wide);
        fits
    });
    let cut: String = fits.collect();
    Cow::Owned(format!("{}…", cut.trim_end()))
}

/// How many things a message names before it counts the rest.
pub const NAMED: usize = 10;

/// `a, b and 3 more`: at most [`NAMED`] of `items`, and how many are omitted.
pub fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let mut items = items.into_iter();
    let named: Vec<String> = items.by_ref().take(NAMED).map(|item| item.to_string()).collect();
    let named = named.join(", ");
    match items.count() {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

/// The last component of `path`.
pub fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit_once_str("/").map_or(path, |(_, name)| name)
}

/// `path` in quotes for messages, with control characters escaped.
pub fn quoted_path(path: &[u8]) -> String {
    format!("'{}'", path.to_str_lossy().escape_debug())
}

/// `'a', 'b', 'c' and 3 more`: [`list`] of [`quoted_path`].
pub fn quoted_paths<P: AsRef<[u8]>>(paths: impl IntoIterator<Item = P>) -> String {
    list(paths.into_iter().map(|path| quoted_path(path.as_ref())))
}

/// `word` as a POSIX shell reads it back: in single quotes, if anything in it is special.
pub fn shell_word(word: impl AsRef<[u8]>) -> BString {
    let word = word.as_ref();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./=:,+@%^~".contains(byte);
    // A tilde in front is a home directory.
    if !word.is_empty() && word[0] != b'~' && word.iter().all(is_plain) { word.into() } else { in_single_quotes(word) }
}

/// `text` in single quotes of a POSIX shell.
pub fn in_single_quotes(text: &[u8]) -> BString {
    [b"'", text.replace("'", r"'\''").as_slice(), b"'"].concat().into()
}

/// An object id as messages show it: 12 digits, which are unique in any repository (Linux has `core.abbrev = 12`). Nothing is asked of
/// the repository, so that ids of objects that are gone read like all others. Programs get full ids.
pub fn oid(id: impl ToString) -> String {
    // By characters: an id in a line of a note may be any text.
    id.to_string().chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_harmless_line() {
        assert_eq!(one_line("  Fix login "), Ok("Fix login".into()));
        for bad in ["", "  ", "a\nb", "a\u{1b}[2Jb", "a\u{9b}2J", "evil\u{202e}gpj", "\0"] {
            assert!(one_line(bad).is_err(), "{bad:?}");
        }
        assert!(one_line(&"x".repeat(MAX_LINE_TEXT + 1)).is_err());
    }

    #[test]
    fn a_cut_text_says_so() {
        let stored = Text::stored("0".repeat(40), &"long ".repeat(100));
        assert!(
            stored.cut().ends_with("long … [200 of 500 bytes; the rest is not in this repository]"),
            "{}",
            stored.cut()
        );
        assert_eq!(Text::stored("0".repeat(40), "whole").cut(), "whole");
        assert_eq!(Text::from("whole").cut(), "whole");
    }

    #[test]
    fn words_cannot_hide() {
        let shown = |text: &str| {
            marked(text)
                .map(|(c, hides)| if hides { c.escape_default().to_string() } else { c.to_string() })
                .collect::<String>()
        };
        for same in [
            "plain",
            "日本",
            "\u{1f469}\u{200d}\u{1f4bb}",
            "❤\u{fe0f}\u{200d}\u{1f525}",
            "1\u{fe0f}\u{20e3}",
            "نمی\u{200c}خواهم",
        ] {
            assert_eq!(shown(same), same);
        }
        assert_eq!(shown("a\u{200d}b"), "a\\u{200d}b");
        assert_eq!(shown("é\u{200d}\u{200d}b"), "é\u{200d}\\u{200d}b");
        assert_eq!(shown("\u{fe0f}\u{200d}"), "\\u{fe0f}\\u{200d}");
        assert_eq!(shown("\u{e0041}\u{200b}\u{feff}\u{200e}\u{ad}"), "\\u{e0041}\\u{200b}\\u{feff}\\u{200e}\\u{ad}");
    }

    #[test]
    fn json_says_the_same_without_them() {
        let value = serde_json::json!({"a": "x\u{9b}\u{202e}\u{e0041}\u{1b}\n\u{7f}é", "b": ["\u{200b}"]});
        let json = serde_json::to_string_pretty(&value).unwrap();
        let escaped = escaped_json(&json);
        assert!(!escaped.contains(|c| (is_hostile(c) && c != '\n') || is_invisible(c)), "{escaped}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }

    #[test]
    fn descriptions_keep_their_lines() {
        assert_eq!(many_lines("a\r\n\tb\n\n"), Ok("a\n\tb".into()));
        assert!(many_lines("a\u{7}").is_err());
        assert!(many_lines("\n \n").is_err());
    }

    #[test]
    fn a_shell_reads_a_word_back() {
        let words = ["HEAD~1", "-x=a", "", "~", "it's", "a b"].map(|word| shell_word(word).to_string());
        assert_eq!(words, ["HEAD~1", "-x=a", "''", "'~'", r"'it'\''s'", "'a b'"]);
    }
}
