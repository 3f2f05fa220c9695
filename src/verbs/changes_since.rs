//! What changed since a task began, and whose work it is.

use std::ffi::OsString;

use super::Caller;
use crate::{
    error::{Error, Result, codes},
    git::{ObjectId, pathspec::Pathspecs},
    query::{
        changes::{self, Changes},
        revision::Emptiness,
    },
    store::ledger::View,
};

/// Which changes to list.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The task, or one of its checkpoints (`t-1@2`); the active task if none is named.
    pub task: Option<String>,
    /// The newer side of the comparison.
    pub until: Until,
    /// Only paths touched by the task's own commits and, if it is active here, uncommitted changes.
    pub own: bool,
    /// Limit to these pathspecs; empty: all paths.
    pub paths: Vec<OsString>,
}

/// The newer side of the comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// The work tree, with staged, unstaged and untracked changes.
    #[default]
    WorkTree,
    /// The commit of HEAD, without uncommitted changes.
    Head,
    /// A revision of git, or a checkpoint.
    Revision(String),
}

/// What changed since the task began, or since its checkpoint. Writes nothing to the repository.
///
/// # Errors
///
/// Those of [`Caller::task_and_checkpoint`] and [`changes::find`]; `bad-revision`.
pub fn changes_since<'a>(caller: &'a Caller, request: &Request) -> Result<Changes<'a>> {
    let view = caller.view()?;
    let (task, which) = caller.task_and_checkpoint(&view, request.task.as_deref())?;
    let until = match &request.until {
        Until::WorkTree => changes::Until::Now,
        Until::Head => changes::Until::Head,
        Until::Revision(word) => changes::Until::Commit(commit(caller, &view, word)?),
    };
    let active = until == changes::Until::Now && request.own && caller.active()?.contains(&task.id);
    let paths = Pathspecs::new(request.paths.clone());
    changes::find(&view, changes::Request { task, which, until, own: request.own, active, paths }, caller.now())
}

fn commit(caller: &Caller, view: &View<'_>, word: &str) -> Result<ObjectId> {
    let words = caller.asking(view, Emptiness::NoCommits, |asker| asker.word(word.as_ref(), false))?;
    let revision = words.first().and_then(|word| word.to_str()).unwrap_or(word);
    view.repo().resolve_commit(revision)?.ok_or_else(|| {
        Error::new(codes::BAD_REVISION, format!("commit '{}' does not exist", word.escape_debug()))
            .hint("'--at' takes a git revision or a checkpoint: <task>@2, <task>@last")
    })
}
