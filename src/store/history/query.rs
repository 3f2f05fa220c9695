//! Questions to the history of one commit.

use std::collections::HashSet;

use bstr::BString;

use super::{
    Fault,
    layer::{self, Damaged, Layer, MORE, NONE, Read},
};
use crate::{domain::topo, git::ObjectId, store::ledger::commits::Links};

/// A commit and all of its ancestors, ready to be queried.
pub struct Past {
    /// All layers, including the one in memory.
    pub(super) layers: Vec<Layer>,
    /// See [`super::store::Known::trunk`].
    pub(super) trunk: u32,
    /// The position of the commit in the layers.
    pub(super) tip: u32,
    /// Commits whose parents are missing in this shallow clone.
    pub(super) shallow: HashSet<ObjectId>,
}

impl Past {
    /// The commits that name the task `id` on a line of their message, oldest first in git's topological order.
    pub fn naming(&self, id: &[u8]) -> Result<Vec<ObjectId>, Fault> {
        self.on(id, &Links::default())
    }

    /// The commits of the task `id` according to messages and ledger: with linked commits of this history, without unlinked ones.
    pub fn on(&self, id: &[u8], links: &Links) -> Result<Vec<ObjectId>, Fault> {
        self.on_any([(id, links)])
    }

    /// The commits of several tasks, each once: see [`Past::on`].
    pub fn on_any<'t>(&self, tasks: impl IntoIterator<Item = (&'t [u8], &'t Links)>) -> Result<Vec<ObjectId>, Fault> {
        let mut wanted = Vec::new();
        for (id, links) in tasks {
            let mut named = self.collect(|layer| layer.naming(id))?;
            if !links.unlinked.is_empty() {
                let mut not = HashSet::new();
                for commit in &links.unlinked {
                    not.extend(self.position(*commit)?);
                }
                named.retain(|position| !not.contains(position));
            }
            wanted.append(&mut named);
            for commit in &links.linked {
                wanted.extend(self.position(*commit)?);
            }
        }
        Ok(self.commits(&self.in_order(wanted)?)?)
    }

    /// Every id that a commit of this history names, with its commits, oldest first.
    pub fn all(&self) -> Result<Vec<(BString, Vec<ObjectId>)>, Fault> {
        let mut names = std::collections::BTreeMap::<BString, Vec<u32>>::new();
        for layer in &self.layers {
            for name in layer.names() {
                let (id, positions) = name?;
                names.entry(id).or_default().extend(positions);
            }
        }
        let order = self.in_order(names.values().flatten().copied().collect())?;
        let mut rank = vec![NONE; self.tip as usize + 1];
        (0..).zip(&order).for_each(|(at, position)| rank[*position as usize] = at);
        let rank = |position: &u32| rank.get(*position as usize).copied().unwrap_or(NONE);
        let mut all = Vec::new();
        for (id, mut positions) in names {
            positions.retain(|position| rank(position) != NONE);
            positions.sort_unstable_by_key(rank);
            if !positions.is_empty() {
                all.push((id, self.commits(&positions)?));
            }
        }
        Ok(all)
    }

    /// Whether `commit` is the tip or one of its ancestors.
    pub fn contains(&self, commit: ObjectId) -> Result<bool, Fault> {
        let Some(position) = self.position(commit)? else { return Ok(false) };
        Ok(!self.in_order(vec![position])?.is_empty())
    }

    /// The commits of this history that say that they revert `commit`, oldest first.
    pub fn reverting(&self, commit: ObjectId) -> Result<Vec<ObjectId>, Fault> {
        let positions = self.collect(|layer| layer.reverting(&commit))?;
        Ok(self.commits(&self.in_order(positions)?)?)
    }

    /// The commits of this history whose parents are missing in this shallow clone.
    pub fn cut(&self) -> Result<Vec<ObjectId>, Fault> {
        self.sorted(&self.shallow.iter().copied().collect::<Vec<_>>())
    }

    /// Those of `commits` that are in this history, oldest first.
    pub fn sorted(&self, commits: &[ObjectId]) -> Result<Vec<ObjectId>, Fault> {
        let mut positions = Vec::new();
        for commit in commits {
            positions.extend(self.position(*commit)?);
        }
        Ok(self.commits(&self.in_order(positions)?)?)
    }

    fn collect(&self, ask: impl Fn(&Layer) -> Read<Vec<u32>>) -> Read<Vec<u32>> {
        let mut all = Vec::new();
        for layer in &self.layers {
            all.extend(ask(layer)?);
        }
        Ok(all)
    }

    fn position(&self, commit: ObjectId) -> Read<Option<u32>> {
        layer::position(&self.layers, commit)
    }

    fn commits(&self, positions: &[u32]) -> Read<Vec<ObjectId>> {
        positions.iter().map(|position| self.layer(*position)?.commit(*position)).collect()
    }

    fn layer(&self, position: u32) -> Read<&Layer> {
        self.layers.iter().find(|layer| layer.holds(position)).ok_or(Damaged)
    }

    /// Those of `wanted` that are in this history, oldest first in git's topological order.
    ///
    /// What lies below the oldest of them does not matter to their order: its positions are lower, so none of it is a child
    /// of anything above.
    fn in_order(&self, mut wanted: Vec<u32>) -> Read<Vec<u32>> {
        wanted.retain(|position| *position <= self.tip);
        wanted.sort_unstable();
        wanted.dedup();
        let Some(&oldest) = wanted.first() else { return Ok(wanted) };
        let end = self.tip + 1;
        if end == self.trunk {
            return Ok(wanted);
        }
        if end > self.trunk
            && oldest < self.trunk
            && let Some(order) = self.above_the_trunk(&wanted)?
        {
            return Ok(order);
        }
        let window = Window::new(self, oldest)?;
        let mut is_wanted = vec![false; (end - oldest) as usize];
        wanted.iter().for_each(|position| is_wanted[(position - oldest) as usize] = true);
        let mut order = Vec::with_capacity(wanted.len());
        topo::list_descending(&window, self.tip - oldest, |node| {
            if is_wanted[node as usize] {
                order.push(node + oldest);
            }
        });
        order.reverse();
        Ok(order)
    }

    /// The order of `wanted` when all that is above the trunk stands on the end of the trunk: then the trunk stays together.
    fn above_the_trunk(&self, wanted: &[u32]) -> Read<Option<Vec<u32>>> {
        let floor = self.trunk - 1;
        let window = Window::new(self, floor)?;
        if !window.stands_on_its_floor(self.tip - floor) {
            return Ok(None);
        }
        let above = wanted.partition_point(|position| *position <= floor);
        let (below, above) = wanted.split_at(above);
        let mut newest_first = Vec::with_capacity(wanted.len());
        topo::list_descending(&window, self.tip - floor, |node| match node {
            0 => newest_first.extend(below.iter().rev()),
            node => newest_first.extend(above.binary_search(&(node + floor)).ok().map(|at| above[at])),
        });
        newest_first.reverse();
        Ok(Some(newest_first))
    }
}

/// The graph from the position `floor` up, as numbers from 0.
struct Window {
    floor: u32,
    parents: Vec<[u32; 2]>,
    /// All but the first parent of octopus merges.
    more: std::collections::HashMap<u32, Vec<u32>>,
}

impl Window {
    fn new(past: &Past, floor: u32) -> Read<Self> {
        let mut parents = Vec::with_capacity((past.tip - floor) as usize + 1);
        let mut more = std::collections::HashMap::new();
        for layer in past.layers.iter().filter(|layer| layer.end() > floor && layer.start() <= past.tip) {
            let from = layer.start().max(floor);
            let mut rows = layer.parents_from(from)?;
            rows.truncate((past.tip - from) as usize + 1);
            for (position, [first, second]) in (from..).zip(&rows) {
                if *second != NONE && second & MORE != 0 {
                    more.insert(position - floor, layer.more_parents(second & !MORE)?);
                } else if *second != NONE && *second >= position {
                    return Err(Damaged);
                }
                if *first != NONE && *first >= position {
                    return Err(Damaged);
                }
            }
            parents.extend(rows);
        }
        if more.iter().any(|(node, parents)| parents.iter().any(|parent| *parent >= node + floor)) {
            return Err(Damaged);
        }
        Ok(Window { floor, parents, more })
    }

    /// Whether nothing that is reachable from `tip` has a parent below the floor, but for the floor itself.
    fn stands_on_its_floor(&self, tip: u32) -> bool {
        let reached = topo::reachable(self, tip);
        (1..=tip).filter(|node| reached[*node as usize]).all(|node| {
            let mut stands = true;
            self.numbers(node, |parent| stands &= parent >= self.floor);
            stands
        })
    }

    fn numbers(&self, node: u32, mut visit: impl FnMut(u32)) {
        let Some(&[first, second]) = self.parents.get(node as usize) else { return };
        if first == NONE {
            return;
        }
        visit(first);
        if second == NONE {
            return;
        }
        match second & MORE {
            0 => visit(second),
            _ => self.more.get(&node).into_iter().flatten().copied().for_each(visit),
        }
    }
}

impl topo::Graph for Window {
    fn parents(&self, node: u32, mut visit: impl FnMut(u32)) {
        self.numbers(node, |parent| {
            if let Some(parent) = parent.checked_sub(self.floor) {
                visit(parent);
            }
        });
    }
}
