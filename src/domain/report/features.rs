//! Which task is part of which feature.

use std::collections::HashMap;

use crate::domain::{graph::cut_cycles, id::TaskId, status::Status, task::Task};

/// The features of a ledger.
pub(super) struct Features {
    places: HashMap<TaskId, usize>,
    parents: Vec<Option<usize>>,
    is_feature: Vec<bool>,
}

impl Features {
    /// Those of `tasks`. Tasks that are parts of each other, which only a merge can make, are parts of nothing.
    pub(super) fn new(tasks: &[Task]) -> Self {
        let places: HashMap<TaskId, usize> = tasks.iter().enumerate().map(|(at, task)| (task.id.clone(), at)).collect();
        let parent = |task: &Task| task.parent.as_ref().and_then(|id| places.get(id)).copied();
        let mut parents: Vec<Option<usize>> = tasks.iter().map(parent).collect();
        cut_cycles(&mut parents);
        let mut is_feature = vec![false; tasks.len()];
        for (at, parent) in parents.iter().enumerate() {
            // As in `Graph::is_feature`.
            if let Some(parent) = parent.filter(|_| tasks[at].exists() && tasks[at].status != Status::Cancelled) {
                is_feature[parent] = true;
            }
        }
        Features { places, parents, is_feature }
    }

    /// Where task `id` is.
    pub(super) fn at(&self, id: &TaskId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// What the task at `at` is part of.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parents[at]
    }

    /// The task at `at`, what it is part of, and so on.
    pub(super) fn path(&self, at: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(at), |at| self.parents[*at])
    }

    /// Whether the parts of the task at `at` are counted instead of it.
    pub(super) fn is_feature(&self, at: usize) -> bool {
        self.is_feature[at]
    }

    /// The feature above all others that the task at `at` is, or belongs to.
    pub(super) fn top(&self, at: usize) -> Option<usize> {
        self.path(at).last().filter(|top| self.is_feature[*top])
    }
}
