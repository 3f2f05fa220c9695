//! The style sheet in CONTRIBUTING.md, enforced: words that are not said in the source, the documentation and the README.

use std::{fs, path::Path};

/// What the style sheet has another word for.
const BANNED: [&str; 18] = [
    "somebody",
    "nobody",
    "whoever",
    "anew",
    "all the same",
    "what came of it",
    "beside",
    "besides",
    "come back",
    "comes back",
    "passed over",
    "pass over",
    "passes over",
    "written over",
    "writes over",
    "puts back",
    "gives way",
    "half way",
];

/// Idioms that no message uses: what the style sheet has in their place is shorter and is what git would say.
const IDIOMS: [&str; 33] = [
    " is no ",
    " are no ",
    "look at",
    "looks at",
    "looked at",
    "looks into",
    "throw away",
    "throws away",
    "thrown away",
    "take back",
    "takes back",
    "taken back",
    "bring back",
    "brings back",
    "brought back",
    "go on with",
    "goes on with",
    "left out",
    "leave out",
    "under way",
    "told apart",
    "cannot be told",
    "circle",
    "has to say",
    "goes by ",
    "let go",
    "lets go",
    "what is there",
    "of its own",
    "of their own",
    "several words",
    "shall be",
    "if it belongs to it",
];

/// How many idioms the messages still have: that of a `.keep` note, which is a format on disk.
const IDIOMS_LEFT: usize = 1;

/// How often the source, and the documentation, may still say one of them. The numbers may only become smaller.
const ALLOWED: [(usize, &[&str]); 2] = [(1, &["src"]), (0, &["README.md", "docs", "hooks", "install.sh"])];

/// How often `text` says a banned word, in any case and as a whole word: names of functions are none.
fn said(text: &str) -> usize {
    let text = text
        .to_lowercase()
        .split_whitespace()
        .filter(|word| *word != "///" && *word != "//")
        .collect::<Vec<_>>()
        .join(" ");
    let is_bound = |found: Option<char>| !found.is_some_and(|c| c.is_alphanumeric() || c == '_');
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

/// The string literals of `source`: what it may say to people.
fn messages(source: &str) -> Vec<String> {
    let source = source.replace("\\\"", "").replace("'\"'", "");
    let (mut rest, mut found) = (source.as_str(), Vec::new());
    while let Some(start) = rest.find('"') {
        let line = rest[..start].rfind('\n').map_or(0, |at| at + 1);
        if rest[line..start].contains("//") {
            rest = rest[start..].split_once('\n').map_or("", |(_, next)| next);
            continue;
        }
        let Some((message, next)) = rest[start + 1..].split_once('"') else { break };
        found.push(message.replace('\\', " ").split_whitespace().collect::<Vec<_>>().join(" "));
        rest = next;
    }
    found
}

/// The idioms in `message`.
fn idioms(message: &str) -> usize {
    let mut message = message.to_lowercase();
    for fine in ["there is no ", "there are no ", " is no longer", " are no longer", " is no other", " is no more"] {
        message = message.replace(fine, "");
    }
    IDIOMS.iter().map(|idiom| message.matches(idiom).count()).sum()
}

#[test]
fn idioms_are_found() {
    let source = "say(\"'{}' is no file\", '\"'); // \"thrown away\n say(\"it was \\\n  thrown away\"); \"is no longer\"; \"There is no ref\"";
    let found = messages(source);
    assert_eq!(found, ["'{}' is no file", "it was thrown away", "is no longer", "There is no ref"]);
    assert_eq!(found.iter().map(|message| idioms(message)).collect::<Vec<_>>(), [1, 1, 0, 0]);
}

#[test]
fn messages_have_no_idioms() {
    fn check(path: &Path, found: &mut Vec<String>) {
        if path.is_dir() {
            return fs::read_dir(path).unwrap().for_each(|entry| check(&entry.unwrap().path(), found));
        }
        let messages = messages(&fs::read_to_string(path).unwrap_or_default());
        let said = messages.into_iter().filter(|message| idioms(message) > 0);
        found.extend(said.map(|message| format!("{}: {message}", path.display())));
    }
    let mut found = Vec::new();
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.len() <= IDIOMS_LEFT, "see 'Prose' in CONTRIBUTING.md:\n{}", found.join("\n"));
}

#[test]
fn banned_words_are_found() {
    assert_eq!(said("Nobody\n/// knows. All\n    /// the same: 'whoever'; nobodys, anewt"), 3);
}

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
    assert!(found.is_empty(), "say what it does:\n{}", found.join("\n"));
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
