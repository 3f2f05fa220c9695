//! What waits for what: the counts of Kahn's algorithm.

use crate::domain::table::Table;

/// For each task, for how many others it still waits.
pub(super) struct Waits {
    waiting: Vec<u32>,
    /// A task and one that waits for it, sorted.
    behind: Vec<(usize, usize)>,
}

impl Waits {
    /// Each task waits for those that it comes after, and for the first of each pair of `also` the second.
    pub(super) fn new(table: &Table, also: impl Iterator<Item = (usize, usize)>) -> Self {
        let after = table.rows().flat_map(|task| task.after().flatten().map(move |before| (before.at(), task.at())));
        let mut behind: Vec<(usize, usize)> = after.chain(also).collect();
        behind.sort_unstable();
        let mut waiting = vec![0; table.len()];
        for (_, next) in &behind {
            waiting[*next] += 1;
        }
        Waits { waiting, behind }
    }

    /// The tasks that wait for nothing.
    pub(super) fn free(&self) -> Vec<usize> {
        (0..self.waiting.len()).filter(|at| self.waiting[*at] == 0).collect()
    }

    /// The task at `at` is done; tell `free` of each task that waits for nothing else.
    pub(super) fn release(&mut self, at: usize, mut free: impl FnMut(usize)) {
        for next in paired_with(&self.behind, at) {
            self.waiting[next] -= 1;
            if self.waiting[next] == 0 {
                free(next);
            }
        }
    }

    /// The tasks that still wait: they are in a cycle, or behind one.
    pub(super) fn rest(&self) -> Vec<usize> {
        (0..self.waiting.len()).filter(|at| self.waiting[*at] > 0).collect()
    }
}

/// What stands behind `at` in `pairs`, which are sorted by what stands in front.
pub(super) fn paired_with(pairs: &[(usize, usize)], at: usize) -> impl Iterator<Item = usize> {
    let first = pairs.partition_point(|(front, _)| *front < at);
    pairs[first..].iter().take_while(move |(front, _)| *front == at).map(|(_, behind)| *behind)
}
