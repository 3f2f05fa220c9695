//! What the checklists of other tools say in their own way: Spec Kit, Kiro, OpenSpec and those who write like them.
//!
//! - [Labels](super::label) are what ids are made of, and what references mean; `2.1` beside `2` is a part of it,
//!   unless parts of `2` stand below it already.
//! - `(depends on T012, T013)` and `_Depends: 2.1_` are `after`.
//! - Where items name their `_Requirements: …_`, as Kiro's do, `[-]` is in progress.
//!
//! Items that have an id are ours: in them, all this is only text.

use std::collections::{HashMap, HashSet};

use super::{Entry, Parent, Rough, Word, label};
use crate::core::status::Status;

/// The words behind which an item names what it comes after, in small letters, and what ends the names.
const WAITS: [(&str, char); 3] = [("(depends on ", ')'), ("(depends on: ", ')'), ("_depends: ", '_')];

/// Give `rough` what its items, which stand `from` the same places, say by labels and words.
pub(super) fn understand(rough: &mut [Rough], from: &[&Entry]) {
    let labels = label::labels(from);
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
            let is_beside = |above: &usize| *above < at && written[*above] == written[at] && !whole.contains(above);
            if let Some(above) = above.filter(is_beside) {
                rough[at].parent = Parent::Within(above);
            }
            let above = up(rough, at).and_then(|above| labels[above].as_deref());
            rough[at].name = label::name(label, above, rough[at].parent != Parent::Unsaid);
        }
        if rough[at].after.is_none() {
            let is_wanted = |word: &Word| {
                let before = by_label[word.text.as_str()];
                std::iter::successors(Some(at), |at| up(rough, *at)).all(|above| above != before)
            };
            let words: Vec<Word> = waits_for(entry, &by_label).into_iter().filter(is_wanted).collect();
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

/// What `entry` says in words that it comes after; words that are no `labels` are only words.
fn waits_for(entry: &Entry, labels: &HashMap<&str, usize>) -> Vec<Word> {
    let text = format!("{}\n{}", entry.title, entry.text.join("\n"));
    // Only ASCII changes, so places stay what they are.
    let lower = text.to_ascii_lowercase();
    let mut words: Vec<Word> = Vec::new();
    for (opening, end) in WAITS {
        for (at, _) in lower.match_indices(opening) {
            let inside = text[at + opening.len()..].split(end).next().unwrap_or_default();
            let pieces = inside.split([',', ';', '&', '+']).flat_map(|piece| piece.split(" and "));
            for piece in pieces {
                let mut said =
                    piece.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
                let word = said.find(|word| !["task", "step"].contains(&word.to_ascii_lowercase().as_str()));
                let word = word.unwrap_or_default();
                if labels.contains_key(word) && words.iter().all(|known| known.text != word) {
                    words.push(Word { at: entry.at, text: word.to_owned() });
                }
            }
        }
    }
    words
}
