//! `ready`: what can be started now, and why the rest cannot.

use super::Caller;
use crate::{
    domain::{
        graph::{Graph, Obstacle},
        summary::Summary,
        table::{Row, Table},
    },
    error::Result,
    store::ledger::View,
};

/// The tasks that can be started now.
pub struct Ready<'a> {
    /// The ledger, and the table of all its tasks.
    pub view: View<'a>,
    /// All tasks of [`Ready::view`].
    pub table: Table,
    /// The ready tasks, in the order of `next`.
    pub tasks: Vec<Summary>,
    /// If requested: the open tasks that cannot be started, with the reasons.
    pub waiting: Option<Vec<(Summary, Vec<Obstacle>)>>,
}

/// The tasks with all of `labels` that can be started now; with `explain`, also why each other open task cannot. Writes nothing.
///
/// # Errors
///
/// Those of [`Caller::view`] and of [`View::table`].
pub fn ready<'a>(caller: &'a Caller, labels: &[String], explain: bool) -> Result<Ready<'a>> {
    let (view, now) = (caller.view()?, caller.now());
    let table = view.table()?;
    let graph = Graph::new(&table);
    let tasks = graph.ready(now).into_iter().filter(|row| row.has_labels(labels)).map(Row::summary).collect();
    let waiting = explain.then(|| {
        let open = table.rows().filter(|row| row.exists() && row.has_labels(labels) && !row.status().is_closed());
        let open = open.filter(|row| !graph.is_ready(*row, now));
        let explained = |task: Summary| {
            let obstacles = graph.obstacles(&task, now);
            (task, obstacles)
        };
        open.map(Row::summary).map(explained).collect()
    });
    drop(graph);
    Ok(Ready { view, table, tasks, waiting })
}
