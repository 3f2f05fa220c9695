//! Questions, which change nothing.

use std::ffi::OsString;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Effect, Tool};
use crate::{
    domain::status::Status,
    error::{Error, Result, codes},
    mcp::reply::Reply,
    verbs::{
        Caller,
        brief::{self, brief as gather},
        changes_since::{self, changes_since as find},
        list,
        log::{self, Words},
        show::{self, Shown},
        status,
    },
    view::{
        self,
        brief::{LEAST_LINES, page, render},
        json::{BriefAnswer, ChangesAnswer, ListAnswer, LogAnswer, Selection, ShowAnswer, StatusAnswer},
    },
};

/// How many lines a brief has if nothing else is asked for.
pub(in crate::mcp) const LINES: usize = 60;

/// How many tasks or entries of the log are listed if nothing else is asked for.
const LIMIT: usize = 20;

pub(super) fn tools() -> [Tool; 6] {
    [
        Tool::new::<Nothing, StatusAnswer>(
            "status",
            Effect::None,
            "Show the state of the worktree: active task, branch, uncommitted changes, unfinished operations",
            status,
        ),
        Tool::new::<Brief, BriefAnswer>(
            "brief",
            Effect::None,
            "Summarize what is needed to continue: state, task, decisions, failures, next steps",
            brief,
        ),
        Tool::new::<Show, ShowAnswer>("show", Effect::None, "Show a task, or a checkpoint of it", show),
        Tool::new::<List, ListAnswer>("list", Effect::None, "List tasks, open ones by default", list),
        Tool::new::<Changes, ChangesAnswer>(
            "changes_since",
            Effect::None,
            "List what changed since a task was started, and which task changed it",
            changes_since,
        ),
        Tool::new::<Log, LogAnswer>(
            "log",
            Effect::None,
            "List commits with their tasks, and task events, newest first",
            log,
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

fn status(caller: &Caller, _: Nothing) -> Result<Reply> {
    Reply::new(&StatusAnswer::new(&status::status(caller)?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Brief {
    task: Option<String>,
    /// Default: 60
    max_lines: Option<usize>,
}

fn brief(caller: &Caller, arguments: Brief) -> Result<Reply> {
    let facts = gather(caller, &brief::Request { task: arguments.task })?;
    let lines = arguments.max_lines.unwrap_or(LINES).max(LEAST_LINES);
    Ok(Reply::new(&BriefAnswer::new(&facts))?.with_page(render(&page(&facts), lines)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Show {
    /// T, T@2, T@last, T@green; default: the active task
    task: Option<String>,
}

fn show(caller: &Caller, arguments: Show) -> Result<Reply> {
    match show::show(caller, arguments.task.as_deref())? {
        Shown::Task(story) => Reply::new(&ShowAnswer::task(&story, caller.now())),
        Shown::Checkpoint(checkpoint) => Reply::new(&ShowAnswer::checkpoint(&checkpoint, caller.now())?),
        other => {
            let word = arguments.task.unwrap_or_default();
            let what = if matches!(other, Shown::Snapshot(_)) { "snapshot" } else { "revision" };
            Err(Error::new(codes::NOT_A_TASK, format!("'{}' is a {what}, not a task", word.escape_debug()))
                .hint(format!("'git agent show' shows a {what}")))
        }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    status: Vec<State>,
    /// In all states
    #[serde(default)]
    all: bool,
    /// Only subtasks of this task
    parent: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
    /// Only those that contain this text
    search: Option<String>,
    /// Default: 20
    limit: Option<usize>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum State {
    Pending,
    InProgress,
    Completed,
    Failed,
    Cancelled,
}

impl From<State> for Status {
    fn from(state: State) -> Self {
        match state {
            State::Pending => Status::Pending,
            State::InProgress => Status::InProgress,
            State::Completed => Status::Completed,
            State::Failed => Status::Failed,
            State::Cancelled => Status::Cancelled,
        }
    }
}

fn list(caller: &Caller, arguments: List) -> Result<Reply> {
    let request = list::Request {
        states: arguments.status.into_iter().map(Status::from).collect(),
        all: arguments.all,
        parent: arguments.parent,
        labels: arguments.labels,
        search: arguments.search,
        limit: Some(arguments.limit.unwrap_or(LIMIT)),
        ..list::Request::default()
    };
    let found = list::list(caller, &request)?;
    Ok(Reply::new(&ListAnswer::new(&found, caller.now())?)?.select(&Selection::telling()))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    /// T or T@2; default: the active task
    task: Option<String>,
    /// Only the task's own
    #[serde(default)]
    own: bool,
    /// Only these pathspecs
    #[serde(default)]
    paths: Vec<String>,
}

fn changes_since(caller: &Caller, arguments: Changes) -> Result<Reply> {
    let paths = arguments.paths.into_iter().map(OsString::from).collect();
    let request =
        changes_since::Request { task: arguments.task, own: arguments.own, paths, ..changes_since::Request::default() };
    let changes = find(caller, &request)?;
    view::changes::remarks(&changes).into_iter().for_each(|remark| caller.warn(remark));
    Reply::new(&ChangesAnswer::new(&changes))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Log {
    /// Default: every task
    task: Option<String>,
    /// A date, as git reads it
    since: Option<String>,
    /// Default: 20
    limit: Option<usize>,
}

fn log(caller: &Caller, arguments: Log) -> Result<Reply> {
    let request = log::Request {
        task: arguments.task,
        since: arguments.since,
        limit: Some(arguments.limit.unwrap_or(LIMIT)),
        words: Words::default(),
        ..log::Request::default()
    };
    let mut found = log::log(caller, &request)?;
    view::log::remarks(&found, caller.misses_ledger()).into_iter().for_each(|remark| caller.warn(remark));
    let mut entries = Vec::new();
    while let Some(next) = found.next_entry()? {
        entries.push(view::log::json(found.view(), &next));
    }
    Reply::new(&LogAnswer { entries, lower_bound: found.is_cut() })
}
