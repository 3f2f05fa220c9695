//! Labels: what many checklists call their items, as `T012 Write the parser` or `2.1 Write the parser`.
//!
//! A label is the first word of an item: capital letters with a number, or numbers with dots. It is one of a series, so that
//! `SHA256 support` has none, and no two items have the same. It stays when the rest of the line is rewritten, and so ids are made of it.

use std::collections::HashMap;

use super::Entry;

/// The label of each of `entries`.
pub(super) fn labels(entries: &[Entry]) -> Vec<Option<String>> {
    let found: Vec<Option<&str>> = entries.iter().map(|entry| label(&entry.title)).collect();
    let (mut times, mut series): (HashMap<&str, usize>, HashMap<&str, usize>) = (HashMap::new(), HashMap::new());
    for (label, entry) in found.iter().zip(entries) {
        if let (Some(label), None) = (label, entry.heading) {
            *times.entry(label).or_default() += 1;
            *series.entry(letters(label)).or_default() += 1;
        }
    }
    let counts = |label: &&str, entry: &Entry| match entry.heading {
        // Sections have numbers, too; `2.1` in section `2.` is its first part.
        Some(_) => letters(label).is_empty(),
        None => times.get(label) == Some(&1) && series.get(letters(label)).is_some_and(|count| *count > 1),
    };
    found
        .into_iter()
        .zip(entries)
        .map(|(label, entry)| Some(label.filter(|label| counts(label, entry))?.to_owned()))
        .collect()
}

/// The label of what `label` is a part of by its number: `2` for `2.1`.
pub(super) fn above(label: &str) -> Option<&str> {
    letters(label).is_empty().then(|| label.rsplit_once('.')).flatten().map(|(above, _)| above)
}

/// What the id of the item called `label` is made of: its number in what it is a part of. A number alone says too little.
pub(super) fn name(label: &str, above: Option<&str>, is_part: bool) -> Option<String> {
    let short = above.and_then(|above| label.strip_prefix(above)?.strip_prefix('.')).unwrap_or(label);
    (is_part || !letters(label).is_empty()).then(|| short.to_owned())
}

/// The label that `title` begins with, perhaps.
fn label(title: &str) -> Option<&str> {
    let title = title.trim_start_matches(['*', '_', '[', '`']);
    let end = title.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-')).unwrap_or(title.len());
    let (word, rest) = title.split_at(end);
    let label = word.trim_end_matches('.');
    let (letters, number) = label.split_at(letters(label).len());
    let ends = rest.starts_with([' ', '\t', ':', ')', ']', '*', '_', '`']);
    let is_label = if letters.is_empty() {
        let is_marked = label.len() < word.len() || label.contains('.') || rest.starts_with([')', ':']);
        is_marked && number.split('.').all(is_number)
    } else {
        letters.trim_end_matches('-').len() <= 8 && is_number(number)
    };
    (is_label && ends).then_some(label)
}

/// The letters in front of the number, with a dash behind them.
fn letters(label: &str) -> &str {
    let letters = label.bytes().take_while(u8::is_ascii_uppercase).count();
    let dash = usize::from(letters > 0 && label[letters..].starts_with('-'));
    &label[..letters + dash]
}

fn is_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_is_a_label_if_it_is_a_number() {
        for (title, expected) in [
            ("T012 [P] Write it", Some("T012")),
            ("**TASK-7**: Write it", Some("TASK-7")),
            ("[US1] Write it", Some("US1")),
            ("2. Write it", Some("2")),
            ("2.10 Write it", Some("2.10")),
            ("3) Write it", Some("3")),
            ("3 ways to write it", None),
            ("v2 of it", None),
            ("T012", None),
            ("2.x support", None),
            ("UTF-8", None),
            ("…", None),
        ] {
            assert_eq!(label(title), expected, "{title}");
        }
    }

    #[test]
    fn parts_are_counted_in_what_they_are_parts_of() {
        assert_eq!((above("2.1"), above("2"), above("T1")), (Some("2"), None, None));
        assert_eq!(name("2.1", Some("2"), true).as_deref(), Some("1"));
        assert_eq!(name("2.1", Some("1"), true).as_deref(), Some("2.1"));
        assert_eq!(name("2", None, false), None);
        assert_eq!(name("T012", None, false).as_deref(), Some("T012"));
    }
}
