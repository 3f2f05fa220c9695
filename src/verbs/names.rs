//! Names to choose from, for completion: tasks, checkpoints, operations, snapshots, actors, remotes.
//!
//! Nothing is written, and no process is started: a shell waits for it.

use ulid::Ulid;

use super::{
    Caller,
    commands::{CommandEntries, ForeignEntries},
};
use crate::{
    domain::{id_prefix::short_ids, status::Status, table::Row, task::Task},
    error::Result,
    git::{commit::Commit, remote},
    query::revision,
    recovery::{operation::OpLog, snapshot},
};

/// A name, and what it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The text that can be typed.
    pub word: String,
    /// What it names, in one line; may be empty.
    pub what: String,
}

impl Name {
    /// `word`, which names `what`.
    pub fn new(word: impl Into<String>, what: impl Into<String>) -> Self {
        Name { word: word.into(), what: what.into() }
    }
}

/// A selection of tasks by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tasks {
    /// Tasks in all states.
    Any,
    /// Pending, in progress or failed.
    Open,
    /// Completed, failed or cancelled.
    Closed,
}

impl Tasks {
    fn has(self, status: Status) -> bool {
        match self {
            Tasks::Any => true,
            Tasks::Open => !status.is_closed(),
            Tasks::Closed => !matches!(status, Status::Pending | Status::InProgress),
        }
    }
}

/// No more names than this are answered.
const MOST: usize = 500;

/// The tasks whose ids begin with `prefix`, with their titles; those in progress first.
///
/// # Errors
///
/// Those of [`Caller::view`] and of [`View::table`](crate::store::ledger::View::table).
pub fn tasks(caller: &Caller, which: Tasks, prefix: &str) -> Result<Vec<Name>> {
    let view = caller.view()?;
    let table = view.table()?;
    let rows = table.rows().filter(|row| row.exists() && row.id_str().starts_with(prefix));
    let mut rows: Vec<Row<'_>> = rows.filter(|row| which.has(row.status())).collect();
    rows.sort_by_key(|row| (row.status() != Status::InProgress, row.status().is_closed()));
    rows.truncate(MOST);
    Ok(rows.into_iter().map(|row| Name::new(row.id_str(), row.title())).collect())
}

/// The checkpoints of the task that `word` names, or of the active one: `t-1@2`, with the subjects of their commits.
///
/// # Errors
///
/// Those of [`Caller::view`], of [`Caller::task`] and of [`revision::on`].
pub fn checkpoints(caller: &Caller, word: Option<&str>) -> Result<Vec<Name>> {
    let view = caller.view()?;
    let task: Task = caller.task(&view, word)?;
    let (repo, head) = (caller.repo(), word.unwrap_or_default());
    let commits = revision::on(&view, repo.head()?.commit, &task)?;
    let name = |which: &str, what: &str| Name::new(format!("{head}@{which}"), what);
    let mut names = vec![name("start", "the commit that the task was started from")];
    for (at, commit) in commits.iter().enumerate().rev().take(MOST) {
        let subject = Commit::read(repo, *commit)?.subject();
        names.push(name(&(at + 1).to_string(), &subject.to_string()));
    }
    if !commits.is_empty() {
        names.push(name("last", "the newest checkpoint"));
        names.push(name("green", "the newest checkpoint with a passed verification"));
    }
    Ok(names)
}

/// The operations of this worktree, newest first, with what they did, by the names that fit what was `typed`.
///
/// # Errors
///
/// As [`OpLog::of`].
pub fn operations(caller: &Caller, typed: &str) -> Result<Vec<Name>> {
    let log = OpLog::of(caller.repo())?;
    let entries = CommandEntries::of(&log, caller.view().ok(), ForeignEntries::List).filter_map(Result::ok).take(MOST);
    Ok(short(entries.map(|entry| (entry.id, entry.title)).collect(), "op", typed))
}

/// The snapshots, newest first, with when they were taken and their messages, by the names that fit what was `typed`.
///
/// # Errors
///
/// When refs cannot be read.
pub fn snapshots(caller: &Caller, typed: &str) -> Result<Vec<Name>> {
    let listed = snapshot::list(caller.repo())?.snapshots.into_iter().take(MOST);
    let what = |snapshot: &snapshot::Snapshot| {
        format!("{} {}", snapshot.about.at.to_minute(), snapshot.about.message).trim_end().to_owned()
    };
    Ok(short(listed.map(|snapshot| (snapshot.id, what(&snapshot))).collect(), "snap", typed))
}

/// Names of what has the ids `known`, newest first: `<log>@{N}` if that is what was `typed`, otherwise the shortest beginnings of the
/// ids, or whole ids if more than that was `typed`.
fn short(known: Vec<(Ulid, String)>, log: &str, typed: &str) -> Vec<Name> {
    let places = format!("{log}@{{");
    if !typed.is_empty() && (places.starts_with(typed) || typed.starts_with(&places)) {
        let known = known.into_iter().enumerate();
        return known.map(|(place, (_, what))| Name::new(format!("{places}{place}}}"), what)).collect();
    }
    let short = short_ids(known.iter().map(|(id, _)| *id));
    let name = |(id, what): (Ulid, String)| {
        let short = short.get(&id).filter(|short| short.len() >= typed.len());
        Name::new(short.cloned().unwrap_or_else(|| id.to_string()), what)
    };
    known.into_iter().map(name).collect()
}

/// The blockers of the task that `word` names, or of the active one.
///
/// # Errors
///
/// Those of [`Caller::task`].
pub fn blockers(caller: &Caller, word: Option<&str>) -> Result<Vec<Name>> {
    let task = caller.task(&caller.view()?, word)?;
    Ok(task.blockers.iter().map(|blocker| Name::new(&blocker.id, blocker.text.preview())).collect())
}

/// The actors that hold or last worked on tasks.
///
/// # Errors
///
/// Those of [`Caller::view`] and of [`View::table`](crate::store::ledger::View::table).
pub fn actors(caller: &Caller) -> Result<Vec<Name>> {
    let view = caller.view()?;
    let table = view.table()?;
    let mut actors: Vec<&str> = table.rows().flat_map(|row| [row.holder(), row.actor()]).flatten().collect();
    actors.sort_unstable();
    actors.dedup();
    Ok(actors.into_iter().take(MOST).map(|actor| Name::new(actor, "")).collect())
}

/// The remotes of the repository, as configured; no description.
pub fn remotes(caller: &Caller) -> Vec<Name> {
    remote::names(caller.repo()).into_iter().map(|remote| Name::new(remote, "")).collect()
}
