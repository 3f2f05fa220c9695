//! What the checklists of other tools say in their own way: Spec Kit, Kiro, OpenSpec and those who write like them.
//!
//! - [Labels](super::label) are what ids are made of, and what references mean; `2.1` next to `2` is a part of it,
//!   unless parts of `2` stand below it already.
//! - `(depends on T012, T013)`, `Depends on T012.`, `_Depends: 2.1_` and the like are `after`.
//! - Where items name their `_Requirements: …_`, as Kiro's do, `[-]` is in progress.
//!
//! Items that have an id are ours: in them, all this is only text.

use std::collections::{HashMap, HashSet};

use super::{Entry, Parent, Rough, Word, label};
use crate::domain::status::Status;

/// The words behind which an item names what it comes after, in small letters.
const WAITS: [&str; 9] = [
    "depends on",
    "dependent on",
    "depends:",
    "dependencies:",
    "dependencies**:",
    "dependency:",
    "blocked by",
    "requires ",
    "(after ",
];

/// A range like `T001-T003` names no more than this.
const LONGEST: usize = 100;

/// Give `rough` what its items, which stand `from` the same places and have these `labels`, say by labels and words.
pub(super) fn understand(rough: &mut [Rough], from: &[&Entry], labels: &[Option<String>]) {
    let is_kiro = from.iter().any(|entry| entry.text.iter().any(|line| line.contains("_Requirements:")));
    let items = labels.iter().zip(from).enumerate().filter(|(_, (_, entry))| entry.heading.is_none());
    let by_label: HashMap<&str, usize> = items.filter_map(|(at, (label, _))| Some((label.as_deref()?, at))).collect();
    let written: Vec<Parent> = rough.iter().map(|item| item.parent.clone()).collect();
    let whole: HashSet<usize> = (0..rough.len()).filter_map(|at| up(rough, at)).collect();
    for (at, entry) in from.iter().enumerate() {
        if entry.heading.is_some() {
            continue;
        }
        rough[at].label = labels[at].clone();
        if rough[at].id.is_some() {
            continue;
        }
        if is_kiro && rough[at].content.status == Some(Status::Cancelled) {
            rough[at].content.status = Some(Status::InProgress);
        }
        if let Some(label) = &labels[at] {
            let above = label::above(label).and_then(|above| by_label.get(above)).copied();
            let is_sibling = |above: &usize| *above < at && written[*above] == written[at] && !whole.contains(above);
            if let Some(above) = above.filter(is_sibling) {
                rough[at].parent = Parent::Within(above);
            }
            let above = up(rough, at).and_then(|above| labels[above].as_deref());
            rough[at].name = label::name(label, above, rough[at].parent != Parent::Unsaid);
            rough[at].is_numbered = rough[at].name.is_some();
        }
        if rough[at].after.is_none() {
            let is_wanted = |word: &Word| {
                let before = by_label[word.text.as_str()];
                std::iter::successors(Some(at), |at| up(rough, *at)).all(|above| above != before)
            };
            let words: Vec<Word> = waits_for(entry, &by_label, labels).into_iter().filter(is_wanted).collect();
            rough[at].after = (!words.is_empty()).then_some(words);
        }
    }
}

fn up(rough: &[Rough], at: usize) -> Option<usize> {
    match rough[at].parent {
        Parent::Within(above) => Some(above),
        _ => None,
    }
}

/// What `entry` says in words that it comes after; words that are not labels are only words.
fn waits_for(entry: &Entry, by_label: &HashMap<&str, usize>, labels: &[Option<String>]) -> Vec<Word> {
    if by_label.is_empty() {
        return Vec::new();
    }
    let text = format!("{}\n{}", entry.title, entry.text.join("\n"));
    // Only ASCII changes, so places stay what they are.
    let lower = text.to_ascii_lowercase();
    let mut said: Vec<&str> = Vec::new();
    for opening in WAITS {
        for (at, _) in lower.match_indices(opening) {
            let is_word = !lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
            let inside = sentence(&text[at + opening.len()..]);
            for word in inside
                .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '+' | '/' | '('))
                .filter(|_| is_word)
            {
                let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
                // A number alone is one of many things, if it is not the first word.
                let is_bare = word.bytes().all(|byte| byte.is_ascii_digit());
                let ends = word
                    .split_once(['-', '–', '—', '…'])
                    .map(|(first, last)| (by_label.get(first), by_label.get(last)));
                match (by_label.get(word), ends) {
                    (Some(_), _) if !is_bare || is_named(inside, word) => said.push(word),
                    (None, Some((Some(first), Some(last)))) if *last < first + LONGEST => {
                        said.extend(
                            labels.get(*first..=*last).unwrap_or_default().iter().flatten().map(String::as_str),
                        );
                    }
                    _ => {}
                }
            }
        }
    }
    let mut known = HashSet::new();
    let said = said.into_iter().filter(|word| by_label.contains_key(word) && known.insert(*word));
    said.map(|word| Word { at: entry.at, text: word.to_owned() }).collect()
}

/// What `text` begins with, up to where it speaks of something else.
fn sentence(text: &str) -> &str {
    let end = text.char_indices().find(|(at, c)| match c {
        '\n' | ')' => true,
        '.' | '!' | '?' => !text[at + 1..].starts_with(|next: char| next.is_alphanumeric()),
        _ => false,
    });
    &text[..end.map_or(text.len(), |(at, _)| at)]
}

/// Whether only numbers and words like `task` stand before `word` in `text`.
fn is_named(text: &str, word: &str) -> bool {
    let before = text.split(word).next().unwrap_or_default();
    let mut words = before.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.all(|word| {
        word.bytes().all(|byte| byte.is_ascii_digit())
            || ["task", "tasks", "step", "steps", "and"].contains(&word.to_ascii_lowercase().as_str())
    })
}
