//! Questions, which change nothing.

use std::ffi::OsString;

use super::{Effect, Tool};
use crate::{
    domain::status::Status,
    error::{Error, Result, codes},
    mcp::reply::Reply,
    verbs::{
        Caller,
        brief::{self, brief as gather},
        changes_since::{self, changes_since as find},
        list, log,
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
        Tool::new(
            "status",
            Effect::None,
            "Show the state of the worktree: active task, branch, uncommitted changes, unfinished operations",
            status,
        ),
        Tool::new(
            "brief",
            Effect::None,
            "Summarize what is needed to continue: state, task, decisions, failures, next steps",
            brief,
        ),
        Tool::new("show", Effect::None, "Show a task, or a checkpoint of it", show),
        Tool::new("list", Effect::None, "List tasks, open ones by default", list),
        Tool::new(
            "changes_since",
            Effect::None,
            "List what changed since a task was started, and which task changed it",
            changes_since,
        ),
        Tool::new("log", Effect::None, "List commits with their tasks, and task events, newest first", log),
    ]
}

arguments! {
    struct Nothing {}

    struct Brief {
        task: Option<String>,
        /// Default: 60
        max_lines: Option<usize>,
    }

    struct Show {
        /// T, T@2, T@last, T@green; default: the active task
        task: Option<String>,
    }

    struct List {
        #[serde(default)]
        #[schemars(with = "Vec<String>", extend("items" = { "type": "string", "enum": Status::ALL.map(Status::as_str) }))]
        status: Vec<Status>,
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

    struct Log {
        /// Default: every task
        task: Option<String>,
        /// A date, as git reads it
        since: Option<String>,
        /// Default: 20
        limit: Option<usize>,
    }
}

fn status(caller: &Caller, _: Nothing) -> Result<Reply<StatusAnswer>> {
    Ok(StatusAnswer::new(&status::status(caller)?).into())
}

fn brief(caller: &Caller, Brief { task, max_lines }: Brief) -> Result<Reply<BriefAnswer>> {
    let facts = gather(caller, &brief::Request { task })?;
    let lines = max_lines.unwrap_or(LINES).max(LEAST_LINES);
    Ok(Reply::from(BriefAnswer::new(&facts)).with_page(render(&page(&facts), lines)))
}

fn show(caller: &Caller, Show { task }: Show) -> Result<Reply<ShowAnswer>> {
    match show::show(caller, task.as_deref())? {
        Shown::Task(story) => Ok(ShowAnswer::task(&story, caller.now()).into()),
        Shown::Checkpoint(checkpoint) => Ok(ShowAnswer::checkpoint(&checkpoint, caller.now())?.into()),
        other => {
            let word = task.unwrap_or_default();
            let what = if matches!(other, Shown::Snapshot(_)) { "snapshot" } else { "revision" };
            Err(Error::new(codes::NOT_A_TASK, format!("'{}' is a {what}, not a task", word.escape_debug()))
                .hint(format!("'git agent show' shows a {what}")))
        }
    }
}

fn list(caller: &Caller, arguments: List) -> Result<Reply<ListAnswer>> {
    let List { status: states, all, parent, labels, search, limit } = arguments;
    let limit = Some(limit.unwrap_or(LIMIT));
    let request = list::Request { states, all, parent, labels, search, limit, ..list::Request::default() };
    let found = list::list(caller, &request)?;
    Ok(Reply::from(ListAnswer::new(&found, caller.now())?).select(Selection::telling()))
}

fn changes_since(caller: &Caller, Changes { task, own, paths }: Changes) -> Result<Reply<ChangesAnswer>> {
    let paths = paths.into_iter().map(OsString::from).collect();
    let request = changes_since::Request { task, own, paths, ..changes_since::Request::default() };
    let changes = find(caller, &request)?;
    view::changes::remarks(&changes).into_iter().for_each(|remark| caller.warn(remark));
    Ok(ChangesAnswer::new(&changes).into())
}

fn log(caller: &Caller, Log { task, since, limit }: Log) -> Result<Reply<LogAnswer>> {
    let request = log::Request { task, since, limit: limit.or(Some(LIMIT)), ..log::Request::default() };
    let mut found = log::log(caller, &request)?;
    view::log::remarks(&found, caller.misses_ledger()).into_iter().for_each(|remark| caller.warn(remark));
    let mut entries = Vec::new();
    while let Some(next) = found.next_entry()? {
        entries.push(view::log::json(found.view(), &next));
    }
    Ok(LogAnswer { entries, lower_bound: found.is_cut() }.into())
}
