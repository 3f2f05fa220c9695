//! The paths that the commits of tasks touch.

use std::collections::BTreeSet;

use bstr::BString;

use crate::{
    domain::task::Task,
    error::Result,
    git::{ObjectId, Repo, diff},
    store::{history, ledger::commits::linked},
};

/// What the commits of each of `tasks` on the history of `tip` changed, each against its parent; a merge, against all of them.
pub fn touched(repo: &Repo, tip: Option<ObjectId>, tasks: &[Task]) -> Result<Vec<BTreeSet<BString>>> {
    let Some(tip) = tip else { return Ok(vec![BTreeSet::new(); tasks.len()]) };
    let commits = history::ask(repo, tip, |past| {
        let on = |task: &Task| past.on(task.id.as_str().as_bytes(), &linked(task).collect::<Vec<_>>());
        tasks.iter().map(on).collect::<Result<Vec<_>, _>>()
    })?;
    let every: BTreeSet<ObjectId> = commits.iter().flatten().copied().collect();
    let paths = diff::touched(repo, &every.into_iter().collect::<Vec<_>>())?;
    let of =
        |commits: &Vec<ObjectId>| commits.iter().filter_map(|commit| paths.get(commit)).flatten().cloned().collect();
    Ok(commits.iter().map(of).collect())
}
