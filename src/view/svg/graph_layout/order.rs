//! The order in each layer, and where across it every node stands.

/// How often the layers are gone through, there and back.
const ROUNDS: usize = 6;

/// Nodes in layers, with lines between neighbouring ones.
pub(super) struct Net {
    /// The layer of each node.
    pub(super) layer: Vec<usize>,
    /// The nodes of each layer.
    pub(super) rows: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    behind: Vec<Vec<usize>>,
}

impl Net {
    pub(super) fn new(layer: Vec<usize>) -> Self {
        let mut rows = vec![Vec::new(); layer.iter().max().map_or(0, |last| last + 1)];
        for (node, at) in layer.iter().enumerate() {
            rows[*at].push(node);
        }
        let none = vec![Vec::new(); layer.len()];
        Net { rows, before: none.clone(), behind: none, layer }
    }

    /// Another node in layer `at`.
    pub(super) fn add(&mut self, at: usize) -> usize {
        let node = self.layer.len();
        self.layer.push(at);
        self.rows[at].push(node);
        self.before.push(Vec::new());
        self.behind.push(Vec::new());
        node
    }

    /// A line from `from` to `to`.
    pub(super) fn join(&mut self, from: usize, to: usize) {
        self.behind[from].push(to);
        self.before[to].push(from);
    }

    /// Put every layer in order; answers each node's place, from 0, and how much room all of them take.
    pub(super) fn arrange(&mut self) -> (Vec<f64>, f64) {
        let mut across = vec![0.0; self.layer.len()];
        for row in &self.rows {
            number(row, &mut across);
        }
        for round in 0..2 * ROUNDS {
            let forward = round % 2 == 0;
            for at in self.sweep(forward) {
                let sides = if forward { &self.before } else { &self.behind };
                let row = &mut self.rows[at];
                row.sort_by(|a, b| {
                    let wish = |node: usize| mean(&sides[node], &across).unwrap_or(across[node]);
                    wish(*a).total_cmp(&wish(*b))
                });
                number(row, &mut across);
            }
        }
        for round in 0..2 * ROUNDS {
            for at in self.sweep(round % 2 == 0) {
                self.pull(at, &mut across);
            }
        }
        let lowest = across.iter().copied().fold(f64::INFINITY, f64::min);
        across.iter_mut().for_each(|place| *place -= lowest);
        let breadth = across.iter().copied().fold(-1.0, f64::max) + 1.0;
        (across, breadth)
    }

    fn sweep(&self, forward: bool) -> Vec<usize> {
        if forward { (0..self.rows.len()).collect() } else { (0..self.rows.len()).rev().collect() }
    }

    /// Move the nodes of layer `at` towards their neighbours, in their order and not nearer than one unit.
    fn pull(&self, at: usize, across: &mut [f64]) {
        let row = &self.rows[at];
        let wishes: Vec<f64> = row
            .iter()
            .map(|node| {
                let both: Vec<usize> = self.before[*node].iter().chain(&self.behind[*node]).copied().collect();
                mean(&both, across).unwrap_or(across[*node])
            })
            .collect();
        // Runs of nodes that want to be too near to each other are moved together, to where they are best off on average.
        let mut runs: Vec<(f64, usize)> = Vec::new();
        for wish in wishes {
            let mut run = (wish, 1);
            while let Some((start, len)) = runs.last().copied() {
                if start + len as f64 <= run.0 {
                    break;
                }
                runs.pop();
                let sum = start * len as f64 + (run.0 - len as f64) * run.1 as f64;
                run = (sum / (len + run.1) as f64, len + run.1);
            }
            runs.push(run);
        }
        let places = runs.iter().flat_map(|(start, len)| (0..*len).map(move |step| start + step as f64));
        for (node, place) in row.iter().zip(places) {
            across[*node] = place;
        }
    }
}

fn number(row: &[usize], across: &mut [f64]) {
    for (place, node) in row.iter().enumerate() {
        across[*node] = place as f64;
    }
}

fn mean(nodes: &[usize], across: &[f64]) -> Option<f64> {
    (!nodes.is_empty()).then(|| nodes.iter().map(|node| across[*node]).sum::<f64>() / nodes.len() as f64)
}
