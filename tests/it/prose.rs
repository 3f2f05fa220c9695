//! The style sheet in CONTRIBUTING.md, enforced: words that are not said in the source, the documentation and the README.

use std::{fs, path::Path};

/// What the style sheet has another word for.
const BANNED: [&str; 6] = ["somebody", "nobody", "whoever", "anew", "all the same", "what came of it"];

/// How often the source, and the documentation, may still say one of them. The numbers may only become smaller.
const ALLOWED: [(usize, &[&str]); 2] = [(60, &["src"]), (0, &["README.md", "docs", "hooks", "install.sh"])];

/// How often `text` says a banned word, in any case and as a whole word.
fn said(text: &str) -> usize {
    let text = text
        .to_lowercase()
        .split_whitespace()
        .filter(|word| *word != "///" && *word != "//")
        .collect::<Vec<_>>()
        .join(" ");
    let is_bound = |found: Option<char>| !found.is_some_and(char::is_alphanumeric);
    let count = |word: &str| {
        let bound =
            |at: usize| is_bound(text[..at].chars().next_back()) && is_bound(text[at + word.len()..].chars().next());
        text.match_indices(word).filter(|(at, _)| bound(*at)).count()
    };
    BANNED.iter().map(|word| count(word)).sum()
}

/// How often the files at and below `path` say a banned word.
fn below(path: &Path) -> usize {
    if path.is_file() {
        return fs::read_to_string(path).map_or(0, |text| said(&text));
    }
    fs::read_dir(path).unwrap().map(|entry| below(&entry.unwrap().path())).sum()
}

#[test]
fn banned_words_are_found() {
    assert_eq!(said("Nobody\n/// knows. All\n    /// the same: 'whoever'; nobodys, anewt"), 3);
}

/// How much documentation still says nothing. The number may only become smaller.
const LEFT: usize = 23;

/// Documentation that says nothing.
const EMPTY: [&str; 3] = ["/// Run it.", "/// As JSON.", "/// The page."];

#[test]
fn documentation_says_something() {
    fn check(path: &Path, found: &mut Vec<String>) {
        if path.is_dir() {
            return fs::read_dir(path).unwrap().for_each(|entry| check(&entry.unwrap().path(), found));
        }
        let text = fs::read_to_string(path).unwrap_or_default();
        let empty = text.lines().filter(|line| EMPTY.contains(&line.trim()));
        found.extend(empty.map(|line| format!("{}: {}", path.display(), line.trim())));
    }
    let mut found = Vec::new();
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() <= LEFT, "say what it does:\n{}", found.join("\n"));
}

#[test]
fn no_banned_word_is_said() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (allowed, places) in ALLOWED {
        let count: usize = places.iter().map(|place| below(&root.join(place))).sum();
        assert!(
            count <= allowed,
            "{places:?} say banned words {count} times, {allowed} are allowed. Banned are {BANNED:?}: see 'Prose' in CONTRIBUTING.md"
        );
    }
}
