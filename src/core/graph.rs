//! What comes after what: readiness, the order of `next`, cycles.
//!
//! A task is *ready* when it is pending, every task it comes `after` is completed, no blocker is open, nobody holds a live
//! claim, and, for a feature, none of its subtasks is open (it would otherwise be offered before the work it consists of).

use super::{actor::Actor, id::TaskId, status::Status, summary::Summary, time::Timestamp};

/// All tasks and how they hang together.
#[derive(Debug)]
pub struct Graph<'a> {
    /// Sorted by id.
    tasks: &'a [Summary],
    /// How many open tasks come directly after each task.
    unblocks: Vec<u32>,
    /// How many open subtasks each task has.
    open_children: Vec<u32>,
}

/// One reason why a task is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not pending at all.
    Status(Status),
    /// A task that it comes after is not completed; `None` if the ledger does not have it.
    Waits {
        /// The task it comes after.
        on: TaskId,
        /// How that one stands.
        status: Option<Status>,
        /// Why that one failed.
        failure: Option<String>,
    },
    /// It is part of a circle of dependencies.
    Cycle(Vec<TaskId>),
    /// Blockers are open.
    Blocked(u32),
    /// Somebody holds it.
    Claimed {
        /// Who.
        by: Actor,
        /// Until when.
        until: Timestamp,
    },
    /// It is a feature with open subtasks.
    Subtasks(u32),
}

impl<'a> Graph<'a> {
    /// The graph of `tasks`, which must be sorted by id.
    pub fn new(tasks: &'a [Summary]) -> Self {
        debug_assert!(tasks.is_sorted_by(|a, b| a.id < b.id), "invariant: the index is sorted by id");
        let mut graph = Graph { tasks, unblocks: vec![0; tasks.len()], open_children: vec![0; tasks.len()] };
        for task in tasks.iter().filter(|task| !task.status.is_closed()) {
            for dependency in &task.after {
                if let Some(at) = graph.position(dependency) {
                    graph.unblocks[at] += 1;
                }
            }
            if let Some(at) = task.parent.as_ref().and_then(|parent| graph.position(parent)) {
                graph.open_children[at] += 1;
            }
        }
        graph
    }

    /// Where `id` is in the list.
    pub fn position(&self, id: &TaskId) -> Option<usize> {
        self.tasks.binary_search_by(|task| task.id.cmp(id)).ok()
    }

    /// The row of `id`.
    pub fn get(&self, id: &TaskId) -> Option<&'a Summary> {
        self.position(id).map(|at| &self.tasks[at])
    }

    /// All rows, sorted by id.
    pub fn tasks(&self) -> &'a [Summary] {
        self.tasks
    }

    /// Whether nothing keeps `task` from being started by anybody at `now`.
    pub fn is_ready(&self, task: &Summary, now: Timestamp) -> bool {
        task.exists
            && task.status == Status::Pending
            && task.blockers == 0
            && task.live_claim(now).is_none()
            && task.after.iter().all(|id| self.get(id).is_some_and(|before| before.status == Status::Completed))
            && self.position(&task.id).is_some_and(|at| self.open_children[at] == 0)
    }

    /// Everything that keeps `task` from being ready at `now`; empty when it is.
    pub fn obstacles(&self, task: &Summary, now: Timestamp) -> Vec<Obstacle> {
        if task.status != Status::Pending {
            return vec![Obstacle::Status(task.status)];
        }
        let mut obstacles: Vec<Obstacle> = self.cycle_through(&task.id).map(Obstacle::Cycle).into_iter().collect();
        obstacles.extend(self.waiting_on(task).map(|id| {
            let before = self.get(id);
            Obstacle::Waits {
                on: id.clone(),
                status: before.map(|before| before.status),
                failure: before.and_then(|before| before.failure.clone()),
            }
        }));
        if task.blockers > 0 {
            obstacles.push(Obstacle::Blocked(task.blockers));
        }
        if let Some((by, until)) = task.live_claim(now) {
            obstacles.push(Obstacle::Claimed { by: by.clone(), until });
        }
        match self.position(&task.id).map_or(0, |at| self.open_children[at]) {
            0 => {}
            open => obstacles.push(Obstacle::Subtasks(open)),
        }
        obstacles
    }

    /// The dependencies of `task` that are not completed.
    pub fn waiting_on<'t>(&self, task: &'t Summary) -> impl Iterator<Item = &'t TaskId> {
        let completed = |id: &TaskId| self.get(id).is_some_and(|before| before.status == Status::Completed);
        task.after.iter().filter(move |id| !completed(id))
    }

    /// The subtasks of `parent`, sorted by id.
    pub fn children(&self, parent: &TaskId) -> impl Iterator<Item = &'a Summary> {
        self.tasks.iter().filter(move |task| task.parent.as_ref() == Some(parent))
    }

    /// Open tasks that come directly after `id`, sorted by id.
    pub fn dependents(&self, id: &TaskId) -> impl Iterator<Item = &'a Summary> {
        self.tasks.iter().filter(move |task| !task.status.is_closed() && task.after.contains(id))
    }

    /// The ready tasks at `now`, in the order in which `next` hands them out: priority, then what unblocks most, then the
    /// oldest, then by id.
    pub fn ready(&self, now: Timestamp) -> Vec<&'a Summary> {
        let mut ready: Vec<usize> = (0..self.tasks.len()).filter(|at| self.is_ready(&self.tasks[*at], now)).collect();
        ready.sort_unstable_by_key(|at| {
            let task = &self.tasks[*at];
            (task.priority, std::cmp::Reverse(self.unblocks[*at]), task.created_at, *at)
        });
        ready.into_iter().map(|at| &self.tasks[at]).collect()
    }

    /// The circle that would close if `task` came after `dependency`: `task → … → task`.
    pub fn would_close(&self, task: &TaskId, dependency: &TaskId) -> Option<Vec<TaskId>> {
        self.path(dependency, task).map(|path| std::iter::once(task.clone()).chain(path).collect())
    }

    /// The circle that `task` is part of, if any: `task → … → task`.
    pub fn cycle_through(&self, task: &TaskId) -> Option<Vec<TaskId>> {
        let row = self.get(task)?;
        row.after.iter().find_map(|dependency| self.would_close(task, dependency))
    }

    /// The chain of dependencies from `from` to `to`, both included.
    fn path(&self, from: &TaskId, to: &TaskId) -> Option<Vec<TaskId>> {
        if from == to {
            return Some(vec![from.clone()]);
        }
        let goal = self.position(to)?;
        let start = self.position(from)?;
        let mut came_from = std::collections::HashMap::from([(start, start)]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for next in self.tasks[at].after.iter().filter_map(|id| self.position(id)) {
                if came_from.contains_key(&next) {
                    continue;
                }
                came_from.insert(next, at);
                if next == goal {
                    let steps = std::iter::successors(Some(goal), |at| (*at != start).then(|| came_from[at]));
                    let mut path: Vec<TaskId> = steps.map(|at| self.tasks[at].id.clone()).collect();
                    path.reverse();
                    return Some(path);
                }
                open.push(next);
            }
        }
        None
    }

    /// One circle for every group of tasks that wait for each other.
    pub fn cycles(&self) -> Vec<Vec<TaskId>> {
        let mut seen = std::collections::HashSet::new();
        let mut cycles = Vec::new();
        for at in self.unorderable() {
            let id = &self.tasks[at].id;
            if seen.contains(id) {
                continue;
            }
            if let Some(cycle) = self.cycle_through(id) {
                seen.extend(cycle.iter().cloned());
                cycles.push(cycle);
            }
        }
        cycles
    }

    /// The tasks in an order in which every one comes after what it depends on; tasks of a circle come last.
    pub fn in_order(&self) -> Vec<&'a Summary> {
        let (mut order, rest) = self.sort();
        order.extend(rest);
        order.into_iter().map(|at| &self.tasks[at]).collect()
    }

    /// Tasks that are in a circle or behind one.
    fn unorderable(&self) -> Vec<usize> {
        self.sort().1
    }

    /// Kahn's algorithm: what can be ordered, and what cannot.
    fn sort(&self) -> (Vec<usize>, Vec<usize>) {
        let mut waiting = vec![0u32; self.tasks.len()];
        let mut dependents = vec![Vec::new(); self.tasks.len()];
        for (at, task) in self.tasks.iter().enumerate() {
            for before in task.after.iter().filter_map(|id| self.position(id)) {
                waiting[at] += 1;
                dependents[before].push(at);
            }
        }
        let age = |at: &usize| (self.tasks[*at].created_at, *at);
        let mut free: std::collections::BTreeSet<(i64, usize)> =
            (0..waiting.len()).filter(|at| waiting[*at] == 0).map(|at| age(&at)).collect();
        let mut order = Vec::with_capacity(waiting.len());
        while let Some((_, at)) = free.pop_first() {
            order.push(at);
            for next in &dependents[at] {
                waiting[*next] -= 1;
                if waiting[*next] == 0 {
                    free.insert(age(next));
                }
            }
        }
        let rest = (0..waiting.len()).filter(|at| waiting[*at] > 0).collect();
        (order, rest)
    }
}

/// A circle as people read it: `a → b → a`.
pub fn show_cycle(cycle: &[TaskId]) -> String {
    cycle.iter().map(TaskId::as_str).collect::<Vec<_>>().join(" → ")
}

#[cfg(test)]
mod tests;
