//! An order in which everything can be done, and paths along dependencies.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use super::{Graph, waits::Waits};
use crate::domain::{id::TaskId, table::Table};

/// The tasks in an order in which every one comes after what it depends on; of those that are free the oldest first.
#[derive(Debug)]
pub(super) struct Plan {
    order: Vec<usize>,
    /// In a cycle or behind one, by id.
    rest: Vec<usize>,
    /// The inverse of `order` and `rest` together.
    places: Vec<usize>,
}

impl Plan {
    /// Kahn's algorithm.
    pub(super) fn new(table: &Table) -> Self {
        let mut waits = Waits::new(table, std::iter::empty());
        let age = |at: usize| Reverse((table.row(at).created_at(), table.row(at).id_bytes(), at));
        let mut free: BinaryHeap<_> = waits.free().into_iter().map(age).collect();
        let mut order = Vec::with_capacity(table.len());
        while let Some(Reverse((_, _, at))) = free.pop() {
            order.push(at);
            waits.release(at, |next| free.push(age(next)));
        }
        let mut rest = waits.rest();
        rest.sort_by_key(|at| table.row(*at).id_bytes());
        let mut places = vec![0; table.len()];
        for (place, at) in order.iter().chain(&rest).enumerate() {
            places[*at] = place;
        }
        Plan { order, rest, places }
    }

    /// All tasks: what can be ordered, then the rest.
    pub(super) fn order(&self) -> impl Iterator<Item = usize> {
        self.order.iter().chain(&self.rest).copied()
    }

    /// Where the task at `at` is in [`Plan::order`].
    pub(super) fn place(&self, at: usize) -> usize {
        self.places[at]
    }
}

impl Graph<'_> {
    /// The cycle `task → dependency → … → task`, if there is a chain from the one back to the other; each task waits for the next.
    ///
    /// Only tasks that `enters` lets in are passed.
    pub(super) fn cycle(&self, task: usize, dependency: usize, enters: impl Fn(usize) -> bool) -> Option<Vec<TaskId>> {
        let table = self.table;
        let mut came_from = HashMap::new();
        let mut open = vec![dependency];
        while let Some(at) = open.pop() {
            for next in self.waits_for(at) {
                if next == dependency || came_from.contains_key(&next) || !enters(next) {
                    continue;
                }
                came_from.insert(next, at);
                if next == task {
                    let back = std::iter::successors(Some(task), |at| came_from.get(at).copied());
                    let mut cycle: Vec<TaskId> = back.map(|at| table.row(at).id()).collect();
                    cycle.push(table.row(task).id());
                    cycle.reverse();
                    return Some(cycle);
                }
                open.push(next);
            }
        }
        (task == dependency).then(|| vec![table.row(task).id(), table.row(task).id()])
    }
}
