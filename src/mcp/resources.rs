//! Resources that a user can attach to a conversation: the brief and the report.

use rmcp::model::{ReadResourceResult, Resource as Listed, ResourceContents, ResourceTemplate};

use crate::{
    error::Result,
    mcp::tools,
    verbs::{
        Caller,
        brief::{self, brief},
        report::{self, report},
    },
    view::{
        brief::{page, render},
        report::markdown,
        sanitize,
    },
};

/// The brief of the active task.
const BRIEF: &str = "git-agent://brief";

/// The report on all tasks.
const REPORT: &str = "git-agent://report";

/// The MIME type of a resource.
const MARKDOWN: &str = "text/markdown";

/// A page, of one task if one is named.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    page: Page,
    task: Option<String>,
}

#[derive(Clone, Copy, Debug)]
enum Page {
    Brief,
    Report,
}

impl Resource {
    /// Its text.
    ///
    /// # Errors
    ///
    /// Those of the verb, `task-not-found` above all.
    pub(super) fn read(&self, caller: &Caller) -> Result<String> {
        let task = self.task.clone();
        let text = match self.page {
            Page::Brief => brief_text(caller, task)?,
            Page::Report => markdown(&report(
                caller,
                &report::Request { feature: task, no_checkpoints: true, ..report::Request::default() },
            )?),
        };
        Ok(sanitize::lines(&text).into_owned())
    }

    /// The result for a client that asked for `uri`.
    pub(super) fn result(&self, uri: String, text: String) -> ReadResourceResult {
        let mime_type = Some(MARKDOWN.to_owned());
        ReadResourceResult::new(vec![ResourceContents::TextResourceContents { uri, mime_type, text, meta: None }])
    }
}

/// The brief of `task`, or of the active task.
///
/// # Errors
///
/// `task-not-found`, `task-ambiguous`.
pub(super) fn brief_text(caller: &Caller, task: Option<String>) -> Result<String> {
    Ok(render(&page(&brief(caller, &brief::Request { task })?), tools::LINES))
}

/// The resource that `uri` names.
pub(super) fn find(uri: &str) -> Option<Resource> {
    let of = |page, known| {
        let task = match uri.strip_prefix(known)? {
            "" => None,
            rest => Some(rest.strip_prefix('/').filter(|task| !task.is_empty())?.to_owned()),
        };
        Some(Resource { page, task })
    };
    of(Page::Brief, BRIEF).or_else(|| of(Page::Report, REPORT))
}

/// Those of all tasks.
pub(super) fn list() -> Vec<Listed> {
    vec![
        Listed::new(BRIEF, "brief")
            .with_description("What a new agent needs to continue: state, task, decisions, next steps")
            .with_mime_type(MARKDOWN),
        Listed::new(REPORT, "report")
            .with_description("Progress: tasks by state, decisions, time")
            .with_mime_type(MARKDOWN),
    ]
}

/// Those of one task.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{BRIEF}/{{task}}"), "brief of a task").with_mime_type(MARKDOWN),
        ResourceTemplate::new(format!("{REPORT}/{{task}}"), "report on a task and its parts").with_mime_type(MARKDOWN),
    ]
}
