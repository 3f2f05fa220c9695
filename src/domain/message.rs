//! Commit messages as git reads them.

use bstr::{BString, ByteSlice as _};

/// The message of the raw `commit`, up to a NUL: git shows no more.
pub fn of_commit(commit: &[u8]) -> &[u8] {
    let message = commit.find(b"\n\n").map_or(&b""[..], |end| &commit[end + 2..]);
    &message[..message.find_byte(0).unwrap_or(message.len())]
}

/// The subject of a message, git's `%s`: the first paragraph on one line, without white space at the ends of its lines.
pub fn subject(message: &[u8]) -> BString {
    let trimmed = |line: &[u8]| line.trim_end_with(|c| matches!(c, ' ' | '\t' | '\n' | '\r')).len();
    let lines = message.lines().map(|line| &line[..trimmed(line)]).skip_while(|line| line.is_empty());
    bstr::join(" ", lines.take_while(|line| !line.is_empty())).into()
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
    fn a_message_begins_behind_the_header_and_ends_with_a_nul() {
        assert_eq!(of_commit(b"tree x\n\nmessage\n\nmore\n"), b"message\n\nmore\n");
        assert_eq!(of_commit(b"tree x\n\nmessage\0Task-Id: T"), b"message");
        assert_eq!(of_commit(b"tree x\n"), b"");
    }
}
