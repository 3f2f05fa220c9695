//! Walks from a tip back to the indexed commits, and adds those in between as a layer.

use std::{
    collections::HashMap,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

use super::{
    Fault,
    layer::{CommitFacts, NONE, Parents},
    read::{Reader, Said},
    store::Known,
};
use crate::{
    domain::topo,
    error::{Error, Result, codes},
    git::{
        ObjectId, ObjectIdMap, Repo,
        commit_graph::{self, CommitGraph},
    },
    store::history::{grafts::Overlay, progress::Meter},
};

/// This many commits are given to a thread at a time.
const CHUNK: usize = 4096;
/// From this many on, several threads are worth their start.
const MANY: usize = 2 * CHUNK;
/// More threads than this wait for the disk.
const MAX_THREADS: usize = 8;

/// Commits that the index does not have yet.
pub struct Grown {
    /// The commits, parents before children: the reverse of git's order as seen from the tip.
    pub facts: CommitFacts,
    pub tip: u32,
    /// How far positions are in git's order as seen from the last of them; see [`Known::trunk`].
    pub trunk: u32,
}

/// Find the commits reachable from `tip` that `known` does not have.
pub fn grow(repo: &Repo, overlay: &Overlay, known: &Known, tip: ObjectId) -> Result<Grown, Fault> {
    let start = known.end();
    let hash = repo.hex_len() / 2;
    if let Some(tip) = known.position(tip)? {
        return Ok(Grown { facts: CommitFacts::new(start, hash), tip, trunk: known.trunk });
    }
    let mut meter = Meter::new(repo);
    let found = Walk::new(repo, overlay, known).walk(tip, &mut meter)?;
    let (order, trunk) = found.order(known.trunk);
    let has_graph = found.unread.is_some();
    let mut found = found.listen(repo, overlay, &mut meter)?;
    let mut position_of = vec![NONE; found.commits.len()];
    (start..).zip(&order).for_each(|(position, node)| position_of[*node as usize] = position);
    let mut facts = CommitFacts::new(start, hash);
    let mut parents = Vec::new();
    for (position, node) in (start..).zip(&order) {
        parents.clear();
        found.parents.visit(*node, |parent| {
            parents.push(if parent < start { parent } else { position_of[(parent - start) as usize] });
        });
        // Of a cycle no commit is listed but the tip.
        if parents.iter().any(|parent| *parent >= position) {
            return Err(cycle(found.commits[*node as usize], has_graph).into());
        }
        facts.push(&found.commits[*node as usize], &parents);
        let said = found.heard.remove(node).unwrap_or_default();
        said.ids.iter().for_each(|id| facts.name(id.as_ref(), position));
        said.reverts.iter().for_each(|digits| facts.revert(digits, position));
    }
    Ok(Grown { tip: facts.end() - 1, facts, trunk })
}

/// That parents form a cycle, which `commit` leads to. Commits cannot: git's commit-graph says so, or where it is not used a replacement.
fn cycle(commit: ObjectId, has_graph: bool) -> Error {
    if has_graph {
        return commit_graph::damaged();
    }
    let message = format!("a replacement makes commit {commit}, or one before it, its own ancestor");
    Error::new(codes::DAMAGED_COMMIT, message).hint("'git replace --list' lists the replacements")
}

/// Commits in the order in which they were met; the tip is the first.
#[derive(Default)]
struct Found {
    /// The first position that is free. A parent below it is a position; others are commits of these, counted from it.
    start: u32,
    commits: Vec<ObjectId>,
    /// By node: positions, or nodes counted from `start`.
    parents: Parents,
    /// What those said whose messages had to be read for their parents.
    heard: HashMap<u32, Said>,
    /// Commits that still have to be read: git's commit-graph told their parents.
    unread: Option<Unread>,
}

/// git's commit-graph, and which of its commits were met.
struct Unread {
    graph: CommitGraph,
    /// By place in the graph: the node, [`NONE`] for a commit that was not met.
    nodes: Vec<u32>,
}

impl topo::Graph for Found {
    fn parents(&self, node: u32, mut visit: impl FnMut(u32)) {
        // What the index has is one node behind the others, which only the last position of the trunk stands for.
        self.parents.visit(node, |parent| visit(parent.checked_sub(self.start).unwrap_or(self.commits.len() as u32)));
    }
}

impl Found {
    /// The nodes, oldest first, and where the trunk ends when they are behind it.
    fn order(&self, trunk: u32) -> (Vec<u32>, u32) {
        let known = self.commits.len() as u32;
        let mut order = Vec::with_capacity(self.commits.len() + 1);
        topo::list(self, 0, self.commits.len() + 1, |node| order.push(node));
        let is_all_trunk = trunk == self.start;
        let mut leaves_at_its_end = true;
        for node in 0..known {
            self.parents.visit(node, |parent| leaves_at_its_end &= parent >= self.start || parent + 1 == trunk);
        }
        // The trunk continues when its end is the only place where these meet it, and is listed behind all of them.
        let goes_on = is_all_trunk && leaves_at_its_end && (self.start == 0 || order.last() == Some(&known));
        order.retain(|node| *node != known);
        order.reverse();
        (order, if goes_on { self.start + known } else { trunk })
    }

    /// What the commits say, each heard once.
    fn listen(mut self, repo: &Repo, overlay: &Overlay, meter: &mut Meter<'_>) -> Result<Self> {
        let Some(Unread { graph, nodes }) = self.unread.take() else { return Ok(self) };
        // Sorted as the index of a pack is: looking them up one after the other stays in the processor's cache.
        let met = (0..).zip(&nodes).filter(|(_, node)| **node != NONE);
        let left: Vec<(u32, u32)> = met.map(|(place, node)| (place, *node)).collect();
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        if left.len() < MANY || threads < 2 {
            let mut reader = Reader::new(repo, overlay);
            for (at, (place, node)) in left.iter().enumerate() {
                let said = reader.said(graph.commit(*place))?;
                self.hear(*node, said);
                meter.at(at, Some(left.len()));
            }
            return Ok(self);
        }
        let (sender, receiver) = mpsc::sync_channel(2 * threads);
        let next = AtomicUsize::new(0);
        let chunks = left.chunks(CHUNK).collect::<Vec<_>>();
        let (graph, chunks, next) = (&graph, &chunks, &next);
        let heard = std::thread::scope(|scope| {
            for _ in 0..threads {
                let (sender, repo) = (sender.clone(), repo.for_another_thread());
                scope.spawn(move || {
                    let repo = repo.into_repo();
                    let mut reader = Reader::new(&repo, overlay);
                    while let Some(chunk) = chunks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let said = chunk.iter().map(|(place, node)| Ok((*node, reader.said(graph.commit(*place))?)));
                        let said = said.filter(|said| !said.as_ref().is_ok_and(|(_, said)| said.is_nothing()));
                        if sender.send((chunk.len(), said.collect::<Result<Vec<_>>>())).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            let mut heard = Vec::new();
            let mut done = 0;
            for (count, said) in receiver {
                heard.extend(said?);
                done += count;
                meter.at(done, Some(left.len()));
            }
            Ok::<_, Error>(heard)
        })?;
        heard.into_iter().for_each(|(node, said)| self.hear(node, said));
        Ok(self)
    }

    fn hear(&mut self, node: u32, said: Said) {
        if !said.is_nothing() {
            self.heard.insert(node, said);
        }
    }
}

/// The walk from the tip to what is known.
struct Walk<'a> {
    repo: &'a Repo,
    overlay: &'a Overlay,
    known: &'a Known,
    found: Found,
    /// Where each commit of `found` is in git's commit-graph.
    places: Vec<u32>,
    /// The number of each commit that was met and is not in git's commit-graph.
    by_id: ObjectIdMap<ObjectId, u32>,
}

impl<'a> Walk<'a> {
    fn new(repo: &'a Repo, overlay: &'a Overlay, known: &'a Known) -> Self {
        // For the few commits above an index it is not worth opening.
        let is_usable = overlay.is_plain && known.layers.is_empty();
        let graph = if is_usable { CommitGraph::open(repo) } else { None };
        let unread = graph.map(|graph| Unread { nodes: vec![NONE; graph.len()], graph });
        let found = Found { start: known.end(), unread, ..Found::default() };
        Walk { repo, overlay, known, found, places: Vec::new(), by_id: Default::default() }
    }

    fn walk(mut self, tip: ObjectId, meter: &mut Meter<'_>) -> Result<Found, Fault> {
        let mut reader = Reader::new(self.repo, self.overlay);
        self.meet(tip)?;
        let (mut parents, mut above) = (Vec::new(), Vec::new());
        let mut node = 0;
        while let Some(commit) = self.found.commits.get(node).copied() {
            let place = self.places[node];
            parents.clear();
            if place == NONE {
                let (ids, said) = reader.read(commit)?;
                self.found.hear(node as u32, said);
                for id in ids {
                    parents.push(self.meet(id)?);
                }
            } else {
                above.clear();
                self.found.unread.as_ref().map_or(Ok(()), |unread| unread.graph.parents(place, &mut above))?;
                for place in &above {
                    parents.push(self.meet_at(*place)?);
                }
            }
            self.found.parents.push(&parents);
            node += 1;
            meter.at(node, None);
        }
        Ok(self.found)
    }

    /// The number of `commit`, a new one if it was not met before.
    fn meet(&mut self, commit: ObjectId) -> Result<u32, Fault> {
        if let Some(place) = self.found.unread.as_ref().and_then(|unread| unread.graph.find(commit)) {
            return self.meet_at(place);
        }
        if let Some(number) = self.by_id.get(&commit) {
            return Ok(*number);
        }
        let number = self.number(commit, NONE)?;
        self.by_id.insert(commit, number);
        Ok(number)
    }

    /// The same for the commit at `place` of the commit-graph.
    fn meet_at(&mut self, place: u32) -> Result<u32, Fault> {
        let Unread { graph, nodes } = self.found.unread.as_ref().ok_or(Fault::Damaged)?;
        let met = nodes[place as usize];
        if met != NONE {
            return Ok(met);
        }
        let number = self.number(graph.commit(place), place)?;
        if let Some(unread) = &mut self.found.unread {
            unread.nodes[place as usize] = number;
        }
        Ok(number)
    }

    fn number(&mut self, commit: ObjectId, place: u32) -> Result<u32, Fault> {
        if let Some(position) = self.known.position(commit)? {
            return Ok(position);
        }
        self.found.commits.push(commit);
        self.places.push(place);
        Ok(self.found.start + self.found.commits.len() as u32 - 1)
    }
}
