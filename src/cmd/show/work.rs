//! How far a task is, its parts, and the files that it and they touched.

use bstr::ByteSlice as _;

use crate::{
    domain::{files::Files, graph::Graph, progress::Progress, table::Row, task::Task, time::Timestamp},
    error::Result,
    query::revision,
    store::ledger::View,
    view::{
        json::{FilesJson, PartJson, ProgressJson, WorkJson},
        mark, sanitize,
    },
};

/// What the commits of a part touched is looked for in so many parts.
const MANY: usize = 500;
/// So many paths of a kind are named.
const NAMED: usize = 10;

/// A task, or a part of one, at work.
struct Part {
    task: Task,
    progress: Option<Progress>,
    /// `None` where it was not looked for, or could not be found.
    files: Option<Files>,
}

/// What there is to say of a task's work.
pub(super) struct Work {
    progress: Option<Progress>,
    parts: Vec<Part>,
    files: Option<Files>,
    /// The last event of anything below it.
    updated: Option<Timestamp>,
}

impl Work {
    /// Of `task`.
    pub fn of(view: &View<'_>, graph: &Graph<'_>, task: &Task) -> Result<Self> {
        let repo = view.repo();
        let mut tasks = vec![task.clone()];
        for row in graph.children(&task.id).filter(|row| row.id_str() != task.id.as_str()) {
            tasks.extend(view.task(&row.id())?);
        }
        // A history that cannot be read does not keep a task from being shown.
        let tip = repo.head()?.commit;
        let touched = revision::touched(repo, tip, &tasks[..tasks.len().min(MANY)]).unwrap_or_default();
        let mut touched = touched.into_iter();
        let mut parts: Vec<Part> = Vec::with_capacity(tasks.len());
        for task in tasks {
            let row = graph.get(&task.id).filter(|row| graph.has_parts(&row.id()));
            let files = touched.next().map(|touched| Files::compare(&task.files, &touched));
            parts.push(Part { progress: row.map(|row| graph.progress(row)), files, task });
        }
        let Part { progress, files, .. } = parts.remove(0);
        let row = graph.get(&task.id).filter(|_| !parts.is_empty());
        let updated = row.and_then(|row| graph.below(row).map(Row::updated_at).max());
        Ok(Work { progress, parts, files, updated: updated.map(Timestamp::from_millis) })
    }

    /// Whether it is a feature's.
    pub fn has_parts(&self) -> bool {
        !self.parts.is_empty()
    }

    /// When anything happened last to `task` or below it.
    pub fn updated(&self, task: &Task) -> Timestamp {
        self.updated.unwrap_or_default().max(task.updated_at)
    }

    /// Parts that are open.
    pub fn open_parts(&self) -> impl Iterator<Item = &Task> {
        self.parts.iter().map(|part| &part.task).filter(|task| !task.status.is_closed())
    }

    /// How far a feature is.
    pub fn progress(&self) -> String {
        self.progress.filter(|progress| progress.total > 0).map(|progress| progress.to_string()).unwrap_or_default()
    }

    /// One line a part, and what is to be said of its files.
    pub fn parts(&self) -> String {
        let mut lines = Vec::new();
        for Part { task, progress, files } in &self.parts {
            let far = progress.map(|progress| format!(", {progress}")).unwrap_or_default();
            lines.push(format!("{} {} ({}){far}", mark(task.status), task.id, task.title));
            lines.extend(about(&task.files, files.as_ref()).into_iter().map(|line| format!("    {line}")));
        }
        lines.join("\n")
    }

    /// The declared files, and how they differ from those that were touched.
    pub fn files(&self, declared: &[String]) -> String {
        about(declared, self.files.as_ref()).join("\n")
    }

    /// As JSON.
    pub fn to_json(&self, task: &Task) -> WorkJson {
        let part = |part: &Part| PartJson {
            id: part.task.id.to_string(),
            title: part.task.title.clone(),
            status: part.task.status,
            progress: part.progress.as_ref().map(ProgressJson::new),
            files: part.files.as_ref().map(FilesJson::new),
        };
        WorkJson {
            progress: self.progress.as_ref().map(ProgressJson::new),
            parts: self.parts.iter().map(part).collect(),
            files: self.files.as_ref().map(FilesJson::new),
            updated_at: self.updated(task).to_string(),
        }
    }
}

/// What is declared, what of it was not touched, and what else was.
fn about(declared: &[String], files: Option<&Files>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut say = |what: &str, paths: Vec<String>| {
        if !paths.is_empty() {
            let more = paths.len().saturating_sub(NAMED);
            let more = if more == 0 { String::new() } else { format!(" … and {more} more") };
            lines.push(format!("{what}{}{more}", paths[..paths.len().min(NAMED)].join(", ")));
        }
    };
    let paths = |paths: &[bstr::BString]| paths.iter().map(|path| sanitize::bytes(path.as_bstr())).collect::<Vec<_>>();
    say("", declared.to_vec());
    match files {
        None => {}
        Some(files) if declared.is_empty() => say("touched: ", paths(&files.touched)),
        // Before its first commit there is nothing to compare.
        Some(files) if files.touched.is_empty() => {}
        Some(files) => {
            say("not touched: ", files.untouched.clone());
            say("also touched: ", paths(&files.undeclared));
        }
    }
    lines
}
