//! Make the work of one task the work of another: of a session's automatic task, usually, that of a planned one.

use std::ffi::OsString;

use super::{
    Caller,
    link::{self, LinkAct},
    start::{self, Activate},
    task::{self, Act},
};
use crate::{
    domain::task::Task,
    error::{Error, Result, codes},
    query::revision,
};

/// Which task gets the work, and whose it was.
#[derive(Clone, Debug)]
pub struct Request {
    /// The task that takes over the work.
    pub into: String,
    /// The task that the work was recorded for; `None`: the active one.
    pub from: Option<String>,
}

/// The result of [`adopt`].
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The task that took over the work, as it is now.
    pub task: Task,
    /// The task that the work was recorded for; cancelled.
    pub from: Task,
    /// How many commits were linked to the new task.
    pub commits: usize,
}

/// Start the task `into` in place of `from`, whose commits on this history become its commits; `from` is cancelled.
///
/// # Errors
///
/// `task-not-found`, `no-active-task`, `bad-option` for one and the same task, those of [`start::start`], [`link::link`] and [`task::act`].
pub fn adopt(caller: &Caller, request: &Request) -> Result<Adopted> {
    let repo = caller.repo();
    let (into, from, commits) = {
        let view = caller.view()?;
        let (into, from) = (view.find(&request.into)?, caller.task(&view, request.from.as_deref())?);
        let commits = revision::alone(repo, repo.head()?.commit, &from)?;
        (into, from, commits)
    };
    if into.id == from.id {
        return Err(Error::new(codes::BAD_OPTION, format!("{} cannot adopt itself", into.id))
            .hint("name the task that the work belongs to, and with --from the one it was recorded for"));
    }
    let request =
        start::Request { task: into.id.to_string(), activate: Activate::Alone, force: false, take_over: false };
    let started = start::start(caller, &request)?;
    if !commits.is_empty() {
        let revisions = commits.iter().map(|commit| OsString::from(commit.to_string())).collect();
        link::link(caller, &link::Request { revisions, task: Some(into.id.to_string()), act: LinkAct::Move })?;
    }
    let reason = Some(format!("continued as {}", into.id));
    let from = match from.status.is_closed() {
        true => from,
        false => task::act(caller, Some(from.id.as_str()), &Act::Cancel { reason, duplicate_of: None })?.task,
    };
    Ok(Adopted { task: started.changed.task, from, commits: commits.len() })
}
