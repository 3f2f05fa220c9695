//! How far a task is, and which files it touched.

use bstr::{BString, ByteSlice as _};
use schemars::JsonSchema;
use serde::Serialize;

use super::PathJson;
use crate::{
    domain::{files::Files, progress::Progress, status::Status},
    verbs::show::{Part, Story},
};

/// How far a task is, its parts, and the files that its commits touch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WorkJson {
    /// Of a feature; `null` for a task without parts.
    pub progress: Option<ProgressJson>,
    /// The parts of a feature.
    pub parts: Vec<PartJson>,
    /// Its own files; `null` where the history could not be read.
    pub files: Option<FilesJson>,
    /// The last event of it or of anything below it.
    pub updated_at: String,
}

/// How much of a feature is done.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProgressJson {
    /// Rounded down: 100 means that nothing is left.
    percent: u8,
    /// Tasks without parts below it that are completed.
    completed: usize,
    /// Those that are not cancelled.
    total: usize,
    /// Each of them has an estimate and weighs as much as that.
    weighted: bool,
}

/// A part of a feature.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PartJson {
    /// Its id.
    pub id: String,
    /// One line.
    pub title: String,
    /// Its state.
    pub status: Status,
    /// If it has parts itself.
    pub progress: Option<ProgressJson>,
    /// Its own files; `null` where the history could not be read, or the feature has more parts than are looked at.
    pub files: Option<FilesJson>,
}

/// The expected paths of a task, compared with the paths that its commits in this history touch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FilesJson {
    /// The paths that its commits touched.
    touched: Vec<PathJson>,
    /// Expected paths that were not touched.
    untouched: Vec<String>,
    /// Touched paths that were not expected, if there are expected ones.
    undeclared: Vec<PathJson>,
}

impl WorkJson {
    /// The work of the task of `story`.
    pub fn new(story: &Story<'_>) -> Self {
        let work = &story.work;
        let part = |part: &Part| PartJson {
            id: part.task.id.to_string(),
            title: part.task.title.clone(),
            status: part.task.status,
            progress: part.progress.as_ref().map(ProgressJson::new),
            files: part.files.as_ref().map(FilesJson::new),
        };
        WorkJson {
            progress: work.progress.as_ref().map(ProgressJson::new),
            parts: work.parts.iter().map(part).collect(),
            files: work.files.as_ref().map(FilesJson::new),
            updated_at: work.updated(&story.task).to_string(),
        }
    }
}

impl ProgressJson {
    /// `progress` as JSON.
    pub fn new(progress: &Progress) -> Self {
        ProgressJson {
            percent: progress.percent(),
            completed: progress.completed,
            total: progress.total,
            weighted: progress.is_weighted,
        }
    }
}

impl FilesJson {
    /// `files` as JSON.
    pub fn new(files: &Files) -> Self {
        let paths = |paths: &[BString]| paths.iter().map(|path| PathJson::new(path.as_bstr())).collect();
        FilesJson {
            touched: paths(&files.touched),
            untouched: files.untouched.clone(),
            undeclared: paths(&files.undeclared),
        }
    }
}
