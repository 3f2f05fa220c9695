//! Commit messages as git reads them, and the fields in those of our own commits: `Name: value`, one a line.

use bstr::{BString, ByteSlice as _};

/// The message of the raw `commit`, up to a NUL: git shows no more.
pub fn of_commit(commit: &[u8]) -> &[u8] {
    let message = commit.find(b"\n\n").map_or(&b""[..], |end| &commit[end + 2..]);
    &message[..message.find_byte(0).unwrap_or(message.len())]
}

/// The subject of a message, git's `%s`: the first paragraph on one line, without white space at the ends of its lines.
pub fn subject(message: &[u8]) -> BString {
    let lines = message.lines().map(trimmed).skip_while(|line| line.is_empty());
    bstr::join(" ", lines.take_while(|line| !line.is_empty())).into()
}

/// `message` as `git commit --cleanup=whitespace` leaves it: no space at the ends of its lines, one blank line at most between its paragraphs,
/// none around it, and a line break at its end; empty if there is nothing else in it (git's `strbuf_stripspace`).
pub fn tidy<'m>(lines: impl IntoIterator<Item = &'m [u8]>) -> BString {
    let mut tidy = BString::default();
    let mut is_apart = false;
    for line in lines {
        let line = trimmed(line);
        if line.is_empty() {
            is_apart = !tidy.is_empty();
            continue;
        }
        if std::mem::take(&mut is_apart) {
            tidy.push(b'\n');
        }
        tidy.extend_from_slice(line);
        tidy.push(b'\n');
    }
    tidy
}

/// A line without what git takes for white space at its end.
fn trimmed(line: &[u8]) -> &[u8] {
    line.trim_end_with(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))
}

/// A message that is being written.
pub struct Writer(BString);

impl Writer {
    /// One that begins with `title`.
    pub fn new(title: String) -> Self {
        Writer(format!("{title}\n\n").into())
    }

    /// Add a field. A control character in its value becomes a space: no further line can be smuggled in.
    pub fn field(&mut self, name: &str, value: impl AsRef<[u8]>) {
        self.0.extend_from_slice(format!("{name}: ").as_bytes());
        self.0.extend(value.as_ref().iter().map(|byte| if byte.is_ascii_control() { b' ' } else { *byte }));
        self.0.push(b'\n');
    }

    /// The message.
    pub fn finish(self) -> BString {
        self.0
    }
}

/// The fields of a message.
pub struct Fields<'m>(Vec<(&'m str, &'m [u8])>);

impl<'m> Fields<'m> {
    /// Those in `body`, which is what follows the first line.
    pub fn of(body: &'m [u8]) -> Self {
        let field = |line: &'m [u8]| {
            let (name, value) = line.split_once_str(": ")?;
            Some((name.to_str().ok()?, value))
        };
        Fields(body.lines().filter_map(field).collect())
    }

    /// All of them, in order.
    pub fn all(&self) -> impl Iterator<Item = (&'m str, &'m [u8])> {
        self.0.iter().copied()
    }

    /// The values of those called `name`.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'m [u8]> {
        self.all().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The value of the first one called `name`, as text.
    pub fn text(&self, name: &str) -> Option<&'m str> {
        self.values(name).next()?.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_the_first_paragraph() {
        for (message, expected) in [
            ("one\n\ntwo\n", "one"),
            ("\n \n one \r\n  two\t\nthree", " one   two three"),
            ("", ""),
            ("\n\n", ""),
            ("nbsp\u{a0}\n\nx", "nbsp\u{a0}"),
        ] {
            assert_eq!(subject(message.as_bytes()), expected, "{message:?}");
        }
    }

    #[test]
    fn a_tidy_message_has_no_space_around_its_lines_and_paragraphs() {
        for (message, expected) in [
            ("\n \none \r\n\ttwo\n\n\t\n\nthree", "one\n\ttwo\n\nthree\n"),
            ("one\n\n\n", "one\n"),
            (" \n\t\n", ""),
            ("page\u{c}", "page\u{c}\n"),
        ] {
            assert_eq!(tidy(message.as_bytes().lines()), expected, "{message:?}");
        }
    }

    #[test]
    fn a_message_begins_behind_the_header_and_ends_with_a_nul() {
        assert_eq!(of_commit(b"tree x\n\nmessage\n\nmore\n"), b"message\n\nmore\n");
        assert_eq!(of_commit(b"tree x\n\nmessage\0Task-Id: T"), b"message");
        assert_eq!(of_commit(b"tree x\n"), b"");
    }
}
