//! How far a task is, and which files it touched.

use super::{JsonForm as _, PathJson, json};
use crate::{
    domain::{files::Files, progress::Progress, status::Status},
    verbs::show::{FeaturePart, Story},
};

json! {
    /// Progress, subtasks and files of a task.
    pub struct WorkJson from story: &Story<'_> {
        /// The progress of a feature; `null` for a task without subtasks, or whose subtasks are all cancelled.
        progress: Option<ProgressJson> = story.work.progress.to_json(),
        /// The subtasks of a feature.
        parts: Vec<PartJson> = story.work.parts.to_json(),
        /// The files of the task itself; `null` if the history could not be read.
        files: Option<FilesJson> = story.work.files.to_json(),
        /// The time of the last event of the task or of any task below it.
        updated_at: String = story.work.updated(&story.task).to_string(),
    }

    /// The progress of a feature.
    struct ProgressJson from progress: &Progress {
        /// Rounded down: 100 means that everything is completed.
        percent: u8 = progress.percent(),
        /// The number of completed tasks without subtasks below it.
        completed: usize,
        /// The number of tasks without subtasks below it, except cancelled ones.
        total: usize,
        /// Whether `percent` is weighted by estimates, because all of these tasks have one.
        weighted: bool = progress.is_weighted,
    }

    /// A subtask of a feature.
    struct PartJson from part: &FeaturePart {
        /// The id of the task.
        id: String = part.task.id.to_string(),
        /// The title: one line.
        title: String = part.task.title.clone(),
        status: Status = part.task.status,
        /// Its own progress, if it has subtasks.
        progress: Option<ProgressJson>,
        /// The files of the task itself; `null` if the history could not be read, or the feature has too many subtasks.
        files: Option<FilesJson>,
    }

    /// The expected paths of a task, compared with those that its commits on this history changed.
    struct FilesJson from files: &Files {
        /// Paths that its commits changed.
        touched: Vec<PathJson>,
        /// Expected paths that were not touched.
        untouched: Vec<String>,
        /// Changed paths that were not expected, if any are expected.
        undeclared: Vec<PathJson>,
    }
}
