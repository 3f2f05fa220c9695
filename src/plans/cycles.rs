//! Cycles that a plan would create in the ledger: tasks that wait for each other, and subtasks of each other. A feature waits for its parts.

use std::collections::{HashMap, HashSet};

use super::{item::PlanItem, left::Reading, settle::ItemSource};
use crate::{
    domain::{
        graph::spell_cycle,
        id::TaskId,
        table::{Row, Table},
    },
    plans::position::{Wrong, WrongKind},
};

/// How often cycles are looked for: each time, at least one is opened.
const TIMES: usize = 1_000;

/// Which tasks are followed when cycles are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Along {
    /// Those that a task comes after.
    Dependencies,
    /// The feature that it is a part of.
    Features,
    /// Those that it waits for: those that it comes after, and its parts.
    Waits,
}

/// Refuse what waits for itself or is a part of itself, once the plan is in the ledger. Of what another tool wrote, a step of the cycle is
/// omitted.
pub(super) fn refuse(
    items: &mut [PlanItem],
    from: &[ItemSource],
    table: &Table,
    reading: &mut Reading,
) -> Result<(), Wrong> {
    let by_id: HashMap<TaskId, usize> = items.iter().enumerate().map(|(at, item)| (item.id.clone(), at)).collect();
    let originals = originals(table);
    for along in [Along::Dependencies, Along::Features, Along::Waits] {
        for time in 0..=TIMES {
            let planned = Planned::new(items, &by_id, table, &originals, along);
            let found = cycles(items, |id| planned.next(id, along));
            let is_part = |part: &TaskId, feature: &TaskId| planned.parent(part).as_ref() == Some(feature);
            let spelled: Vec<String> = found.iter().map(|cycle| spell_cycle(cycle, is_part)).collect();
            let mut is_open = true;
            for (cycle, spelled) in found.iter().zip(&spelled) {
                let says = |at: &usize| match along {
                    Along::Features => items[*at].parent.is_some(),
                    Along::Dependencies | Along::Waits => step_of(&items[*at], cycle, &originals).is_some(),
                };
                let mut own = cycle.iter().filter_map(|id| by_id.get(id).copied()).filter(says).peekable();
                let Some(first) = own.peek().copied() else {
                    // Not by a dependency of the plan: a part of the plan may close it. Else the plan has no part in it.
                    let mut parts = cycle.windows(2).filter_map(|step| by_id.get(&step[1]).copied());
                    match parts.find(|at| along == Along::Waits && items[*at].parent.is_some()) {
                        Some(at) => return Err(wrong(items[at].at, along, spelled)),
                        None => continue,
                    }
                };
                if let Some(at) = own.find(|at| from[*at].is_foreign).filter(|_| time < TIMES) {
                    let kind = if along == Along::Features { "are subtasks of" } else { "wait for" };
                    if along == Along::Features {
                        items[at].parent = None;
                    } else {
                        let step = step_of(&items[at], cycle, &originals);
                        items[at].after.iter_mut().for_each(|after| after.retain(|id| Some(id) != step.as_ref()));
                    }
                    reading.leave(from[at].after, format!("tasks {kind} each other: one step of the cycle is skipped"));
                    is_open = false;
                    continue;
                }
                let place = if along == Along::Features { items[first].at } else { from[first].after };
                return Err(wrong(place, along, spelled));
            }
            if is_open {
                break;
            }
        }
    }
    Ok(())
}

/// The refusal of a cycle.
fn wrong(place: usize, along: Along, spelled: &str) -> Wrong {
    let (what, kind) = match along {
        Along::Features => ("these tasks are subtasks of each other", WrongKind::ParentCycle),
        Along::Dependencies | Along::Waits => ("these tasks wait for each other", WrongKind::DependencyCycle),
    };
    Wrong::new(place, format!("{what}: {spelled}")).of_kind(kind)
}

/// What the plan says that `item` comes after, and makes it a step of `cycle`.
fn step_of(item: &PlanItem, cycle: &[TaskId], originals: &Originals) -> Option<TaskId> {
    let step = cycle.windows(2).find(|step| step[0] == item.id)?;
    item.after.as_ref()?.iter().find(|id| *originals.get(*id).unwrap_or(*id) == step[1]).cloned()
}

/// Duplicates, each with the task that is awaited instead of it.
type Originals = HashMap<TaskId, TaskId>;

/// The duplicates of `table`: a plan reopens none.
fn originals(table: &Table) -> Originals {
    let duplicates = table.rows().filter(|row| row.duplicate_of().is_some());
    duplicates.map(|row| (row.id(), row.original().id())).collect()
}

/// The tasks as they will be once the plan is in the ledger.
struct Planned<'p> {
    items: &'p [PlanItem],
    by_id: &'p HashMap<TaskId, usize>,
    table: &'p Table,
    originals: &'p Originals,
    /// The parts of each feature; only if they are followed.
    parts: HashMap<TaskId, Vec<TaskId>>,
}

impl<'p> Planned<'p> {
    fn new(
        items: &'p [PlanItem],
        by_id: &'p HashMap<TaskId, usize>,
        table: &'p Table,
        originals: &'p Originals,
        along: Along,
    ) -> Self {
        let mut planned = Planned { items, by_id, table, originals, parts: HashMap::new() };
        if along == Along::Waits {
            let told = table.rows().map(Row::id).filter(|id| !by_id.contains_key(id));
            for id in items.iter().map(|item| item.id.clone()).chain(told) {
                if let Some(parent) = planned.parent(&id) {
                    planned.parts.entry(parent).or_default().push(id);
                }
            }
        }
        planned
    }

    fn parent(&self, id: &TaskId) -> Option<TaskId> {
        let planned = self.by_id.get(id).and_then(|at| self.items[*at].parent.clone());
        planned.unwrap_or_else(|| self.table.get(id).and_then(|row| row.summary().parent))
    }

    fn after(&self, id: &TaskId) -> Vec<TaskId> {
        let planned = self.by_id.get(id).and_then(|at| self.items[*at].after.clone());
        let after = planned.unwrap_or_else(|| self.table.get(id).map(|row| row.summary().after).unwrap_or_default());
        after.into_iter().map(|id| self.originals.get(&id).cloned().unwrap_or(id)).collect()
    }

    fn next(&self, id: &TaskId, along: Along) -> Vec<TaskId> {
        match along {
            Along::Dependencies => self.after(id),
            Along::Features => self.parent(id).into_iter().collect(),
            Along::Waits => [self.after(id), self.parts.get(id).cloned().unwrap_or_default()].concat(),
        }
    }
}

/// The cycles that can be reached from `items` along `next`: `a → … → a`.
fn cycles(items: &[PlanItem], next: impl Fn(&TaskId) -> Vec<TaskId>) -> Vec<Vec<TaskId>> {
    let mut done: HashSet<TaskId> = HashSet::new();
    let mut found = Vec::new();
    for item in items {
        // The way to where we are, each step with what is still to be examined from there.
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
                        let cycle = way[*first..].iter().map(|(id, _)| id.clone()).chain([id.clone()]);
                        found.push(cycle.collect());
                    }
                    None if done.contains(&id) => {}
                    None => go = Some(id),
                },
            }
        }
    }
    found
}
