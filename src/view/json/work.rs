//! How far a task is, and which files it touched.

use super::{JsonForm as _, PathJson, json};
use crate::{
    domain::{files::Files, progress::Progress, status::Status},
    verbs::show::{FeaturePart, Story},
};

json! {
    /// How far a task is, its parts, and the files that its commits touch.
    pub struct WorkJson from story: &Story<'_> {
        /// Of a feature; `null` for a task without parts.
        progress: Option<ProgressJson> = story.work.progress.to_json(),
        /// The parts of a feature.
        parts: Vec<PartJson> = story.work.parts.to_json(),
        /// Its own files; `null` where the history could not be read.
        files: Option<FilesJson> = story.work.files.to_json(),
        /// The last event of it or of anything below it.
        updated_at: String = story.work.updated(&story.task).to_string(),
    }

    /// How much of a feature is done.
    struct ProgressJson from progress: &Progress {
        /// Rounded down: 100 means that nothing is left.
        percent: u8 = progress.percent(),
        /// Tasks without parts below it that are completed.
        completed: usize,
        /// Those that are not cancelled.
        total: usize,
        /// Each of them has an estimate and weighs as much as that.
        weighted: bool = progress.is_weighted,
    }

    /// A part of a feature.
    struct PartJson from part: &FeaturePart {
        /// Its id.
        id: String = part.task.id.to_string(),
        /// One line.
        title: String = part.task.title.clone(),
        /// Its state.
        status: Status = part.task.status,
        /// If it has parts itself.
        progress: Option<ProgressJson>,
        /// Its own files; `null` where the history could not be read, or the feature has more parts than are looked at.
        files: Option<FilesJson>,
    }

    /// The expected paths of a task, compared with the paths that its commits in this history touch.
    struct FilesJson from files: &Files {
        /// The paths that its commits touched.
        touched: Vec<PathJson>,
        /// Expected paths that were not touched.
        untouched: Vec<String>,
        /// Touched paths that were not expected, if there are expected ones.
        undeclared: Vec<PathJson>,
    }
}
