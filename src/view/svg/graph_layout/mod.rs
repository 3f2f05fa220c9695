//! A layered drawing of a graph (Sugiyama's method): every node is in a layer behind those of its predecessors.
//!
//! Longest paths give the layers, barycentres the order in each (fewer lines cross), and a few rounds of pulling each node
//! towards its neighbours the positions. The edge that closes a cycle is drawn backwards. An edge over several layers goes
//! through a dummy node in each, so that it runs around the nodes.

mod order;

use crate::domain::task_graph::Chart;

/// A graph whose long edges need more dummy nodes than this has them drawn straight.
const MOST_TURNS: usize = 20_000;

/// The positions of all nodes and edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers {
    /// Of each node, its layer and its place across the layers, in units of one node.
    pub nodes: Vec<NodePlace>,
    /// In the order of the edges that were given; an edge from a node to itself has no route.
    pub edges: Vec<Route>,
    /// The nodes of each layer, in their order.
    pub rows: Vec<Vec<usize>>,
    /// How many units everything takes.
    pub breadth: f64,
}

/// The position of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NodePlace {
    /// The layer, from 0.
    pub layer: usize,
    /// From 0, in units of one node.
    pub across: f64,
}

/// The course of an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The index of the node it starts at.
    pub from: usize,
    /// The index of the node it ends at.
    pub to: usize,
    /// The places it goes through in between.
    pub turns: Vec<NodePlace>,
    /// Whether it closes a cycle, and therefore runs backwards.
    pub is_back: bool,
}

impl Layers {
    /// Arrange the nodes of `chart`.
    pub fn of_chart(chart: &Chart) -> Self {
        let pairs: Vec<(usize, usize)> = chart.edges.iter().map(|(from, to, _)| (*from, *to)).collect();
        Layers::of(chart.nodes.len(), &pairs)
    }

    /// Arrange `count` nodes with `edges` between them, each from a predecessor to its successor.
    pub fn of(count: usize, edges: &[(usize, usize)]) -> Self {
        let edges: Vec<(usize, usize)> = edges.iter().copied().filter(|(from, to)| from != to).collect();
        let (layer, back) = assign(count, &edges);
        let forward = edges.iter().zip(&back).filter(|(_, is_back)| !**is_back);
        let with_turns = forward.map(|((from, to), _)| layer[*to] - layer[*from] - 1).sum::<usize>() <= MOST_TURNS;

        let mut net = order::Net::new(layer);
        let mut routes: Vec<(usize, usize, Vec<usize>)> = Vec::with_capacity(edges.len());
        for ((from, to), is_back) in edges.iter().zip(&back) {
            let mut turns = Vec::new();
            if !is_back {
                if with_turns {
                    turns.extend((net.layer[*from] + 1..net.layer[*to]).map(|at| net.add(at)));
                }
                let path: Vec<usize> = [*from].into_iter().chain(turns.iter().copied()).chain([*to]).collect();
                path.windows(2).for_each(|pair| net.join(pair[0], pair[1]));
            }
            routes.push((*from, *to, turns));
        }
        let (across, breadth) = net.arrange();
        let place = |node: usize| NodePlace { layer: net.layer[node], across: across[node] };
        let routes = routes.into_iter().zip(back).map(|((from, to, turns), is_back)| {
            let turns = turns.into_iter().map(place).collect();
            Route { from, to, turns, is_back }
        });
        Layers {
            edges: routes.collect(),
            nodes: (0..count).map(place).collect(),
            rows: net.rows.iter().map(|row| row.iter().copied().filter(|node| *node < count).collect()).collect(),
            breadth,
        }
    }
}

/// The layer of each node, one behind its last predecessor; and which edges close a cycle: those that a depth-first search finds
/// to lead to a node that it is still below.
fn assign(count: usize, edges: &[(usize, usize)]) -> (Vec<usize>, Vec<bool>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Visit {
        New,
        Open,
        Done,
    }
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut has_predecessor = vec![false; count];
    for (at, (from, to)) in edges.iter().enumerate() {
        out[*from].push(at);
        has_predecessor[*to] = true;
    }
    let mut back = vec![false; edges.len()];
    let mut state = vec![Visit::New; count];
    // The reverse of the order in which nodes are done is a topological one.
    let mut done = Vec::with_capacity(count);
    // Roots first, so that a cycle is cut where it is entered.
    let (inner, roots): (Vec<usize>, Vec<usize>) = (0..count).partition(|node| has_predecessor[*node]);
    for root in roots.into_iter().chain(inner) {
        if state[root] != Visit::New {
            continue;
        }
        state[root] = Visit::Open;
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let Some(edge) = out[*node].get(*next) else {
                state[*node] = Visit::Done;
                done.push(*node);
                stack.pop();
                continue;
            };
            *next += 1;
            let to = edges[*edge].1;
            back[*edge] = state[to] == Visit::Open;
            if state[to] == Visit::New {
                state[to] = Visit::Open;
                stack.push((to, 0));
            }
        }
    }
    let mut layer = vec![0; count];
    for node in done.into_iter().rev() {
        for edge in out[node].iter().filter(|edge| !back[**edge]) {
            let to = edges[*edge].1;
            layer[to] = layer[to].max(layer[node] + 1);
        }
    }
    (layer, back)
}

#[cfg(test)]
mod tests;
