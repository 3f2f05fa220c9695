//! Which task of the ledger an item is, when the numbers of its file have shifted.
//!
//! An item that is called `T002` is the task whose id is made of that. Where the file was rewritten, `T002` may have become `T003`, and
//! something else `T002`: then the words say which task it is, and its id stays.

use std::collections::{HashMap, HashSet};

use super::{item::Rough, names::Taken};
use crate::domain::{
    id::TaskId,
    table::{Row, Table},
};

/// Give the numbered items of `rough`, which have `ids` and `parents`, the ids of the tasks that have their words. Answers with what became
/// of the ids that were changed.
pub(super) fn moved(
    rough: &[Rough],
    ids: &mut [Option<TaskId>],
    parents: &[Option<Option<TaskId>>],
    table: &Table,
) -> HashMap<TaskId, TaskId> {
    let numbered: Vec<usize> = (0..rough.len()).filter(|at| rough[*at].is_numbered && ids[*at].is_some()).collect();
    let row = |id: &TaskId| table.get(id).filter(|row| row.exists());
    let wanted: Vec<String> = rough.iter().map(|item| words(&item.content.title)).collect();
    let is_same = |at: usize| ids[at].as_ref().and_then(row).is_none_or(|row| words(row.title()) == wanted[at]);
    if numbered.iter().all(|at| is_same(*at)) {
        return HashMap::new();
    }
    // The tasks that could be meant: of the features of the plan, and where numbered items are in none, of none.
    let features: HashSet<Option<&TaskId>> = numbered
        .iter()
        .map(|at| parents[*at].as_ref().and_then(Option::as_ref))
        .chain(ids.iter().map(Option::as_ref))
        .collect();
    let is_top = numbered.iter().any(|at| parents[*at].as_ref().and_then(Option::as_ref).is_none());
    let mut by_words: HashMap<String, Vec<TaskId>> = HashMap::new();
    for row in table.rows().filter(|row| row.exists()) {
        let parent = row.parent().map(Row::id);
        if parent.as_ref().map_or(is_top, |parent| features.contains(&Some(parent))) {
            by_words.entry(words(row.title())).or_default().push(row.id());
        }
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    numbered.iter().for_each(|at| *times.entry(&wanted[*at]).or_default() += 1);
    // Ids of items that keep them: whatever the words of others say, these are theirs.
    let mut kept: HashSet<TaskId> = (0..rough.len())
        .filter(|at| {
            !rough[*at].is_numbered
                || ids[*at].as_ref().and_then(row).is_some_and(|row| words(row.title()) == wanted[*at])
        })
        .filter_map(|at| ids[at].clone())
        .collect();
    let mut found: HashMap<usize, TaskId> = HashMap::new();
    for at in numbered.iter().copied() {
        if ids[at].as_ref().is_some_and(|id| kept.contains(id)) {
            continue;
        }
        if let Some([only]) = by_words.get(&wanted[at]).map(Vec::as_slice)
            && times.get(wanted[at].as_str()) == Some(&1)
            && !wanted[at].is_empty()
            && kept.insert(only.clone())
        {
            found.insert(at, only.clone());
        }
    }
    // A number whose task has gone on under another one is not free: what has it now is another task.
    let mut taken =
        Taken::of(ids.iter().flatten().cloned().chain(kept.iter().cloned()).chain(table.rows().map(Row::id)));
    let given: HashSet<TaskId> = found.values().cloned().collect();
    let mut moved = HashMap::new();
    for at in numbered {
        let Some(id) = ids[at].clone() else { continue };
        let new = match found.get(&at) {
            Some(task) => task.clone(),
            None if given.contains(&id) => taken.free(id.as_str()),
            None => continue,
        };
        moved.insert(id, new.clone());
        ids[at] = Some(new);
    }
    moved
}

/// The words of a title, without what it is called by and what is in brackets at its beginning.
pub(super) fn words(title: &str) -> String {
    let mut rest = title.trim_start_matches(['*', '_', '`', ' ']);
    loop {
        let end = rest.find([' ', '\t']).unwrap_or(rest.len());
        let (first, after) = rest.split_at(end);
        let bare = first.trim_matches(|c: char| !c.is_alphanumeric());
        let is_label = bare.bytes().any(|byte| byte.is_ascii_digit())
            && bare
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || matches!(byte, b'.' | b'-'));
        if !(is_label || first.starts_with('[') && first.ends_with(']')) || after.trim().is_empty() {
            break;
        }
        rest = after.trim_start();
    }
    // What stands in brackets at the end says how, and after what.
    while let Some((before, _)) =
        rest.trim_end_matches(['.', ' ', '*']).strip_suffix(')').and_then(|inner| inner.rsplit_once('('))
    {
        if before.trim().is_empty() {
            break;
        }
        rest = before.trim_end();
    }
    let words = rest.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Whether `new` could be another wording of `old`: half of the words of the shorter one are in both, or most of the letters are the same.
pub(super) fn is_alike(old: &str, new: &str) -> bool {
    let (old, new) = (words(old), words(new));
    let (of_old, of_new): (HashSet<&str>, HashSet<&str>) = (old.split(' ').collect(), new.split(' ').collect());
    let both = of_old.intersection(&of_new).count();
    let cut = |text: &str| text.chars().take(200).collect::<String>();
    both * 2 >= of_old.len().min(of_new.len()) || strsim::normalized_damerau_levenshtein(&cut(&old), &cut(&new)) >= 0.5
}
