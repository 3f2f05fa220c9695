//! Settings on git's command line: `git -c key=value agent …`. Git hands them on in a variable that gix does not read.

use bstr::{BString, ByteSlice as _};

/// Sections, and keys of another one, that we ask for; others are between git and itself.
const OURS: [&str; 8] =
    ["agent.", "color.", "core.quotepath", "core.usereplacerefs", "diff.renamelimit", "log.", "pager.", "user."];

/// The settings that were given to the git that runs us, least specific first.
pub fn of_this_process() -> Vec<(BString, BString)> {
    parse(std::env::var_os("GIT_CONFIG_PARAMETERS").unwrap_or_default().as_encoded_bytes())
}

/// Those of them that we ask for, as `key=value`.
pub(super) fn ours() -> Vec<BString> {
    let given = of_this_process().into_iter().filter(|(key, _)| is_ours(key));
    given.map(|(key, value)| [key.as_slice(), b"=", &value].concat().into()).collect()
}

/// Whether there are others, which only the gits that we run know.
pub(super) fn has_others() -> bool {
    of_this_process().iter().any(|(key, _)| !is_ours(key))
}

fn is_ours(key: &BString) -> bool {
    OURS.iter().any(|section| key.to_ascii_lowercase().starts_with(section.as_bytes()))
}

/// Read `GIT_CONFIG_PARAMETERS`: `'key'='value'`, or `'key=value'` from older gits, separated by spaces.
fn parse(text: &[u8]) -> Vec<(BString, BString)> {
    let mut entries = Vec::new();
    let mut rest = text.trim_start();
    while let Some((first, after)) = unquote(rest) {
        let (entry, after) = match after.strip_prefix(b"=") {
            Some(value) => match unquote(value) {
                Some((value, after)) => ((first, value), after),
                None => ((first, BString::default()), value),
            },
            None => match first.split_once_str("=") {
                Some((key, value)) => ((key.into(), value.into()), after),
                None => ((first, "true".into()), after),
            },
        };
        entries.push(entry);
        rest = after.trim_start();
    }
    entries
}

/// Take one word in git's shell quoting off `text`: `'it'\''s'`.
fn unquote(text: &[u8]) -> Option<(BString, &[u8])> {
    let mut rest = text.strip_prefix(b"'")?;
    let mut word = BString::default();
    loop {
        let end = rest.find_byte(b'\'')?;
        word.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        match rest {
            [b'\\', escaped @ (b'\'' | b'!'), b'\'', ..] => {
                word.push(*escaped);
                rest = &rest[3..];
            }
            _ => return Some((word, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_forms_of_the_parameters() {
        let text = br"'core.commentchar'=';' 'user.name=it'\''s me' 'a.b'= 'agent.flag'";
        let pairs: Vec<_> = parse(text).into_iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(pairs, ["core.commentchar=;", "user.name=it's me", "a.b=", "agent.flag=true"]);
        assert_eq!(parse(b""), []);
        assert_eq!(parse(b"'open"), []);
    }
}
