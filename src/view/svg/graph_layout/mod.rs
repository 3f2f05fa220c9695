//! A drawing of a graph in layers: what comes first in the first one, everything behind what it comes after.
//!
//! Longest paths give the layers, barycentres the order in each (fewer lines cross), and a few rounds of pulling each node
//! towards its neighbours the places. A circle has no first node: the edge that closes it is drawn backwards, and nothing
//! hangs. An edge over several layers goes through a place of its own in each, so that it runs around the nodes.

mod order;

/// A graph with more places for long edges than this has them drawn straight.
const MOST_TURNS: usize = 20_000;

/// Where everything is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers {
    /// Of each node, its layer and its place across the layers, in units of one node.
    pub nodes: Vec<Place>,
    /// In the order of the edges that were given; an edge from a node to itself has no route.
    pub edges: Vec<Route>,
    /// The nodes of each layer, in their order.
    pub rows: Vec<Vec<usize>>,
    /// How many units everything takes.
    pub breadth: f64,
}

/// A place in the drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place {
    /// From 0.
    pub layer: usize,
    /// From 0, in units of one node.
    pub across: f64,
}

/// How an edge runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Where it begins.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// The places it goes through in between.
    pub turns: Vec<Place>,
    /// Whether it closes a circle, and therefore runs backwards.
    pub is_back: bool,
}

impl Layers {
    /// Arrange `count` nodes with `edges` between them, from what comes first to what comes after it.
    pub fn of(count: usize, edges: &[(usize, usize)]) -> Self {
        let edges: Vec<(usize, usize)> = edges.iter().copied().filter(|(from, to)| from != to).collect();
        let back = back_edges(count, &edges);
        let forward = || edges.iter().zip(&back).filter(|(_, back)| !**back).map(|(edge, _)| *edge);
        let layer = longest_paths(count, &forward().collect::<Vec<_>>());
        let span = |(from, to): (usize, usize)| layer[to] - layer[from] - 1;
        let with_turns = forward().map(span).sum::<usize>() <= MOST_TURNS;

        let mut net = order::Net::new(layer.clone());
        let mut turns: Vec<Vec<usize>> = Vec::with_capacity(edges.len());
        for ((from, to), is_back) in edges.iter().zip(&back) {
            let mut through = Vec::new();
            if !is_back {
                let mut before = *from;
                if with_turns {
                    for at in layer[*from] + 1..layer[*to] {
                        let turn = net.add(at);
                        net.join(before, turn);
                        through.push(turn);
                        before = turn;
                    }
                }
                net.join(before, *to);
            }
            turns.push(through);
        }
        let (across, breadth) = net.arrange();
        let place = |node: usize| Place { layer: net.layer(node), across: across[node] };
        let routes = edges.iter().zip(back).zip(turns).map(|(((from, to), is_back), turns)| Route {
            from: *from,
            to: *to,
            turns: turns.into_iter().map(place).collect(),
            is_back,
        });
        Layers {
            edges: routes.collect(),
            nodes: (0..count).map(place).collect(),
            rows: net.rows().iter().map(|row| row.iter().copied().filter(|node| *node < count).collect()).collect(),
            breadth,
        }
    }
}

/// Which edges close a circle: those that a walk in depth finds to lead to a node that it is still below.
fn back_edges(count: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut entered = vec![true; count];
    for (at, (from, to)) in edges.iter().enumerate() {
        out[*from].push(at);
        entered[*to] = false;
    }
    let mut back = vec![false; edges.len()];
    // 0: not seen, 1: we are below it, 2: done.
    let mut state = vec![0u8; count];
    // What nothing comes before is begun with, so that a circle is cut where it is entered.
    let roots = (0..count).filter(|node| entered[*node]).chain((0..count).filter(|node| !entered[*node]));
    for root in roots {
        if state[root] != 0 {
            continue;
        }
        state[root] = 1;
        let mut stack = vec![(root, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let Some(edge) = out[*node].get(*next) else {
                state[*node] = 2;
                stack.pop();
                continue;
            };
            *next += 1;
            let to = edges[*edge].1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push((to, 0));
                }
                1 => back[*edge] = true,
                _ => {}
            }
        }
    }
    back
}

/// The layer of each node: one behind the last thing that it comes after. `edges` have no circle.
fn longest_paths(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut waiting = vec![0usize; count];
    for (from, to) in edges {
        out[*from].push(*to);
        waiting[*to] += 1;
    }
    let mut layer = vec![0; count];
    let mut free: Vec<usize> = (0..count).filter(|node| waiting[*node] == 0).collect();
    while let Some(node) = free.pop() {
        for to in &out[node] {
            layer[*to] = layer[*to].max(layer[node] + 1);
            waiting[*to] -= 1;
            if waiting[*to] == 0 {
                free.push(*to);
            }
        }
    }
    layer
}

#[cfg(test)]
mod tests;
