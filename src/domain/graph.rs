//! What comes after what: readiness, the order of `next`, cycles.
//!
//! A task is *ready* when it is pending, every task it comes `after` is completed, no blocker is open, there is no live
//! claim, no feature above it is cancelled (what is below a cancelled task is cancelled with it), and, for a feature, none of its
//! subtasks is open (it would otherwise be offered before the work it consists of).

use std::{
    cell::{Cell, OnceCell},
    collections::HashMap,
};

use super::{
    id::TaskId,
    progress::{Counts, Leaves, Progress},
    status::Status,
    summary::Summary,
    text::list,
    time::Timestamp,
};
use crate::domain::table::{Row, Table};

mod cycles;
mod obstacle;
mod order;
mod waits;
use cycles::Cycles;
pub(crate) use cycles::cut_cycles;
pub use obstacle::Obstacle;
use order::Plan;
use waits::paired_with;

/// The tasks of a ledger and the relations between them.
#[derive(Debug)]
pub struct Graph<'a> {
    table: &'a Table,
    /// The number of open tasks that directly depend on each task.
    unblocks: Vec<u32>,
    /// The number of open subtasks of each task.
    open_children: Vec<u32>,
    /// Whether each task has subtasks.
    has_parts: Vec<bool>,
    /// See [`Graph::is_feature`].
    is_feature: Vec<bool>,
    /// Feature and subtask, sorted; computed on demand.
    children: OnceCell<Vec<(usize, usize)>>,
    /// Task and duplicate of it, sorted; computed on demand.
    duplicates: OnceCell<Vec<(usize, usize)>>,
    /// The tasks below each feature, counted; `None` for cyclic features. Computed on demand.
    leaves: OnceCell<Vec<Option<Leaves>>>,
    /// Whether each task counts: see [`Counted`]; `None` if no feature is cancelled. Computed on demand.
    counted: OnceCell<Option<Vec<bool>>>,
    plan: OnceCell<Plan>,
    known_cycles: OnceCell<Cycles>,
    /// How many dependencies may be followed for single tasks before the cycles of the whole graph are found instead.
    steps: Cell<usize>,
}

impl<'a> Graph<'a> {
    /// The graph of the tasks in `table`.
    pub fn new(table: &'a Table) -> Self {
        let (mut unblocks, mut open_children) = (vec![0; table.len()], vec![0; table.len()]);
        let (mut has_parts, mut is_feature) = (vec![false; table.len()], vec![false; table.len()]);
        for task in table.rows() {
            if let Some(parent) = task.parent() {
                has_parts[parent.at()] = true;
                is_feature[parent.at()] |= task.exists() && task.status() != Status::Cancelled;
                open_children[parent.at()] += u32::from(!task.status().is_closed());
            }
            if task.status().is_closed() {
                continue;
            }
            for before in task.after().flatten() {
                unblocks[before.at()] += 1;
            }
        }
        Graph {
            table,
            unblocks,
            open_children,
            has_parts,
            is_feature,
            children: OnceCell::new(),
            duplicates: OnceCell::new(),
            leaves: OnceCell::new(),
            counted: OnceCell::new(),
            plan: OnceCell::new(),
            known_cycles: OnceCell::new(),
            steps: Cell::new(table.len()),
        }
    }

    /// The row of the task `id`.
    pub fn get(&self, id: &TaskId) -> Option<Row<'a>> {
        self.table.get(id)
    }

    /// The rows of all tasks.
    pub fn table(&self) -> &'a Table {
        self.table
    }

    /// Whether `task` can be started at `now`.
    pub fn is_ready(&self, task: Row<'_>, now: Timestamp) -> bool {
        task.status() == Status::Pending && !task.is_held(now) && !task.is_put_off(now) && self.is_workable(task)
    }

    /// Whether the holder of `task` can work on it: it is in progress, or ready but for its claim, and neither blockers nor subtasks are
    /// open.
    pub fn is_workable(&self, task: Row<'_>) -> bool {
        let is_completed = |before: Row<'_>| before.status() == Status::Completed;
        let is_begun = match task.status() {
            Status::Pending => {
                task.after().all(|before| before.is_some_and(is_completed)) && !self.is_below_cancelled(task)
            }
            status => status == Status::InProgress,
        };
        is_begun && task.exists() && task.blockers() == 0 && self.open_children[task.at()] == 0
    }

    /// Whether the open task `task` is below a cancelled feature, and is cancelled with it.
    pub fn is_below_cancelled(&self, task: Row<'_>) -> bool {
        let counted = self.counted.get_or_init(|| {
            let is_cut = |task: Row<'_>| task.status() == Status::Cancelled && self.has_parts[task.at()];
            let mut counted = Counted(vec![None; self.table.len()]);
            self.table.rows().any(is_cut).then(|| self.table.rows().map(|task| counted.ask(task)).collect())
        });
        !task.status().is_closed() && counted.as_ref().is_some_and(|counted| !counted[task.at()])
    }

    /// The nearest cancelled feature above `task`.
    fn cancelled_above(&self, task: Row<'a>) -> Option<Row<'a>> {
        let above = std::iter::successors(task.parent(), |task| task.parent());
        above.take(self.table.len()).find(|feature| feature.status() == Status::Cancelled)
    }

    /// Why `task` is not ready at `now`; empty if it is.
    pub fn obstacles(&self, task: &Summary, now: Timestamp) -> Vec<Obstacle> {
        if task.status != Status::Pending {
            return vec![Obstacle::Status(task.status)];
        }
        let row = self.get(&task.id);
        let above = row.filter(|row| self.is_below_cancelled(*row)).and_then(|row| self.cancelled_above(row));
        let cycle = row.and_then(|row| self.cycle_of(row.at()));
        let mut obstacles: Vec<Obstacle> = above.map(|feature| Obstacle::Cancelled(feature.id())).into_iter().collect();
        obstacles.extend(cycle.map(Obstacle::Cycle));
        obstacles.extend(self.waiting_on(&task.after).map(|id| {
            let before = self.get(id).map(Row::original);
            Obstacle::Waits {
                on: before.map_or_else(|| id.clone(), Row::id),
                status: before.map(Row::status),
                failure: before.and_then(|before| before.summary().failure),
            }
        }));
        if task.blockers > 0 {
            obstacles.push(Obstacle::Blocked(task.blockers));
        }
        obstacles.extend(task.put_off(now).map(Obstacle::PutOff));
        if let Some((by, until)) = task.live_claim(now) {
            obstacles.push(Obstacle::Claimed { by: by.clone(), until });
        }
        match self.get(&task.id).map_or(0, |row| self.open_children[row.at()]) {
            0 => {}
            open => obstacles.push(Obstacle::Subtasks(open)),
        }
        obstacles
    }

    /// Those of `dependencies` that are not completed.
    pub fn waiting_on<'t>(&self, dependencies: &'t [TaskId]) -> impl Iterator<Item = &'t TaskId> {
        let completed =
            |id: &TaskId| self.get(id).is_some_and(|before| before.original().status() == Status::Completed);
        dependencies.iter().filter(move |id| !completed(id))
    }

    /// The subtasks of `parent`, sorted by id.
    pub fn children(&self, parent: &TaskId) -> impl Iterator<Item = Row<'a>> {
        self.parts(self.table.position(parent.as_str()).unwrap_or(usize::MAX))
    }

    /// The subtasks of the task at `parent`, sorted by id.
    fn parts(&self, parent: usize) -> impl Iterator<Item = Row<'a>> {
        let pairs = match self.has_parts.get(parent) {
            Some(true) => self.children.get_or_init(|| self.pairs(Row::parent)).as_slice(),
            _ => &[],
        };
        paired_with(pairs, parent).map(|child| self.table.row(child))
    }

    /// The tasks that were cancelled as duplicates of `task`, sorted by id.
    pub fn duplicates(&self, task: &TaskId) -> impl Iterator<Item = Row<'a>> {
        let at = self.table.position(task.as_str()).unwrap_or(usize::MAX);
        let pairs = self.duplicates.get_or_init(|| self.pairs(Row::duplicate_of));
        paired_with(pairs, at).map(|duplicate| self.table.row(duplicate))
    }

    /// What `of` says of each task, with the task; sorted, tasks by their ids.
    fn pairs(&self, of: impl Fn(Row<'a>) -> Option<Row<'a>>) -> Vec<(usize, usize)> {
        let pair = |task: Row<'a>| of(task).map(|other| (other.at(), task.at()));
        let mut pairs: Vec<(usize, usize)> = self.table.by_id().filter_map(pair).collect();
        pairs.sort_by_key(|(other, _)| *other);
        pairs
    }

    /// Whether the subtasks of `task` are counted instead of it: unless all of them are cancelled, when the work is its own.
    pub fn is_feature(&self, task: Row<'_>) -> bool {
        self.is_feature[task.at()]
    }

    /// All tasks below `feature`, at any depth.
    pub fn below(&self, feature: Row<'_>) -> impl Iterator<Item = Row<'a>> {
        self.under(feature.at(), |_| true).filter(move |row| row.at() != feature.at())
    }

    /// The progress of `feature`; for a task that is none, whether it is completed.
    pub fn progress(&self, feature: Row<'_>) -> Progress {
        if let Some(leaves) = self.leaves()[feature.at()] {
            return leaves.progress();
        }
        // What is below a cancelled task is cancelled with it.
        let tasks = self.under(feature.at(), |task| task.status() != Status::Cancelled);
        let leaves = tasks.filter(|task| !self.is_feature(*task));
        Progress::of(leaves.map(|task| (task.status(), task.estimate())))
    }

    /// The leaves below each task, from the lowest parts upwards: every task is added once to what it is a subtask of.
    fn leaves(&self) -> &[Option<Leaves>] {
        self.leaves.get_or_init(|| {
            let count = self.table.len();
            let mut parts = vec![0; count];
            self.table.rows().filter_map(Row::parent).for_each(|parent| parts[parent.at()] += 1);
            let mut missing = parts.clone();
            let mut sums = vec![Leaves::default(); count];
            let mut leaves = vec![None; count];
            let mut open: Vec<usize> = (0..count).filter(|at| parts[*at] == 0).collect();
            while let Some(at) = open.pop() {
                let task = self.table.row(at);
                if !self.is_feature(task) {
                    sums[at] = Leaves::one(task.status(), task.estimate());
                }
                leaves[at] = Some(sums[at]);
                let Some(parent) = task.parent().map(Row::at) else { continue };
                // What is below a cancelled task is cancelled with it.
                if task.status() != Status::Cancelled {
                    let sum = sums[at];
                    sums[parent].add(&sum);
                }
                missing[parent] -= 1;
                if missing[parent] == 0 {
                    open.push(parent);
                }
            }
            leaves
        })
    }

    /// The progress of all tasks that are no features, except cancelled ones and those below them.
    pub fn overall(&self) -> Progress {
        let (tasks, _) = self.counted();
        Progress::of(tasks.iter().map(|(task, status)| (*status, task.estimate())))
    }

    /// The number of tasks in each state.
    pub fn counts(&self) -> Counts {
        let (tasks, features) = self.counted();
        Counts::new(tasks.iter().map(|(_, status)| *status), features)
    }

    /// All tasks that are no features, in the states in which they count, and the number of features.
    fn counted(&self) -> (Vec<(Row<'a>, Status)>, usize) {
        let mut counts = Counted(vec![None; self.table.len()]);
        let (features, tasks): (Vec<_>, Vec<_>) =
            self.table.rows().filter(|task| task.exists()).partition(|task| self.is_feature(*task));
        let in_state = |task: Row<'a>| (task, if counts.ask(task) { task.status() } else { Status::Cancelled });
        (tasks.into_iter().map(in_state).collect(), features.len())
    }

    /// The task at `top` and what is below it, where `enters` lets in. Parts of each other can come by a merge; each comes once.
    fn under(&self, top: usize, enters: impl Fn(Row<'a>) -> bool) -> impl Iterator<Item = Row<'a>> {
        let mut open = vec![self.table.row(top)];
        let mut seen: std::collections::HashSet<usize> = [top].into();
        std::iter::from_fn(move || {
            let task = open.pop()?;
            if task.at() == top || enters(task) {
                open.extend(self.parts(task.at()).filter(|part| seen.insert(part.at())));
            }
            Some(task)
        })
    }

    /// Open tasks that directly depend on `id`, sorted by id.
    pub fn dependents(&self, id: &TaskId) -> impl Iterator<Item = Row<'a>> {
        let at = self.table.position(id.as_str());
        let comes_after = |task: &Row<'_>| task.after().flatten().any(|before| Some(before.at()) == at);
        let mut tasks: Vec<Row<'a>> = match at {
            Some(_) => self.table.rows().filter(|task| !task.status().is_closed()).filter(comes_after).collect(),
            None => Vec::new(),
        };
        tasks.sort_by_key(|task| task.id_str());
        tasks.into_iter()
    }

    /// The ready tasks at `now`, in the order in which `next` hands them out: priority, then what unblocks most, then the
    /// oldest, then by id. Features whose parts are all over come last: there is nothing to do in them.
    pub fn ready(&self, now: Timestamp) -> Vec<Row<'a>> {
        self.ready_among(now, |_| true)
    }

    /// [`Graph::ready`], of the tasks that `wanted` accepts.
    pub fn ready_among(&self, now: Timestamp, wanted: impl Fn(Row<'a>) -> bool) -> Vec<Row<'a>> {
        let mut ready: Vec<Row<'a>> =
            self.table.rows().filter(|task| self.is_ready(*task, now) && wanted(*task)).collect();
        self.sort_by_turn(&mut ready);
        ready
    }

    /// Sort `tasks` in the order of `next`.
    pub fn sort_by_turn(&self, tasks: &mut [Row<'a>]) {
        tasks.sort_unstable_by(|a, b| self.turn(*a).cmp(&self.turn(*b)));
    }

    /// The first ready task that `wanted` accepts.
    pub fn first_ready(&self, now: Timestamp, wanted: impl Fn(Row<'a>) -> bool) -> Option<Row<'a>> {
        let ready = self.table.rows().filter(|task| self.is_ready(*task, now) && wanted(*task));
        ready.min_by(|a, b| self.turn(*a).cmp(&self.turn(*b)))
    }

    /// What decides whose turn it is; the lowest goes first.
    fn turn(&self, task: Row<'a>) -> impl Ord + use<'a> {
        (
            self.has_parts[task.at()],
            task.priority(),
            std::cmp::Reverse(self.unblocks[task.at()]),
            task.created_at(),
            task.id_bytes(),
        )
    }

    /// The cycle that would close if `task`, which may be new, came after each of `after` and were a part of `parent`: `task → … → task`, where
    /// each task waits for the next one. A feature waits for its parts.
    pub fn would_close(&self, task: &TaskId, after: &[TaskId], parent: Option<&TaskId>) -> Option<Vec<TaskId>> {
        let place = |id: &TaskId| self.table.position(id.as_str());
        // What comes after a duplicate waits for the task that it duplicates.
        let awaited = |id: &TaskId| self.table.get(id).map(|row| row.original().at());
        let anywhere = |_| true;
        let at = place(task);
        for dependency in after {
            if dependency == task || at.is_some_and(|at| awaited(dependency) == Some(at)) {
                return Some(vec![task.clone(), task.clone()]);
            }
            let cycle = at.zip(awaited(dependency)).and_then(|(at, to)| self.cycle(at, to, anywhere));
            if cycle.is_some() {
                return cycle;
            }
        }
        let parent = parent?;
        if parent == task {
            return Some(vec![task.clone(), task.clone()]);
        }
        let top = place(parent);
        let cycle = top.zip(at).and_then(|(top, at)| self.cycle(top, at, anywhere));
        if cycle.is_some() {
            return cycle;
        }
        after.iter().find_map(|dependency| {
            if dependency == parent || top.is_some_and(|top| awaited(dependency) == Some(top)) {
                return Some(vec![parent.clone(), task.clone(), parent.clone()]);
            }
            let mut cycle = self.cycle(top?, awaited(dependency)?, anywhere)?;
            cycle.insert(1, task.clone());
            Some(cycle)
        })
    }

    /// The tasks that the one at `at` waits for: those that it comes after, and its parts.
    fn waits_for(&self, at: usize) -> impl Iterator<Item = usize> + '_ {
        self.table.row(at).after().flatten().chain(self.parts(at)).map(Row::at)
    }

    /// One cycle for each group of tasks that wait for each other, through subtasks or dependencies.
    pub fn cycles(&self) -> Vec<Vec<TaskId>> {
        self.all_cycles()
    }

    /// The tasks in an order in which dependencies come first; tasks of cycles come last.
    pub fn in_order(&self) -> Vec<Row<'a>> {
        self.plan().order().map(|at| self.table.row(at)).collect()
    }

    /// The position of `task` in [`Graph::in_order`].
    pub fn place(&self, task: Row<'_>) -> usize {
        self.plan().place(task.at())
    }

    fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| Plan::new(self.table))
    }
}

/// Whether neither a task nor anything above it is cancelled; each task is examined once.
struct Counted(Vec<Option<bool>>);

impl Counted {
    fn ask(&mut self, task: Row<'_>) -> bool {
        let is_open = |task: &Row<'_>| task.status() != Status::Cancelled;
        let mut path = Vec::new();
        let mut place: HashMap<usize, usize> = HashMap::new();
        let mut next = Some(task);
        let mut above = true;
        while let Some(task) = next {
            if let Some(known) = self.0[task.at()] {
                above = known;
                break;
            }
            // Parts of each other, which a merge can make, have no end above them: each is above all of them.
            if let Some(first) = place.get(&task.at()) {
                above = path[*first..].iter().all(is_open);
                path.drain(*first..).for_each(|task: Row<'_>| self.0[task.at()] = Some(above));
                break;
            }
            place.insert(task.at(), path.len());
            path.push(task);
            next = task.parent();
        }
        for task in path.into_iter().rev() {
            above &= is_open(&task);
            self.0[task.at()] = Some(above);
        }
        self.0[task.at()].unwrap_or(above)
    }
}

/// A cycle as text, explaining subtasks: `f → a → f (a is a subtask of f)`.
pub fn spell_cycle(cycle: &[TaskId], is_part: impl Fn(&TaskId, &TaskId) -> bool) -> String {
    let steps = cycle.windows(2).filter(|step| is_part(&step[1], &step[0]));
    let parts: Vec<String> = steps.map(|step| format!("{} is a subtask of {}", step[1], step[0])).collect();
    if parts.is_empty() { show_cycle(cycle) } else { format!("{} ({})", show_cycle(cycle), list(parts)) }
}

/// A cycle as text: `a → b → a`; the middle of a long one is abbreviated.
pub fn show_cycle(cycle: &[TaskId]) -> String {
    const END: usize = 10;
    let join = |ids: &[TaskId]| ids.iter().map(TaskId::as_str).collect::<Vec<_>>().join(" → ");
    match cycle.len().checked_sub(2 * END) {
        None | Some(0 | 1) => join(cycle),
        Some(more) => format!("{} → … ({more} more) → {}", join(&cycle[..END]), join(&cycle[cycle.len() - END..])),
    }
}

#[cfg(test)]
mod tests;
