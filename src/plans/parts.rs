//! Which items of a plan are parts of which.

use std::collections::HashMap;

use super::item::{Plan, PlanItem};
use crate::domain::graph::cut_cycles;

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
        let parent = |item: &PlanItem| item.parent.iter().flatten().next().and_then(|id| by_id.get(id)).copied();
        let mut parents: Vec<Option<usize>> = self.items.iter().map(parent).collect();
        // Parts of each other can come by a merge of two ledgers; each is then one for itself.
        cut_cycles(&mut parents);
        let mut parts = Parts { tops: Vec::new(), of: vec![Vec::new(); self.items.len()] };
        for (at, parent) in parents.into_iter().enumerate() {
            match parent {
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

    /// What the progress of an item is made of: those below it that have no parts which `count`, or itself. What is below one that
    /// does not `count` does not count either.
    pub(super) fn leaves(&self, at: usize, counts: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut open = vec![at];
        let mut leaves = Vec::new();
        while let Some(next) = open.pop() {
            let before = open.len();
            open.extend(self.of[next].iter().filter(|part| counts(**part)));
            if open.len() == before {
                leaves.push(next);
            }
        }
        leaves
    }
}
