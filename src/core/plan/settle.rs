//! From words to ids: what a reference means, which id a name gets, and whether the whole can be done at all.

use std::collections::{HashMap, HashSet};

use super::{
    item::{Item, Parent, Plan, Rough, Times, Word},
    names,
    place::Wrong,
    size,
};
use crate::core::{
    graph::show_cycle,
    id::TaskId,
    table::{Row, Table},
};

/// Settle `rough` against the tasks that are in `table`.
///
/// # Errors
///
/// [`Wrong`] for bad and doubled ids, references that mean nothing or several things, and circles, alone or together with
/// what the ledger has.
pub fn settle(rough: Vec<Rough>, table: &Table) -> Result<Plan, Wrong> {
    let mut names = Names {
        ids: vec![None; rough.len()],
        by_id: HashMap::new(),
        by_label: HashMap::new(),
        by_title: HashMap::new(),
        table,
    };
    for (at, item) in rough.iter().enumerate() {
        if let Some(label) = &item.label {
            // What two are called means neither.
            names.by_label.entry(label.clone()).and_modify(|known| *known = None).or_insert(Some(at));
        }
        names.by_title.entry(item.content.title.to_lowercase()).or_default().push(at);
        let Some(word) = &item.id else { continue };
        let id = TaskId::parse(&word.text).map_err(|why| bad_id(word, &why.to_string()))?;
        if let Some(first) = names.by_id.insert(id.clone(), at) {
            let what = format!("two tasks have the id '{id}'");
            return Err(
                Wrong::new(word.at, what).also(rough[first].id.as_ref().map_or(rough[first].at, |first| first.at))
            );
        }
        names.ids[at] = Some(id);
    }
    let parents = names.give(&rough)?;
    let mut items = Vec::with_capacity(rough.len());
    let mut places = Vec::with_capacity(rough.len());
    for ((at, item), parent) in rough.into_iter().enumerate().zip(parents) {
        let id = names.ids[at].clone().expect("invariant: every item has got its id");
        if item.content.files.as_ref().is_some_and(|files| !size::files_fit(files)) {
            return Err(
                Wrong::new(item.at, format!("'{id}' names more files than one task can")).hint("make parts of it")
            );
        }
        let mut after = item.after.as_ref().map(|_| Vec::new());
        for word in item.after.iter().flatten() {
            let before = names.find(word, "after")?;
            let after = after.get_or_insert_default();
            if !after.contains(&before) {
                after.push(before);
            }
        }
        places.push(item.after.iter().flatten().next().map_or(item.at, |word| word.at));
        items.push(Item { at: item.at, id, parent, after, content: item.content, times: Times::default() });
    }
    refuse_circles(&items, &places, table)?;
    Ok(Plan { items })
}

/// What is called what.
struct Names<'t> {
    ids: Vec<Option<TaskId>>,
    by_id: HashMap<TaskId, usize>,
    by_label: HashMap<String, Option<usize>>,
    /// Titles in lower case.
    by_title: HashMap<String, Vec<usize>>,
    table: &'t Table,
}

/// The feature of an item, while ids are given.
#[derive(Clone)]
enum Feature {
    /// As the item has it.
    Settled(Option<Option<TaskId>>),
    /// An item that has no id yet.
    Item(usize),
    /// A word that means no task so far: perhaps an id that is made of a name.
    Unknown,
}

impl Names<'_> {
    /// Give every item an id, features before their parts; answers with the features.
    fn give(&mut self, rough: &[Rough]) -> Result<Vec<Option<Option<TaskId>>>, Wrong> {
        let mut taken: HashSet<TaskId> = self.by_id.keys().cloned().collect();
        let mut settled: Vec<Option<Option<Option<TaskId>>>> = vec![None; rough.len()];
        let mut open: Vec<usize> = (0..rough.len()).collect();
        while !open.is_empty() {
            let before = open.len();
            let mut still = Vec::new();
            for at in open {
                let Feature::Settled(parent) = self.feature(&rough[at].parent)? else {
                    still.push(at);
                    continue;
                };
                if self.ids[at].is_none() {
                    let name = rough[at].name.as_ref().unwrap_or(&rough[at].content.title);
                    let id = names::derive(parent.as_ref().and_then(Option::as_ref), name, &mut taken);
                    self.by_id.insert(id.clone(), at);
                    self.ids[at] = Some(id);
                }
                settled[at] = Some(parent);
            }
            if still.len() == before {
                return Err(self.stuck(rough, &still));
            }
            open = still;
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
                    let circle = chain[first..].iter().map(|at| title(*at)).collect::<Vec<_>>().join(" → ");
                    let what = format!("these are parts of each other: {circle}");
                    return Wrong::new(rough[up].at, what).code("parent-cycle");
                }
                chain.push(up);
            }
        }
        let unknown = still.iter().find_map(|at| match &rough[*at].parent {
            Parent::Named(word) if matches!(self.meant(word, "parent"), Ok(None)) => Some(word),
            _ => None,
        });
        unknown.map_or_else(|| Wrong::new(0, "its features cannot be told apart"), |word| self.unknown(word, "parent"))
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
                let shown: String = word.text.chars().take(60).collect();
                let what = format!("{role} names '{}', and several tasks have that title", shown.escape_debug());
                let hint = match &self.ids[*first] {
                    Some(id) => format!("name one of them by its id: the first one's is '{id}'"),
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
        let shown: String = word.text.chars().take(60).collect();
        let what = format!("{role} names '{}', which is neither in the plan nor in the ledger", shown.escape_debug());
        let wrong = Wrong::new(word.at, what).code("unknown-task");
        let near = |id: &&TaskId| strsim::damerau_levenshtein(&word.text, id.as_str());
        match self.by_id.keys().min_by_key(|id| (near(id), (*id).clone())).filter(|id| near(id) <= 3) {
            Some(id) => wrong.hint(format!("did you mean '{id}'?")),
            None => wrong.hint("name a task by its id, or by its title if no other has it"),
        }
    }
}

/// What a word means.
enum Meant {
    /// An item of the plan.
    Item(usize),
    /// A task that only the ledger has.
    Task(TaskId),
}

fn bad_id(word: &Word, why: &str) -> Wrong {
    let shown: String = word.text.chars().take(80).collect();
    Wrong::new(word.at, format!("'{}' cannot be an id: {why}", shown.escape_debug()))
}

/// Refuse what waits for itself or is a part of itself, once the plan is in the ledger.
fn refuse_circles(items: &[Item], places: &[usize], table: &Table) -> Result<(), Wrong> {
    let by_id: HashMap<&TaskId, usize> = items.iter().enumerate().map(|(at, item)| (&item.id, at)).collect();
    let told = |id: &TaskId| table.get(id).map(Row::summary);
    let before = |id: &TaskId| -> Vec<TaskId> {
        let planned = by_id.get(id).and_then(|at| items[*at].after.clone());
        planned.unwrap_or_else(|| told(id).map(|row| row.after).unwrap_or_default())
    };
    let above = |id: &TaskId| -> Vec<TaskId> {
        let planned = by_id.get(id).and_then(|at| items[*at].parent.clone());
        planned.unwrap_or_else(|| told(id).and_then(|row| row.parent)).into_iter().collect()
    };
    let place = |circle: &[TaskId], of: &dyn Fn(usize) -> Option<usize>| {
        circle.iter().find_map(|id| by_id.get(id).and_then(|at| of(*at)))
    };
    for circle in circles(items, before) {
        // One that the plan has no part in is not its fault.
        if let Some(at) = place(&circle, &|at| items[at].after.is_some().then(|| places[at])) {
            let what = format!("these tasks wait for each other: {}", show_cycle(&circle));
            return Err(Wrong::new(at, what).code("dependency-cycle"));
        }
    }
    for circle in circles(items, above) {
        if let Some(at) = place(&circle, &|at| items[at].parent.is_some().then(|| items[at].at)) {
            let what = format!("these tasks are parts of each other: {}", show_cycle(&circle));
            return Err(Wrong::new(at, what).code("parent-cycle"));
        }
    }
    Ok(())
}

/// The circles that can be reached from `items` along `next`: `a → … → a`.
fn circles(items: &[Item], next: impl Fn(&TaskId) -> Vec<TaskId>) -> Vec<Vec<TaskId>> {
    let mut done: HashSet<TaskId> = HashSet::new();
    let mut found = Vec::new();
    for item in items {
        // The way to where we are, each step with what is still to be looked at from there.
        let mut way: Vec<(TaskId, Vec<TaskId>)> = Vec::new();
        let mut on_way: HashMap<TaskId, usize> = HashMap::new();
        let mut go = Some(item.id.clone()).filter(|id| !done.contains(id));
        loop {
            if let Some(id) = go.take() {
                on_way.insert(id.clone(), way.len());
                let mut open = next(&id);
                open.reverse();
                way.push((id, open));
            }
            let Some((id, open)) = way.last_mut() else { break };
            match open.pop() {
                None => {
                    on_way.remove(id);
                    done.insert(id.clone());
                    way.pop();
                }
                Some(id) => match on_way.get(&id) {
                    Some(first) => {
                        let circle = way[*first..].iter().map(|(id, _)| id.clone()).chain([id.clone()]);
                        found.push(circle.collect());
                    }
                    None if done.contains(&id) => {}
                    None => go = Some(id),
                },
            }
        }
    }
    found
}
