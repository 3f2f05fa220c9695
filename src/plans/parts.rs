//! Which items of a plan are parts of which.

use std::collections::HashMap;

use super::item::Plan;

/// The parts of each item, in the order of the plan.
#[derive(Debug)]
pub(super) struct Parts {
    tops: Vec<usize>,
    of: Vec<Vec<usize>>,
}

impl Plan {
    /// How the items are related. An item whose feature is not in the plan is a part of nothing here.
    pub(super) fn parts(&self) -> Parts {
        let by_id: HashMap<_, usize> = self.items.iter().enumerate().map(|(at, item)| (&item.id, at)).collect();
        let up =
            |at: usize| self.items[at].parent.as_ref().and_then(Option::as_ref).and_then(|id| by_id.get(id)).copied();
        let mut parts = Parts { tops: Vec::new(), of: vec![Vec::new(); self.items.len()] };
        // Parts of each other can come by a merge of two ledgers; each is then one for itself.
        let mut is_cycle: Vec<Option<bool>> = vec![None; self.items.len()];
        for at in 0..self.items.len() {
            let mut way = Vec::new();
            let mut next = Some(at);
            while let Some(here) = next.filter(|here| is_cycle[*here].is_none()) {
                is_cycle[here] = Some(false);
                way.push(here);
                next = up(here);
            }
            let first = next.and_then(|again| way.iter().position(|here| *here == again));
            for here in &way[first.unwrap_or(way.len())..] {
                is_cycle[*here] = Some(true);
            }
        }
        for (at, is_cycle) in is_cycle.into_iter().enumerate() {
            match up(at).filter(|_| is_cycle != Some(true)) {
                Some(above) => parts.of[above].push(at),
                None => parts.tops.push(at),
            }
        }
        parts
    }
}

impl Parts {
    /// The items that are parts of nothing.
    pub(super) fn tops(&self) -> impl Iterator<Item = usize> {
        self.tops.iter().copied()
    }

    /// The parts of an item.
    pub(super) fn of(&self, at: usize) -> &[usize] {
        &self.of[at]
    }

    /// Its parts, their parts and so on, in the order in which they are read.
    pub(super) fn below(&self, at: usize) -> impl Iterator<Item = usize> {
        let mut open: Vec<usize> = self.of[at].iter().rev().copied().collect();
        std::iter::from_fn(move || {
            let next = open.pop()?;
            open.extend(self.of[next].iter().rev());
            Some(next)
        })
    }

    /// What the progress of an item is made of: those below it that have no parts, or itself. What is below one that does
    /// not `count` does not count either.
    pub(super) fn leaves(&self, at: usize, counts: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut open = vec![at];
        let mut leaves = Vec::new();
        while let Some(next) = open.pop() {
            match self.of[next].as_slice() {
                [] => leaves.push(next),
                parts => open.extend(parts.iter().filter(|part| counts(**part))),
            }
        }
        leaves
    }
}
