//! Tasks that wait for each other: found once for the whole graph, however many cycles it has.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{Graph, waits::Waits};
use crate::domain::id::TaskId;

/// In a group of at most this many tasks each one gets a cycle of its own; in a larger one all get the same.
const SMALL: usize = 64;

/// The groups of tasks that wait for each other.
#[derive(Debug)]
pub(super) struct Cycles {
    /// The group of each task that is in a cycle.
    groups: HashMap<usize, usize>,
    members: Vec<Group>,
}

/// The tasks of a group, by id; and its cycle, when it was asked for.
type Group = (Vec<usize>, OnceCell<Arc<[TaskId]>>);

impl Cycles {
    /// The groups among the tasks of `graph`: Tarjan's algorithm, without recursion, on what is in a cycle or waits for one.
    fn new(graph: &Graph<'_>) -> Self {
        let rest = unorderable(graph);
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        let mut lowest: HashMap<usize, usize> = HashMap::new();
        let mut cycles = Cycles { groups: HashMap::new(), members: Vec::new() };
        let (mut path, mut on_path) = (Vec::new(), HashSet::new());
        for root in &rest {
            if numbers.contains_key(root) {
                continue;
            }
            let mut open = vec![(*root, targets(graph, *root))];
            while let Some((at, next)) = open.last_mut() {
                let at = *at;
                if !numbers.contains_key(&at) {
                    lowest.insert(at, numbers.len());
                    numbers.insert(at, numbers.len());
                    path.push(at);
                    on_path.insert(at);
                }
                match next.next() {
                    Some(to) if !numbers.contains_key(&to) => open.push((to, targets(graph, to))),
                    Some(to) => {
                        if on_path.contains(&to) {
                            let low = lowest[&at].min(numbers[&to]);
                            lowest.insert(at, low);
                        }
                    }
                    None => {
                        open.pop();
                        if let Some((above, _)) = open.last() {
                            let low = lowest[above].min(lowest[&at]);
                            lowest.insert(*above, low);
                        }
                        if lowest[&at] == numbers[&at] {
                            let first = path.iter().rposition(|other| *other == at).unwrap_or(0);
                            let group = path.split_off(first);
                            for at in &group {
                                on_path.remove(at);
                            }
                            cycles.add(graph, group);
                        }
                    }
                }
            }
        }
        cycles
    }

    fn add(&mut self, graph: &Graph<'_>, mut group: Vec<usize>) {
        if let [only] = group[..]
            && !graph.waits_for(only).any(|to| to == only)
        {
            return;
        }
        group.sort_by_key(|at| graph.table.row(*at).id_bytes());
        self.groups.extend(group.iter().map(|at| (*at, self.members.len())));
        self.members.push((group, OnceCell::new()));
    }
}

fn targets<'g>(graph: &'g Graph<'_>, at: usize) -> Box<dyn Iterator<Item = usize> + 'g> {
    Box::new(graph.waits_for(at))
}

/// The tasks that are in a cycle or wait for one, by id: Kahn's algorithm leaves them.
fn unorderable(graph: &Graph<'_>) -> Vec<usize> {
    let table = graph.table;
    let parts = table.rows().filter_map(|task| Some((task.at(), task.parent()?.at())));
    let mut waits = Waits::new(table, parts);
    let mut free = waits.free();
    while let Some(at) = free.pop() {
        waits.release(at, |next| free.push(next));
    }
    let mut rest = waits.rest();
    rest.sort_by_key(|at| table.row(*at).id_bytes());
    rest
}

impl Graph<'_> {
    fn known_cycles(&self) -> &Cycles {
        self.known_cycles.get_or_init(|| Cycles::new(self))
    }

    /// The cycle that the task at `at` is in: `task → … → task`; where very many tasks wait for each other, one of theirs.
    pub(super) fn cycle_of(&self, at: usize) -> Option<Arc<[TaskId]>> {
        if self.known_cycles.get().is_none() && self.is_in_none(at) {
            return None;
        }
        let cycles = self.known_cycles();
        let (members, shared) = &cycles.members[*cycles.groups.get(&at)?];
        if members.len() <= SMALL {
            self.cycle_in(at)
        } else {
            let first = *members.first()?;
            Some(shared.get_or_init(|| self.cycle_in(first).unwrap_or_else(|| Arc::from([]))).clone())
        }
    }

    /// Whether it is known without the cycles of the whole graph that the task at `at` is in none: it is not among what it waits for. All
    /// such searches together take at most as many steps as the graph has tasks.
    fn is_in_none(&self, at: usize) -> bool {
        let (mut seen, mut open) = (HashSet::from([at]), vec![at]);
        while let Some(from) = open.pop() {
            for to in self.waits_for(from) {
                self.steps.set(self.steps.get().saturating_sub(1));
                if to == at || self.steps.get() == 0 {
                    return false;
                }
                if seen.insert(to) {
                    open.push(to);
                }
            }
        }
        true
    }

    /// One cycle of each group, in the order of the first ids.
    pub(super) fn all_cycles(&self) -> Vec<Vec<TaskId>> {
        let mut firsts: Vec<usize> =
            self.known_cycles().members.iter().filter_map(|(at, _)| at.first().copied()).collect();
        firsts.sort_by_key(|at| self.table.row(*at).id_bytes());
        firsts.into_iter().filter_map(|at| self.cycle_of(at)).map(|cycle| cycle.to_vec()).collect()
    }

    /// A cycle through the task at `at`, along tasks of its group only.
    fn cycle_in(&self, at: usize) -> Option<Arc<[TaskId]>> {
        let groups = &self.known_cycles().groups;
        let group = groups.get(&at);
        let first = self.waits_for(at).find(|to| groups.get(to) == group)?;
        self.cycle(at, first, |to| groups.get(&to) == group).map(Arc::from)
    }
}

/// Remove the parents of everything that is in a cycle of them; each has one parent at most.
pub(crate) fn cut_cycles(parents: &mut [Option<usize>]) {
    let mut seen_from = vec![usize::MAX; parents.len()];
    let mut cut = Vec::new();
    for start in 0..parents.len() {
        let mut next = Some(start);
        while let Some(at) = next.filter(|at| seen_from[*at] == usize::MAX) {
            seen_from[at] = start;
            next = parents[at];
        }
        if let Some(met) = next.filter(|at| seen_from[*at] == start) {
            let around = std::iter::successors(parents[met], |at| parents[*at]);
            cut.extend(around.take_while(|at| *at != met).chain([met]));
        }
    }
    cut.into_iter().for_each(|at| parents[at] = None);
}
