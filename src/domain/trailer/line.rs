//! Lines, as git's C code sees them: its own idea of white space, blank lines, comments and separators.

/// What git's `isspace` says yes to.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// `text` without white space at both ends.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|&b| !is_space(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|&b| !is_space(b)).map_or(start, |last| last + 1);
    &text[start..end]
}

/// True for a line that is empty or has only white space.
pub(super) fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|&b| is_space(b))
}

/// True for something without white space and control bytes.
pub(super) fn is_word(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&b| b > b' ' && b != 0x7f)
}

/// Where the key of a trailer line ends: the position of the `:`, if there is a key before it.
pub(super) fn separator(line: &[u8]) -> Option<usize> {
    let mut space_seen = false;
    for (at, &byte) in line.iter().enumerate() {
        match byte {
            b':' => return (at > 0).then_some(at),
            b' ' | b'\t' if at > 0 => space_seen = true,
            _ if !space_seen && (byte.is_ascii_alphanumeric() || byte == b'-') => {}
            _ => return None,
        }
    }
    None
}

/// The lines of `text`, each with its line end, and where each starts.
pub(super) fn lines(text: &[u8]) -> impl DoubleEndedIterator<Item = (usize, &[u8])> + Clone {
    let base = text.as_ptr() as usize;
    text.split_inclusive(|&b| b == b'\n').map(move |line| (line.as_ptr() as usize - base, line))
}

/// Where the message ends and the part behind git's scissors line begins.
pub(super) fn scissors(text: &[u8], comment: &[u8]) -> usize {
    const CUT: &[u8] = b" ------------------------ >8 ------------------------\n";
    lines(text)
        .find(|(_, line)| line.strip_prefix(comment).is_some_and(|rest| rest == CUT))
        .map_or(text.len(), |(start, _)| start)
}
