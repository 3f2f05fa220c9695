//! What a report is made of, out of the ledger and the history.

use std::collections::HashMap;

use bstr::ByteSlice as _;

use crate::{
    domain::{
        id::TaskId,
        report::ReportCheckpoint,
        table::{Row, Table},
        task::{Task, Verification},
        text::visible,
        time::Timestamp,
    },
    error::Result,
    git::{ObjectId, Repo, commit::Commit},
    store::{
        history,
        ledger::{View, commits::Links},
    },
};

/// Every task of `table` in full, read from its note, in the order of the table.
pub fn tasks(view: &View<'_>, table: &Table) -> Result<Vec<Task>> {
    let mut tasks = Vec::with_capacity(table.len());
    for id in table.rows().filter(|row| row.exists()).map(Row::id) {
        tasks.extend(view.task(&id)?);
    }
    Ok(tasks)
}

/// The commits of `tasks` on the history of HEAD, with the newest verdict on the content of each.
pub fn checkpoints(view: &View<'_>, tasks: &[Task]) -> Result<HashMap<TaskId, Vec<ReportCheckpoint>>> {
    let repo = view.repo();
    let Some(head) = repo.head()?.commit else { return Ok(HashMap::new()) };
    let commits = history::ask(repo, head, |past| {
        let all = past.all()?;
        let mut commits: Vec<(&Task, Vec<ObjectId>)> = Vec::new();
        let names: HashMap<&[u8], &Vec<ObjectId>> = all.iter().map(|(name, ids)| (name.as_slice(), ids)).collect();
        for task in tasks {
            let links = Links::of(task);
            let found = match names.get(task.id.as_str().as_bytes()) {
                Some(ids) if links.is_empty() => (*ids).clone(),
                None if links.is_empty() => continue,
                _ => past.on(task.id.as_str().as_bytes(), &links)?,
            };
            commits.push((task, found));
        }
        Ok(commits)
    })?;
    let mut checkpoints = HashMap::new();
    for (task, ids) in commits {
        let of = ids.iter().enumerate().map(|(at, commit)| checkpoint(repo, task, at + 1, *commit));
        checkpoints.insert(task.id.clone(), of.collect::<Result<Vec<_>>>()?);
    }
    Ok(checkpoints)
}

fn checkpoint(repo: &Repo, task: &Task, number: usize, commit: ObjectId) -> Result<ReportCheckpoint> {
    let commit = Commit::read(repo, commit)?;
    Ok(ReportCheckpoint {
        number,
        commit: commit.id.to_string(),
        subject: visible(&commit.subject().to_str_lossy(), &[]).into_owned(),
        at: Timestamp::from_seconds(commit.at),
        verified: task.verification_of(&commit.tree.to_string()).map(Verification::passed),
    })
}
