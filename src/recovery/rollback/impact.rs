//! Which other tasks a rollback affects.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bstr::BString;

use crate::{
    domain::{id::TaskId, rollback::LaterCommit, status::Status},
    error::Result,
    git::ObjectId,
    store::ledger::View,
};

/// Another task with commits after the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherTask {
    /// The id that its commits name.
    pub id: TaskId,
    /// Its title and status; `None` when this ledger does not have it.
    pub known: Option<(String, Status)>,
    /// Its commits after the checkpoint, newest first.
    pub commits: Vec<ObjectId>,
    /// Paths that both tasks changed.
    pub paths: Vec<BString>,
}

/// A task that depends on this one, directly or indirectly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// The id of the dependent task.
    pub id: TaskId,
    /// Its title: one line.
    pub title: String,
    /// Its current status.
    pub status: Status,
}

/// The other tasks that commits of `range` name: those that are open, and those that changed the same paths. `touched` are the
/// paths that each commit changed.
pub(super) fn other_tasks(
    view: &View<'_>,
    range: &[LaterCommit<ObjectId>],
    touched: &HashMap<ObjectId, Vec<BString>>,
) -> Result<Vec<OtherTask>> {
    let paths_of = |commit: &LaterCommit<ObjectId>| touched.get(&commit.id).map_or(&[][..], Vec::as_slice);
    let own: HashSet<&BString> = range.iter().filter(|commit| commit.is_own()).flat_map(paths_of).collect();
    let mut named: BTreeMap<&TaskId, (Vec<ObjectId>, BTreeSet<&BString>)> = BTreeMap::new();
    for commit in range {
        for id in &commit.others {
            let (commits, paths) = named.entry(id).or_default();
            commits.push(commit.id);
            paths.extend(paths_of(commit).iter().filter(|path| own.contains(path)));
        }
    }
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let table = view.table()?;
    let others = named.into_iter().map(|(id, (commits, paths))| {
        let row = table.get(id).filter(|row| row.exists());
        let known = row.map(|row| (row.title().to_owned(), row.status()));
        OtherTask { id: id.clone(), known, commits, paths: paths.into_iter().cloned().collect() }
    });
    let is_open = |other: &OtherTask| other.known.as_ref().is_some_and(|(_, status)| !status.is_closed());
    Ok(others.filter(|other| is_open(other) || !other.paths.is_empty()).collect())
}

/// The tasks that come after `id`, whatever their status, sorted by id.
pub(super) fn dependents(view: &View<'_>, id: &TaskId) -> Result<Vec<Dependent>> {
    let table = view.table()?;
    let Some(start) = table.position(id.as_str()) else { return Ok(Vec::new()) };
    let mut after: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in table.rows().filter(|row| row.exists()) {
        for before in row.after().flatten() {
            after.entry(before.at()).or_default().push(row.at());
        }
    }
    let (mut found, mut open) = (BTreeSet::new(), vec![start]);
    while let Some(at) = open.pop() {
        for next in after.get(&at).into_iter().flatten() {
            if *next != start && found.insert(*next) {
                open.push(*next);
            }
        }
    }
    let mut dependents: Vec<Dependent> = found
        .into_iter()
        .map(|at| table.row(at))
        .map(|row| Dependent { id: row.id(), title: row.title().to_owned(), status: row.status() })
        .collect();
    dependents.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(dependents)
}
