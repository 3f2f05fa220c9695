//! The dependency graph.

use std::collections::HashSet;

use super::Caller;
use crate::{
    domain::{
        graph::Graph,
        id::TaskId,
        task_graph::{Chart, Choice},
    },
    error::Result,
};

/// Which tasks to draw.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only the subtasks of this task, at any depth.
    pub parent: Option<String>,
    /// Include completed and cancelled tasks.
    pub all: bool,
}

/// The tasks and their dependencies.
pub struct Answer {
    /// The nodes and edges to draw.
    pub chart: Chart,
    /// Dependency cycles that go through a task of the chart.
    pub cycles: Vec<Vec<TaskId>>,
    /// Whether the ledger has any task.
    pub has_tasks: bool,
}

/// The graph of the tasks. Writes nothing.
///
/// # Errors
///
/// `task-not-found`, `task-ambiguous` for the parent.
pub fn graph(caller: &Caller, request: &Request) -> Result<Answer> {
    let view = caller.view()?;
    let table = view.table()?;
    let tasks = Graph::new(&table);
    let parent = request.parent.as_deref().map(|word| view.find(word)).transpose()?.map(|task| task.id);
    let chart = Chart::new(&tasks, Choice { parent: parent.as_ref(), all: request.all }, caller.now());
    let shown: HashSet<&TaskId> = chart.nodes.iter().map(|node| &node.id).collect();
    let mut cycles = tasks.cycles();
    cycles.retain(|cycle| cycle.iter().any(|id| shown.contains(id)));
    drop(shown);
    Ok(Answer { chart, cycles, has_tasks: !table.is_empty() })
}
