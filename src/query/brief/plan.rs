//! The tasks around the one that a brief is about, from the index alone.

use crate::domain::{
    graph::Graph, id::TaskId, progress::Counts, status::Status, summary::Summary, table::Row, task::Task,
    time::Timestamp,
};

use super::ENOUGH;

/// The tasks of the ledger, as far as a brief shows them.
#[derive(Debug)]
pub struct Plan {
    /// The number of tasks in each state.
    pub counts: Counts,
    /// How many of the pending ones are ready.
    pub ready: usize,
    /// The first of them, in the order of `next`; of the task's own feature if that has any.
    pub next: Vec<Summary>,
    /// The number of tasks that [`Plan::next`] was taken from.
    pub next_count: usize,
    /// Tasks in progress, without the task of the brief; unclaimed ones first.
    pub in_progress: Vec<Work>,
    /// The number of tasks in progress, including those not listed.
    pub in_progress_count: usize,
    /// Failed tasks, the newest first.
    pub failed: Vec<Summary>,
    /// The number of failed tasks, including those not listed.
    pub failed_count: usize,
    /// The open subtasks of the task.
    pub parts: Vec<Summary>,
    /// How many of its subtasks are open, and how many it has.
    pub parts_count: (usize, usize),
    /// Dependencies of the task that are not completed, with their state; `None`: not in this ledger.
    pub waits_for: Vec<(TaskId, Option<Status>)>,
}

/// A task in progress, claimed or not.
#[derive(Clone, Debug)]
pub struct Work {
    pub row: Summary,
    /// Whether its claim has not expired.
    pub is_live: bool,
}

impl Plan {
    /// The plan around `about` at `now`.
    pub(super) fn of(graph: &Graph<'_>, about: Option<&Task>, now: Timestamp) -> Self {
        let table = graph.table();
        let (mut in_progress, mut failed, mut ready) = (Vec::new(), Vec::new(), Vec::new());
        for row in table.rows().filter(|row| row.exists()) {
            let is_other = about.is_none_or(|task| task.id.as_str() != row.id_str());
            match row.status() {
                Status::InProgress if is_other => in_progress.push(row),
                Status::Failed if is_other && !graph.is_below_cancelled(row) => failed.push(row),
                Status::Pending if is_other && graph.is_ready(row, now) => ready.push(row),
                _ => {}
            }
        }
        let ready_count = ready.len();
        let feature = about.and_then(|task| task.parent.as_ref()).and_then(|id| table.position(id.as_str()));
        let within = |row: &Row<'_>| feature.is_some() && row.parent().map(Row::at) == feature;
        if ready.iter().any(within) {
            ready.retain(within);
        }
        graph.sort_by_turn(&mut ready);
        in_progress.sort_by_key(|row| (row.is_held(now), std::cmp::Reverse(row.updated_at()), row.id_str()));
        failed.sort_by_key(|row| (std::cmp::Reverse(row.updated_at()), row.id_str()));
        let rows = |rows: &[Row<'_>]| -> Vec<Summary> { rows.iter().take(ENOUGH).map(|row| row.summary()).collect() };
        let parts: Vec<Row<'_>> = about.map(|task| graph.children(&task.id).collect()).unwrap_or_default();
        let open: Vec<Row<'_>> = parts.iter().copied().filter(|row| !row.status().is_closed()).collect();
        let waits_for = about.filter(|task| !task.status.is_closed()).map(|task| {
            let waiting = graph.waiting_on(&task.after);
            waiting.map(|id| (id.clone(), graph.get(id).map(Row::status))).collect()
        });
        Plan {
            counts: graph.counts(),
            ready: ready_count,
            next: rows(&ready),
            next_count: ready.len(),
            in_progress_count: in_progress.len(),
            in_progress: in_progress
                .iter()
                .take(ENOUGH)
                .map(|row| Work { row: row.summary(), is_live: row.is_held(now) })
                .collect(),
            failed_count: failed.len(),
            failed: rows(&failed),
            parts: rows(&open),
            parts_count: (open.len(), parts.len()),
            waits_for: waits_for.unwrap_or_default(),
        }
    }

    /// Whether there is no task at all.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}
