//! The commits of a task on a history: which they are, and what is known of them.

use std::collections::{BTreeSet, HashSet};

use bstr::BString;

use crate::{
    domain::{
        id::TaskId,
        table::Row,
        task::{Task, Verification},
        trailer::reverts::Reverted,
    },
    error::Result,
    git::{ObjectId, Repo, commit::Commit, diff, revwalk},
    store::{
        history,
        ledger::{View, commits::Links},
    },
};

/// The tasks whose commits are those of one task: itself and, if it is a feature, all that is below it.
#[derive(Clone, Debug)]
pub struct Family {
    tasks: Vec<(TaskId, Links)>,
}

impl Family {
    /// That of `task`.
    ///
    /// # Errors
    ///
    /// Those of [`View::table`] and of [`View::note`].
    pub fn of(view: &View<'_>, task: &Task) -> Result<Self> {
        let mut tasks = vec![(task.id.clone(), Links::of(task))];
        let table = view.table()?;
        let mut is_above = vec![false; table.len()];
        if let Some(at) = table.position(task.id.as_str()) {
            is_above[at] = true;
        }
        loop {
            let is_new = |row: &Row<'_>| row.parent().is_some_and(|parent| is_above[parent.at()]);
            let parts: Vec<Row<'_>> = table.rows().filter(|row| !is_above[row.at()]).filter(is_new).collect();
            if parts.is_empty() {
                return Ok(Family { tasks });
            }
            for part in parts {
                is_above[part.at()] = true;
                let links = part.has_links().then(|| view.task(&part.id())).transpose()?.flatten();
                tasks.push((part.id(), links.as_ref().map(Links::of).unwrap_or_default()));
            }
        }
    }

    /// The task that only commits know.
    pub fn named(id: &TaskId) -> Self {
        Family { tasks: vec![(id.clone(), Links::default())] }
    }

    /// The ids: that of the task itself, then those below it.
    pub fn ids(&self) -> impl Iterator<Item = &TaskId> {
        self.tasks.iter().map(|(id, _)| id)
    }

    /// Whether the task `id` is one of them.
    pub fn has(&self, id: &[u8]) -> bool {
        self.ids().any(|known| known.as_str().as_bytes() == id)
    }

    /// Whether a commit belongs to one of them without saying so.
    pub fn has_linked(&self) -> bool {
        self.tasks.iter().any(|(_, links)| !links.linked.is_empty())
    }

    /// Their commits in `past`, oldest first.
    ///
    /// # Errors
    ///
    /// Those of [`history::Past::on_any`].
    pub fn on(&self, past: &history::Past) -> Result<Vec<ObjectId>, history::Fault> {
        past.on_any(self.tasks.iter().map(|(id, links)| (id.as_str().as_bytes(), links)))
    }
}

/// The commits reachable from `tip` that belong to `task` by their message or the ledger, in git's topological order, oldest first.
/// Those of a feature are those of its parts, too.
///
/// # Errors
///
/// Those of [`Family::of`] and of [`history::ask`].
pub fn on(view: &View<'_>, tip: Option<ObjectId>, task: &Task) -> Result<Vec<ObjectId>> {
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let family = Family::of(view, task)?;
    history::ask(view.repo(), tip, |past| family.on(past))
}

/// [`on`] without the parts of a feature: the commits of `task` alone.
///
/// # Errors
///
/// As [`history::ask`].
pub fn alone(repo: &Repo, tip: Option<ObjectId>, task: &Task) -> Result<Vec<ObjectId>> {
    let Some(tip) = tip else { return Ok(Vec::new()) };
    let links = Links::of(task);
    history::ask(repo, tip, |past| past.on(task.id.as_str().as_bytes(), &links))
}

/// The number of the newest of `commits` that is verified: the newest verification of its tree passed, by `task` or, of a feature, by a part.
pub(super) fn newest_verified(view: &View<'_>, task: &Task, commits: &[ObjectId]) -> Result<Option<usize>> {
    let family = Family::of(view, task)?;
    let parts = family.ids().skip(1).map(|id| view.task(id)).collect::<Result<Vec<_>>>()?;
    let tasks: Vec<&Task> = std::iter::once(task).chain(parts.iter().flatten()).collect();
    if tasks.iter().all(|task| task.verifications.is_empty()) {
        return Ok(None);
    }
    for (at, commit) in commits.iter().enumerate().rev() {
        let tree = revwalk::tree(view.repo(), *commit)?.to_string();
        let verifications = tasks.iter().filter_map(|task| task.verification_of(&tree));
        if verifications.max_by_key(|verification| verification.at).is_some_and(Verification::passed) {
            return Ok(Some(at + 1));
        }
    }
    Ok(None)
}

/// What the commits of each of `tasks` on the history of `tip` changed, each against its parent; a merge, against all of them.
///
/// # Errors
///
/// Those of [`history::ask`]; `git-failed` when a tree cannot be read.
pub fn touched(repo: &Repo, tip: Option<ObjectId>, tasks: &[Task]) -> Result<Vec<BTreeSet<BString>>> {
    let Some(tip) = tip else { return Ok(vec![BTreeSet::new(); tasks.len()]) };
    let commits = history::ask(repo, tip, |past| {
        let on = |task: &Task| past.on(task.id.as_str().as_bytes(), &Links::of(task));
        tasks.iter().map(on).collect::<Result<Vec<_>, _>>()
    })?;
    let every: BTreeSet<ObjectId> = commits.iter().flatten().copied().collect();
    let paths = diff::touched(repo, &every.into_iter().collect::<Vec<_>>())?;
    let of =
        |commits: &Vec<ObjectId>| commits.iter().filter_map(|commit| paths.get(commit)).flatten().cloned().collect();
    Ok(commits.iter().map(of).collect())
}

/// Those of `commits` that later commits on the history of `tip` revert, and nothing restored: see [`Reverted`].
///
/// # Errors
///
/// As [`history::ask`].
pub fn reverted(repo: &Repo, tip: ObjectId, commits: &[ObjectId]) -> Result<HashSet<ObjectId>> {
    // What reverts them, what reverts that, and so on.
    let bearing = history::ask(repo, tip, |past| {
        let mut bearing = commits.to_vec();
        let mut known: HashSet<ObjectId> = commits.iter().copied().collect();
        let (mut at, mut any) = (0, false);
        while let Some(commit) = bearing.get(at) {
            let by = past.reverting(*commit)?;
            any |= !by.is_empty();
            bearing.extend(by.into_iter().filter(|commit| known.insert(*commit)));
            at += 1;
        }
        if any { past.sorted(&bearing) } else { Ok(Vec::new()) }
    })?;
    let (mut seen, mut reverted) = (Reverted::default(), HashSet::new());
    for commit in bearing.iter().rev() {
        if seen.see(&commit.to_string(), &Commit::read(repo, *commit)?.message) {
            reverted.insert(*commit);
        }
    }
    Ok(reverted)
}
