//! The end of what a command printed, fit to be kept: bounded, cleaned, without what looks like a secret. It travels with the ledger.

use bstr::ByteSlice as _;

use super::{
    secret,
    text::{shorten, visible},
};

/// How many lines are kept.
pub const LINES: usize = 20;
/// How many columns of a line are kept.
const COLUMNS: usize = 200;

/// The last [`LINES`] lines of `output` as text; `None` if there is nothing to see.
pub fn of(output: &[u8]) -> Option<String> {
    let text = output.to_str_lossy();
    let shown = text.lines().map(|line| plain(line).trim_end().to_owned());
    let mut lines: Vec<String> = shown.filter(|line| !line.is_empty()).collect();
    lines.drain(..lines.len().saturating_sub(LINES));
    let kept: Vec<String> = lines.iter().map(|line| kept(line)).collect();
    (!kept.is_empty()).then(|| kept.join("\n"))
}

fn kept(line: &str) -> String {
    match secret::scan(b"", line.as_bytes()).first() {
        Some(finding) => format!("[omitted a line with {}]", finding.what),
        None => visible(&shorten(line, COLUMNS), &[]).into_owned(),
    }
}

/// `line` as a terminal would show it in the end: without escape sequences, and only what the last carriage return left.
fn plain(line: &str) -> String {
    let line = line.trim_end_matches('\r');
    let line = line.rsplit('\r').next().unwrap_or(line);
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\t' {
            plain.push_str("    ");
        } else if c != '\u{1b}' {
            plain.push(c);
        } else if chars.next_if_eq(&'[').is_some() {
            chars.by_ref().find(|c| ('@'..='~').contains(c));
        } else if chars.next_if_eq(&']').is_some() {
            // Up to BEL, or to the escape of the string terminator.
            chars.by_ref().find(|c| matches!(c, '\u{7}' | '\u{1b}'));
            chars.next_if_eq(&'\\');
        } else {
            chars.next();
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_as_a_terminal_shows_them() {
        let text: String = (0..30).map(|number| format!("line {number}\n\n")).collect();
        let kept = of(text.as_bytes()).unwrap();
        assert_eq!((kept.lines().count(), kept.lines().next()), (LINES, Some("line 10")));
        assert_eq!(of(b"\x1b[31mFAILED\x1b[0m\tx\r\n").unwrap(), "FAILED    x");
        assert_eq!(of(b"10%\r50%\r100% done\n").unwrap(), "100% done");
        assert_eq!(of(b"\x1b]8;;http://x\x07link\x1b]8;;\x1b\\ \xff").unwrap(), "link \u{fffd}");
        assert_eq!(of(b"a\x07b\xe2\x80\xae").unwrap(), "a\\u{7}b\\u{202e}");
        assert_eq!(of(b" \n\x1b[K\n"), None);
        assert!(of("x".repeat(10_000).as_bytes()).unwrap().len() < 4 * COLUMNS);
    }

    #[test]
    fn secrets_do_not_travel() {
        let token = format!("ghp_{}", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6".trim());
        let kept = of(format!("before\nGITHUB_TOKEN={token}\nafter").as_bytes()).unwrap();
        assert!(
            !kept.contains("ghp_") && kept.starts_with("before\n[omitted a line with ") && kept.ends_with("\nafter"),
            "{kept}"
        );
    }
}
