//! A block of lines between our markers in a text that belongs to others.

const BEGIN: &str = "<!-- git-agent: begin (made by 'git agent host install') -->";
const END: &str = "<!-- git-agent: end -->";

/// Where the block is: its first byte, and the one after its last line end.
fn find(text: &str) -> Option<(usize, usize)> {
    let begin = text.find(BEGIN)?;
    let end = begin + text[begin..].find(END)? + END.len();
    let rest = &text[end..];
    let line_end = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    Some((begin, end + line_end))
}

/// `text` with the block of `body`, in place of the one that is there, or at the end.
pub(super) fn set(text: Option<&str>, body: &str) -> String {
    let block = format!("{BEGIN}\n{}\n{END}\n", body.trim_end());
    let text = text.unwrap_or_default();
    match find(text) {
        Some((begin, end)) => format!("{}{block}{}", &text[..begin], &text[end..]),
        None if text.is_empty() => block,
        None if text.ends_with('\n') => format!("{text}\n{block}"),
        None => format!("{text}\n\n{block}"),
    }
}

/// `text` without the block, and the empty line that [`set`] put in front of it.
pub(super) fn unset(text: &str) -> String {
    let Some((begin, end)) = find(text) else { return text.to_owned() };
    let (before, after) = (&text[..begin], &text[end..]);
    let before = if after.is_empty() { before.strip_suffix('\n').unwrap_or(before) } else { before };
    format!("{before}{after}")
}

/// Whether there is a block, and whether it is that of `body`.
pub(super) fn is_set(text: &str, body: &str) -> Option<bool> {
    find(text).map(|_| set(Some(text), body) == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_comes_and_goes_without_a_trace() {
        for text in ["", "# Mine\n", "# Mine\n\ntext\n"] {
            let set = set(Some(text), "ours\n");
            assert!(set.starts_with(text) && set.ends_with(&format!("ours\n{END}\n")), "{set}");
            assert_eq!(super::set(Some(&set), "ours\n"), set);
            assert_eq!(unset(&set), text);
            assert_eq!(is_set(&set, "ours"), Some(true));
            assert_eq!(is_set(&set, "other"), Some(false));
        }
        let middle = format!("a\n{}b\n", set(None, "old"));
        assert_eq!(set(Some(&middle), "new"), format!("a\n{}b\n", set(None, "new")));
        assert_eq!(unset(&middle), "a\nb\n");
        assert_eq!(is_set("a\n", "x"), None);
    }
}
