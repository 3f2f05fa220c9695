//! What happened, newest first: git's commits in git's order, and task events between them at their time.
//!
//! [`start()`] asks git and the ledger; [`Log::next_entry`] reads on as far as the reader does.

mod events;
mod ledger;
mod options;
mod same_patch;
mod stream;
mod words;

pub use events::TaskEvent;
pub use stream::{Entry, Log, LoggedCommit};
pub use words::Words;

use std::{collections::HashSet, ffi::OsString};

use crate::{
    domain::{id::TaskId, task::Task},
    error::Result,
    git::{
        ObjectId, Repo,
        commit::Commit,
        date,
        log::{self, Graph, Query},
        revwalk,
    },
    query::revision::{self, Family, NumberedTasks},
    store::{history, ledger::View},
};

use events::Events;
use ledger::Tasks;
use stream::{Commits, Only};

/// What to log, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The task; else the first of `words` may be one.
    pub task: Option<String>,
    /// Options, revisions and paths for git.
    pub words: Words,
    /// Only entries not older than this date, in any format of git.
    pub since: Option<String>,
    /// Only entries not newer than this date, in any format of git.
    pub until: Option<String>,
    /// Only commits by authors that match one of these patterns.
    pub authors: Vec<String>,
    /// Only tasks that have all of these labels: their commits and events.
    pub labels: Vec<String>,
    /// Only commits that belong to a task.
    pub checkpoints: bool,
    /// Whether to show events; `None`: yes, unless the request filters by properties that only commits have.
    pub events: Option<bool>,
    /// At most this many entries; `None`: all.
    pub limit: Option<usize>,
    /// Skip this many entries first.
    pub skip: usize,
    /// Show the oldest entries first.
    pub reverse: bool,
    /// A date format of `git log --date`.
    pub date: Option<String>,
    /// Draw git's commit graph.
    pub graph: bool,
    /// Show the names of refs.
    pub decorate: bool,
    /// Color the graph and the changes as git does.
    pub colors: bool,
}

/// The task that a log is about.
pub struct Wanted {
    /// Its full id, also if the request has only a prefix.
    pub id: String,
    /// The task in the ledger; `None` if only trailers name it.
    pub task: Option<Task>,
}

impl Wanted {
    /// The tasks whose commits and events are wanted: of a feature those of its parts, too.
    fn family(&self, view: &View<'_>) -> Result<Family> {
        match &self.task {
            Some(task) => Family::of(view, task),
            None => Ok(Family::named(&TaskId::as_named(&self.id))),
        }
    }
}

/// Start the log that `request` asks for: of `wanted` if it is about a task; of nothing if only trailers could know that task and
/// none does.
///
/// # Errors
///
/// When git cannot be run, the ledger or the history cannot be read; `bad-date`.
pub fn start<'r>(view: View<'r>, request: &Request, wanted: Option<Wanted>) -> Result<Option<Log<'r>>> {
    let repo = view.repo();
    let words = &request.words;
    let tip = repo.head()?.commit;
    let mut tasks = Tasks::new(view)?;
    let shallow: HashSet<ObjectId> = revwalk::shallow(repo)?.iter().copied().collect();
    let is_narrow = words.narrow || !request.authors.is_empty() || (words.revisions && !words.is_all());
    let family = wanted.as_ref().map(|wanted| wanted.family(&view)).transpose()?;
    let events = if request.events.unwrap_or(!is_narrow) {
        let (since, until) = date::period(repo, request.since.as_deref(), request.until.as_deref())?;
        let since = since.map_or(i64::MIN, |second| second.saturating_mul(1000));
        let until = until.map_or(i64::MAX, |second| second.saturating_mul(1000).saturating_add(999));
        let rows = tasks.rows().filter(|row| row.has_labels(&request.labels));
        let rows = rows.filter(|row| family.as_ref().is_none_or(|family| family.has(row.id_bytes())));
        Events::of(rows, since, until)
    } else {
        Events::none()
    };
    let of_task = family.as_ref().zip(tip).map(|(family, tip)| OfTask::find(repo, family, tip)).transpose()?;
    let of_task = of_task.unwrap_or_default();
    if wanted.as_ref().is_some_and(|wanted| wanted.task.is_none()) && of_task.commits.is_empty() && !words.revisions {
        return Ok(None);
    }
    let owners = NumberedTasks::new(&view, tip)?;
    let mut query = query(request);
    let is_plain = query.words.len() == request.date.iter().len() && query.paths.is_empty() && query.graph.is_none();
    let is_everything = wanted.is_none() && !request.checkpoints && request.labels.is_empty();
    let commits = if tip.is_none() && !words.revisions {
        Commits::None
    } else if wanted.is_some() && tip.is_some() && is_plain {
        query.only = Some(of_task.commits.iter().rev().copied().collect());
        if of_task.commits.is_empty() { Commits::None } else { Commits::Known(log::Log::start(repo, &query)?) }
    } else {
        match &wanted {
            Some(_) if !words.greps => drop(query.words.splice(0..0, grep(family.as_ref(), &shallow))),
            None if is_everything => {
                let most = request.limit.map(|limit| limit.saturating_add(request.skip));
                query.words.splice(0..0, most.map(|most| format!("--max-count={most}").into()));
            }
            _ => {}
        }
        // Whether a date format is valid, and why a commit cannot be read, only git knows.
        let may_wait = is_plain && is_everything && request.date.is_none();
        match tip.filter(|_| may_wait).and_then(|tip| Commit::read(repo, tip).ok()) {
            Some(tip) => {
                let at = tasks.time_of(&tip, &owners.named(tip.id, &tip.message))?;
                Commits::Later(Box::new(query), at)
            }
            None => Commits::Running(log::Log::start(repo, &query)?),
        }
    };
    // git works while the patches are compared.
    let same_patch = same_patch::find(repo, &of_task.commits);
    let labelled: HashSet<String> = match request.labels.is_empty() {
        true => HashSet::new(),
        false => {
            tasks.rows().filter(|row| row.has_labels(&request.labels)).map(|row| row.id_str().to_owned()).collect()
        }
    };
    let only = match wanted {
        Some(wanted) => {
            let ids = family.iter().flat_map(Family::ids).map(ToString::to_string);
            Only::Of(wanted.id, ids.filter(|id| request.labels.is_empty() || labelled.contains(id)).collect())
        }
        None if !request.labels.is_empty() => Only::Among(labelled),
        None if request.checkpoints => Only::OfTasks,
        None => Only::All,
    };
    Ok(Some(Log {
        owners,
        diff: words.diff.clone(),
        paths: words.paths.clone(),
        colors: request.colors,
        head: tip.filter(|_| is_narrow),
        is_narrow,
        numbers: of_task.commits.iter().enumerate().map(|(at, commit)| (*commit, at + 1)).collect(),
        reverted: of_task.reverted,
        met_shallow: of_task.is_cut,
        skip: request.skip,
        left: request.limit.unwrap_or(usize::MAX),
        reversed: request.reverse.then(Vec::new),
        tasks,
        commits,
        events,
        only,
        same_patch,
        shallow,
        seen: Default::default(),
        count: 0,
        shown: 0,
        lacking: false,
        at_end: false,
        ahead: None,
    }))
}

/// What git is asked.
fn query(request: &Request) -> Query {
    let with = |name: &str, value: &str| OsString::from(format!("--{name}={value}"));
    let mut words: Vec<OsString> = Vec::new();
    words.extend(request.since.iter().map(|date| with("since", date)));
    words.extend(request.until.iter().map(|date| with("until", date)));
    words.extend(request.authors.iter().map(|author| with("author", author)));
    words.extend(request.date.iter().map(|date| with("date", date)));
    words.extend(request.words.words.iter().cloned());
    let graph = if request.colors { Graph::Painted } else { Graph::Plain };
    Query {
        words,
        only: None,
        paths: request.words.paths.clone(),
        graph: request.graph.then_some(graph),
        decorate: request.decorate,
    }
}

/// What the history of HEAD says of one task.
#[derive(Default)]
struct OfTask {
    /// Its commits, oldest first: `T@1`, `T@2`, …
    commits: Vec<ObjectId>,
    /// Those of them that are reverted.
    reverted: HashSet<ObjectId>,
    /// Whether the history is cut off: there may be more.
    is_cut: bool,
}

impl OfTask {
    fn find(repo: &Repo, family: &Family, head: ObjectId) -> Result<Self> {
        let (commits, is_cut) = history::ask(repo, head, |past| Ok((family.on(past)?, !past.cut()?.is_empty())))?;
        let reverted = revision::reverted(repo, head, &commits)?;
        Ok(OfTask { commits, reverted, is_cut })
    }
}

/// Options that let git skip most commits that cannot belong to the task: they do not contain its id.
fn grep(family: Option<&Family>, shallow: &HashSet<ObjectId>) -> Vec<OsString> {
    // This many patterns are not faster than reading all messages.
    const MANY: usize = 20;
    // Linked commits do not say the id, and a shallow history is watched for its boundary.
    let family = family.filter(|family| !family.has_linked() && family.ids().count() <= MANY && shallow.is_empty());
    let Some(family) = family else { return Vec::new() };
    let ids = family.ids().map(|id| format!("--grep={id}"));
    let words = ["--fixed-strings".to_owned(), "--grep=This reverts commit".to_owned()].into_iter().chain(ids);
    words.map(OsString::from).collect()
}
