//! From words to ids: what a reference means, which id a name gets, and whether the whole can be done at all.

use std::collections::{HashMap, HashSet};

use super::{
    check::shown,
    cycles, follow,
    item::{Parent, Plan, PlanItem, Rough, Times, Word},
    left::{Left, Reading},
    names, size,
};
use crate::{
    domain::{
        id::TaskId,
        table::{Row, Table},
    },
    plans::position::{Wrong, WrongKind},
};

/// Settle what was read against the tasks that are in `table`.
///
/// # Errors
///
/// [`Wrong`] for bad and doubled ids, references that mean nothing or several things, and cycles, alone or together with
/// what the ledger has. In items of other tools, what is wrong so is omitted and said in `reading.left`.
pub fn settle(mut reading: Reading, table: &Table) -> Result<(Plan, Vec<Left>), Wrong> {
    let mut rough = std::mem::take(&mut reading.items);
    let mut names = Names {
        ids: vec![None; rough.len()],
        by_id: HashMap::new(),
        by_label: HashMap::new(),
        by_title: HashMap::new(),
        table,
    };
    for at in 0..rough.len() {
        if let Some(label) = &rough[at].label {
            // What two are called means neither.
            names.by_label.entry(label.clone()).and_modify(|known| *known = None).or_insert(Some(at));
        }
        names.by_title.entry(rough[at].content.title.to_lowercase()).or_default().push(at);
        let Some(word) = rough[at].id.clone() else { continue };
        let id = match TaskId::parse(&word.text) {
            Ok(id) => id,
            Err(why) if !rough[at].is_foreign => return Err(bad_id(&word, &why.to_string())),
            Err(_) => {
                reading.leave(word.at, "an invalid id is replaced");
                rough[at].name = Some(word.text);
                continue;
            }
        };
        match names.by_id.get(&id) {
            Some(_) if rough[at].is_foreign => {
                reading.leave(word.at, "a duplicate id is replaced");
                rough[at].name = Some(word.text);
                continue;
            }
            Some(first) => {
                let first = rough[*first].id.as_ref().map_or(rough[*first].at, |first| first.at);
                return Err(Wrong::new(word.at, format!("two tasks have the id '{id}'")).also(first));
            }
            None => {}
        }
        names.by_id.insert(id.clone(), at);
        names.ids[at] = Some(id);
    }
    let mut parents = names.give(&mut rough, &mut reading)?;
    let moved = follow::moved(&rough, &mut names.ids, &parents, table);
    for parent in parents.iter_mut().flatten().flatten() {
        if let Some(id) = moved.get(parent) {
            *parent = id.clone();
        }
    }
    let mut items = Vec::with_capacity(rough.len());
    let mut places = Vec::with_capacity(rough.len());
    for ((at, item), parent) in rough.into_iter().enumerate().zip(parents) {
        let id = names.ids[at].clone().expect("invariant: every item has got its id");
        if item.content.files.as_ref().is_some_and(|files| !size::files_fit(files)) {
            return Err(Wrong::new(item.at, format!("'{id}' lists more files than a task can have"))
                .hint("split it into subtasks"));
        }
        let mut after = item.after.as_ref().map(|_| Vec::new());
        let mut known: HashSet<TaskId> = HashSet::new();
        for word in item.after.iter().flatten() {
            let before = match names.find(word, "after") {
                Ok(before) => before,
                Err(_) if item.is_foreign => {
                    reading.leave(word.at, "a dependency cannot be resolved: skipped");
                    continue;
                }
                Err(wrong) => return Err(wrong),
            };
            if known.insert(before.clone()) {
                after.get_or_insert_default().push(before);
            }
        }
        let place = item.after.iter().flatten().next().map_or(item.at, |word| word.at);
        places.push(ItemSource { after: place, is_foreign: item.is_foreign });
        items.push(PlanItem { at: item.at, id, parent, after, content: item.content, times: Times::default() });
    }
    cycles::refuse(&mut items, &places, table, &mut reading)?;
    Ok((Plan { items }, reading.left))
}

/// Where an item comes from.
pub(super) struct ItemSource {
    /// The byte at which it says what it comes after.
    pub(super) after: usize,
    /// Another tool wrote it.
    pub(super) is_foreign: bool,
}

/// What is called what.
struct Names<'t> {
    ids: Vec<Option<TaskId>>,
    by_id: HashMap<TaskId, usize>,
    by_label: HashMap<String, Option<usize>>,
    /// Items by title, in lower case.
    by_title: HashMap<String, Vec<usize>>,
    table: &'t Table,
}

/// The feature of an item, while ids are given.
#[derive(Clone)]
enum Feature {
    /// Resolved, as given by the item.
    Settled(Option<Option<TaskId>>),
    /// An item that has no id yet.
    Item(usize),
    /// A word that means no task so far: perhaps an id that is made of a name.
    Unknown,
}

impl Names<'_> {
    /// Give every item an id, features before their parts; answers with the features.
    fn give(&mut self, rough: &mut [Rough], reading: &mut Reading) -> Result<Vec<Option<Option<TaskId>>>, Wrong> {
        let mut taken = names::Taken::of(self.by_id.keys().cloned());
        let mut settled: Vec<Option<Option<Option<TaskId>>>> = vec![None; rough.len()];
        let mut waiting: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut unknown: Vec<usize> = Vec::new();
        let mut open: Vec<usize> = (0..rough.len()).rev().collect();
        loop {
            while let Some(at) = open.pop() {
                let parent = match self.feature(&rough[at].parent) {
                    Ok(Feature::Settled(parent)) => parent,
                    Ok(Feature::Item(above)) => {
                        waiting.entry(above).or_default().push(at);
                        continue;
                    }
                    Ok(Feature::Unknown) => {
                        unknown.push(at);
                        continue;
                    }
                    Err(_) if rough[at].is_foreign => {
                        unknown.push(at);
                        continue;
                    }
                    Err(wrong) => return Err(wrong),
                };
                if self.ids[at].is_none() {
                    let name = rough[at].name.as_ref().unwrap_or(&rough[at].content.title);
                    let id = names::derive(parent.as_ref().and_then(Option::as_ref), name, &mut taken);
                    self.by_id.insert(id.clone(), at);
                    self.ids[at] = Some(id);
                }
                settled[at] = Some(parent);
                // In the order of the text.
                open.extend(waiting.remove(&at).unwrap_or_default().into_iter().rev());
            }
            if waiting.is_empty() && unknown.is_empty() {
                break;
            }
            // Perhaps an id that has been made of a name since.
            let before = unknown.len();
            let (known, still): (Vec<usize>, Vec<usize>) = std::mem::take(&mut unknown)
                .into_iter()
                .partition(|at| matches!(self.feature(&rough[*at].parent), Ok(Feature::Settled(_) | Feature::Item(_))));
            open.extend(known.into_iter().rev());
            if still.len() < before {
                unknown = still;
                continue;
            }
            // Those that name features which are not there, or parts of each other.
            let mut stuck: Vec<usize> = still.iter().copied().chain(waiting.values().flatten().copied()).collect();
            stuck.sort_unstable();
            let Some(at) = stuck
                .iter()
                .copied()
                .filter(|at| rough[*at].is_foreign)
                .find(|at| matches!(rough[*at].parent, Parent::Named(_)))
            else {
                return Err(self.stuck(rough, &stuck));
            };
            let freed: Vec<usize> = if still.is_empty() {
                vec![at]
            } else {
                still.iter().copied().filter(|at| rough[*at].is_foreign).collect()
            };
            for at in &freed {
                reading.leave(rough[*at].at, "a parent cannot be resolved: skipped");
                rough[*at].parent = Parent::Unsaid;
            }
            for list in waiting.values_mut() {
                list.retain(|at| !freed.contains(at));
            }
            unknown = still.into_iter().filter(|at| !rough[*at].is_foreign).collect();
            open.extend(freed.into_iter().rev());
        }
        Ok(settled.into_iter().map(|parent| parent.expect("invariant: every item was settled")).collect())
    }

    fn feature(&self, parent: &Parent) -> Result<Feature, Wrong> {
        let of_item = |at: usize| match &self.ids[at] {
            Some(id) => Feature::Settled(Some(Some(id.clone()))),
            None => Feature::Item(at),
        };
        Ok(match parent {
            Parent::Unsaid => Feature::Settled(None),
            Parent::Nothing => Feature::Settled(Some(None)),
            Parent::Within(at) => of_item(*at),
            Parent::Named(word) => match self.meant(word, "parent")? {
                Some(Meant::Item(at)) => of_item(at),
                Some(Meant::Task(id)) => Feature::Settled(Some(Some(id))),
                None => Feature::Unknown,
            },
        })
    }

    /// Why none of `still` can be given an id.
    fn stuck(&self, rough: &[Rough], still: &[usize]) -> Wrong {
        let title = |at: usize| rough[at].content.title.as_str();
        for at in still {
            // Up through features that have no id yet, to one that is not there or to where we were.
            let mut chain = vec![*at];
            while let Ok(Feature::Item(up)) = self.feature(&rough[chain[chain.len() - 1]].parent) {
                if let Some(first) = chain.iter().position(|seen| *seen == up) {
                    chain.push(up);
                    let cycle = chain[first..].iter().map(|at| title(*at)).collect::<Vec<_>>().join(" → ");
                    let what = format!("these are subtasks of each other: {cycle}");
                    return Wrong::new(rough[up].at, what).of_kind(WrongKind::ParentCycle);
                }
                chain.push(up);
            }
        }
        let unknown = still.iter().find_map(|at| match &rough[*at].parent {
            Parent::Named(word) if matches!(self.meant(word, "parent"), Ok(None)) => Some(word),
            _ => None,
        });
        unknown.map_or_else(|| Wrong::new(0, "its features are ambiguous"), |word| self.unknown(word, "parent"))
    }

    /// What `word` means; `None` if nothing (so far).
    fn meant(&self, word: &Word, role: &str) -> Result<Option<Meant>, Wrong> {
        let id = TaskId::parse(&word.text).ok();
        let by_label = || self.by_label.get(&word.text).copied().flatten();
        if let Some(at) = id.as_ref().and_then(|id| self.by_id.get(id)).copied().or_else(by_label) {
            return Ok(Some(Meant::Item(at)));
        }
        if let Some(id) = id.filter(|id| self.table.get(id).is_some_and(Row::exists)) {
            return Ok(Some(Meant::Task(id)));
        }
        match self.by_title.get(&word.text.to_lowercase()).map(Vec::as_slice) {
            Some([only]) => Ok(Some(Meant::Item(*only))),
            Some([first, ..]) => {
                let what = format!("{role} names '{}', and several tasks have that title", shown(&word.text, 60));
                let hint = match &self.ids[*first] {
                    Some(id) => format!("name one of them by its id: the first one is '{id}'"),
                    None => "give them ids, and name one".to_owned(),
                };
                Err(Wrong::new(word.at, what).hint(hint))
            }
            _ => Ok(None),
        }
    }

    /// The id that `word` means.
    fn find(&self, word: &Word, role: &str) -> Result<TaskId, Wrong> {
        match self.meant(word, role)? {
            Some(Meant::Task(id)) => Ok(id),
            Some(Meant::Item(at)) => Ok(self.ids[at].clone().expect("invariant: every item has got its id")),
            None => Err(self.unknown(word, role)),
        }
    }

    fn unknown(&self, word: &Word, role: &str) -> Wrong {
        let shown = shown(&word.text, 60);
        let what = format!("{role} names '{shown}', which is neither in the plan nor in the ledger");
        let wrong = Wrong::new(word.at, what).of_kind(WrongKind::UnknownTask);
        let near = |id: &&TaskId| strsim::damerau_levenshtein(&word.text, id.as_str());
        match self.by_id.keys().min_by_key(|id| (near(id), (*id).clone())).filter(|id| near(id) <= 3) {
            Some(id) => wrong.hint(format!("did you mean '{id}'?")),
            None => wrong.hint("name a task by its id, or by its title if no other has it"),
        }
    }
}

/// What a word means.
enum Meant {
    Item(usize),
    /// A task that only the ledger has.
    Task(TaskId),
}

fn bad_id(word: &Word, why: &str) -> Wrong {
    Wrong::new(word.at, format!("'{}' cannot be an id: {why}", shown(&word.text, 80)))
}
