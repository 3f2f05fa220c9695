//! How far a task is, its subtasks, and the files that it and they touched.

use crate::{
    domain::{files::Files, graph::Graph, progress::Progress, status::Status, table::Row, task::Task, time::Timestamp},
    error::Result,
    query::revision,
    store::ledger::View,
};

/// The files of at most this many tasks are looked for.
const MANY: usize = 500;

/// A subtask, with its progress and files.
pub struct FeaturePart {
    /// The subtask in full.
    pub task: Task,
    /// Whether it is pending and cannot be started.
    pub waits: bool,
    /// Its own progress, if it has subtasks.
    pub progress: Option<Progress>,
    /// Its files; `None` if they were not requested, or the history could not be read.
    pub files: Option<Files>,
}

/// The progress, subtasks and files of a task.
pub struct Work {
    /// Its progress, if it has subtasks.
    pub progress: Option<Progress>,
    /// Its direct subtasks.
    pub parts: Vec<FeaturePart>,
    /// Its files; see [`FeaturePart::files`].
    pub files: Option<Files>,
    /// The last event of anything below it.
    updated: Option<Timestamp>,
}

impl Work {
    pub(super) fn of(view: &View<'_>, graph: &Graph<'_>, task: &Task, now: Timestamp) -> Result<Self> {
        let repo = view.repo();
        let mut tasks = vec![task.clone()];
        for row in graph.children(&task.id).filter(|row| row.id_str() != task.id.as_str()) {
            tasks.extend(view.task(&row.id())?);
        }
        // A history that cannot be read does not keep a task from being shown.
        let tip = repo.head()?.commit;
        let touched = revision::touched(repo, tip, &tasks[..tasks.len().min(MANY)]).unwrap_or_default();
        let mut touched = touched.into_iter();
        let mut parts: Vec<FeaturePart> = Vec::with_capacity(tasks.len());
        for task in tasks {
            let row = graph.get(&task.id);
            let waits = row.is_some_and(|row| row.status() == Status::Pending && !graph.is_ready(row, now));
            let row = row.filter(|row| graph.is_feature(*row));
            let files = touched.next().map(|touched| Files::compare(&task.files, &touched));
            parts.push(FeaturePart { waits, progress: row.map(|row| graph.progress(row)), files, task });
        }
        let FeaturePart { progress, files, .. } = parts.remove(0);
        let row = graph.get(&task.id).filter(|_| !parts.is_empty());
        let updated = row.and_then(|row| graph.below(row).map(Row::updated_at).max());
        Ok(Work { progress, parts, files, updated: updated.map(Timestamp::from_millis) })
    }

    /// The time of the last event of `task` or of any task below it.
    pub fn updated(&self, task: &Task) -> Timestamp {
        self.updated.unwrap_or_default().max(task.updated_at)
    }

    /// The open subtasks.
    pub fn open_parts(&self) -> impl Iterator<Item = &Task> {
        self.parts.iter().map(|part| &part.task).filter(|task| !task.status.is_closed())
    }
}
