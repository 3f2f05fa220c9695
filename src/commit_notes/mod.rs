//! Notes on commits for people who have plain git: `git log --notes=agent` shows task, checkpoint and verification.
//!
//! A projection of the ledger and the history in `refs/notes/agent`. It says nothing that is not known without it, so it may
//! be lost, and is rebuilt by `git agent repair`. It follows behind: commands that change what it says bring it up to date
//! at their end, hooks do not (a commit must be quick), and a failure to write it fails nothing. `agent.displayNotes`
//! switches it off.

mod merge;
mod text;

pub use merge::merge;

use std::collections::{BTreeMap, HashMap};

use crate::{
    domain::{id::TaskId, table::Row, task::Task, time::Timestamp},
    error::Result,
    git::{
        ObjectId, RefChange, RefError, Repo, commit,
        objects::{Batch, NewCommit},
        revwalk,
    },
    store::{
        history,
        ledger::{
            View,
            commits::{Links, Owners},
            tree::{self, Changes},
        },
    },
};

pub const REF: &str = "refs/notes/agent";
/// The message of its commits.
const MESSAGE: &[u8] = b"git-agent: what commits are to tasks\n";
/// How often an update that lost a race is retried.
const TRIES: usize = 8;

/// Whether `agent.displayNotes` lets notes be written; they are, unless it says no.
pub fn is_on(repo: &Repo) -> bool {
    !repo.config().is_set("agent.displayNotes") || repo.config().flag("agent.displayNotes")
}

/// Which commits of a task have notes that may say something else now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of them.
    All,
    /// The first one whose note is missing or has another number or title, and those after it: the task has new commits, and nothing else is new.
    New,
}

/// Bring the notes on the commits of `tasks`, on HEAD's history, up to date. Answers how many were written.
///
/// # Errors
///
/// Whatever keeps commits from being read, or notes from being written: then the notes are unchanged.
pub fn refresh(repo: &Repo, tasks: &[TaskId], scope: Scope, now: Timestamp) -> Result<usize> {
    let Some(head) = repo.head()?.commit.filter(|_| is_on(repo)) else { return Ok(0) };
    let view = View::now(repo)?;
    let wanted = Wanted::of(&view, head, tasks, scope)?;
    if wanted.notes.is_empty() {
        return Ok(0);
    }
    for _ in 0..TRIES {
        if let Some(written) = write(repo, &wanted.notes, now)? {
            return Ok(written);
        }
    }
    Ok(0)
}

/// The same for every task of the ledger.
pub fn refresh_all(repo: &Repo, now: Timestamp) -> Result<usize> {
    if !is_on(repo) {
        return Ok(0);
    }
    let tasks: Vec<TaskId> = View::now(repo)?.table()?.rows().filter(|row| row.exists()).map(Row::id).collect();
    refresh(repo, &tasks, Scope::All, now)
}

/// What the notes shall say.
#[derive(Default)]
struct Wanted {
    notes: BTreeMap<ObjectId, String>,
    /// Tasks that were looked up; `None` for ids that the ledger does not have.
    known: HashMap<TaskId, Option<Known>>,
}

/// A task and the numbers of its commits.
struct Known {
    task: Task,
    numbers: HashMap<ObjectId, usize>,
}

impl Known {
    /// The number of its first commit whose note in the tree `root` is missing or has another number or title; the next number if there is none.
    ///
    /// A commit has the number in its note if no commit of the task has come before it since, by a merge. Then the commits before it have
    /// theirs, too, and only the last ones are read.
    fn first_to_note(&self, repo: &Repo, root: ObjectId) -> Result<usize> {
        let mut commits: Vec<(usize, ObjectId)> =
            self.numbers.iter().map(|(commit, number)| (*number, *commit)).collect();
        commits.sort_unstable();
        let mut noted = Vec::with_capacity(commits.len());
        for (number, commit) in commits {
            let notes = tree::find(repo, root, commit)?;
            if notes.is_empty() {
                break;
            }
            noted.push((number, notes));
        }
        while let Some((number, notes)) = noted.last() {
            if notes.len() == 1 && text::names(&repo.read(notes[0])?, &self.task, *number) {
                break;
            }
            noted.pop();
        }
        Ok(noted.len() + 1)
    }
}

impl Wanted {
    fn of(view: &View<'_>, head: ObjectId, tasks: &[TaskId], scope: Scope) -> Result<Self> {
        let mut wanted = Wanted::default();
        let owners = Owners::read(view)?;
        wanted.look_up(view, head, tasks)?;
        let mut commits: BTreeMap<ObjectId, Vec<TaskId>> = BTreeMap::new();
        let repo = view.repo();
        let noted = match scope {
            Scope::All => None,
            Scope::New => repo.find_ref(REF)?.map(|tip| revwalk::tree(repo, tip)).transpose()?,
        };
        for id in tasks {
            let Some(known) = wanted.task(id) else { continue };
            let first = noted.map_or(Ok(1), |root| known.first_to_note(repo, root))?;
            for commit in known.numbers.iter().filter(|(_, n)| **n >= first).map(|(commit, _)| commit) {
                commits.entry(*commit).or_default().push(id.clone());
            }
        }
        for (commit, mut ids) in commits {
            // A commit may belong to several tasks; its note describes all of them.
            let read = commit::Commit::read(view.repo(), commit)?;
            let named = owners.of(commit, &read.message);
            ids.extend(named.iter().filter_map(|id| TaskId::parse(&id.to_string()).ok()));
            ids.sort();
            ids.dedup();
            wanted.look_up(view, head, &ids)?;
            let tree = read.tree.to_string();
            let known = ids.iter().filter_map(|id| wanted.task(id));
            let parts = known.map(|known| text::of(view, &known.task, known.numbers.get(&commit).copied(), &tree));
            let text = parts.collect();
            wanted.notes.insert(commit, text);
        }
        Ok(wanted)
    }

    fn task(&self, id: &TaskId) -> Option<&Known> {
        self.known.get(id)?.as_ref()
    }

    /// Look up those of `ids` that were not yet, all in one go.
    fn look_up(&mut self, view: &View<'_>, head: ObjectId, ids: &[TaskId]) -> Result<()> {
        let mut tasks = Vec::new();
        for id in ids {
            if self.known.contains_key(id) {
                continue;
            }
            match view.task(id)?.filter(Task::exists) {
                Some(task) => tasks.push(task),
                None => drop(self.known.insert(id.clone(), None)),
            }
        }
        if tasks.is_empty() {
            return Ok(());
        }
        let commits = history::ask(view.repo(), head, |past| {
            let on = |task: &Task| past.on(task.id.as_str().as_bytes(), &Links::of(task));
            tasks.iter().map(on).collect::<Result<Vec<_>, _>>()
        })?;
        for (task, commits) in tasks.into_iter().zip(commits) {
            self.known.insert(task.id.clone(), Some(Known { task, numbers: commits.into_iter().zip(1..).collect() }));
        }
        Ok(())
    }
}

/// Write those of `notes` that say something else now; `None`: another process was faster.
fn write(repo: &Repo, notes: &BTreeMap<ObjectId, String>, now: Timestamp) -> Result<Option<usize>> {
    let tip = repo.find_ref(REF)?;
    let root = tip.map(|tip| revwalk::tree(repo, tip)).transpose()?;
    let mut batch = Batch::default();
    let mut changes = Changes::default();
    for (commit, text) in notes {
        let blob = repo.blob_id(text.as_bytes())?;
        let is_there = root.map(|root| tree::find(repo, root, *commit)).transpose()?.is_some_and(|now| now == [blob]);
        if !is_there {
            changes.notes.insert(*commit, batch.blob(repo, text.clone().into_bytes())?);
        }
    }
    let count = changes.notes.len();
    if count == 0 {
        return Ok(Some(0));
    }
    let tree = tree::edit(repo, &mut batch, root, &changes)?;
    // Each would be one more line in the log of all refs, and an older projection says nothing that is needed.
    let parents = match tip {
        Some(tip) if is_unshared(repo, tip)? => revwalk::parents(repo, tip)?,
        tip => tip.into_iter().collect(),
    };
    Ok(publish(repo, batch, tip, tree, &parents, now)?.then_some(count))
}

/// Whether we made `tip`, and no remote is known to have it: then the next commit takes its place.
fn is_unshared(repo: &Repo, tip: ObjectId) -> Result<bool> {
    if commit::Commit::read(repo, tip)?.message != MESSAGE {
        return Ok(false);
    }
    let fetched = repo.refs().list(repo, "refs/agent/remotes/")?;
    let mut fetched = fetched.into_iter().filter(|(name, _)| name.ends_with("/agent"));
    Ok(!fetched.any(|(_, theirs)| revwalk::common_ancestor(repo, tip, theirs) == Some(tip)))
}

/// Commit `tree` on `parents` and move the ref from `tip` to it; false: another process was faster.
fn publish(
    repo: &Repo,
    mut batch: Batch,
    tip: Option<ObjectId>,
    tree: ObjectId,
    parents: &[ObjectId],
    now: Timestamp,
) -> Result<bool> {
    let commit = batch.commit(repo, &NewCommit { tree, parents, message: MESSAGE, at: now, identity: None })?;
    batch.write(repo)?;
    let change = RefChange { name: REF.to_owned(), expected: tip, new: Some(commit) };
    match repo.refs().change(repo, &[change], "git-agent: notes on commits") {
        Ok(()) => batch.secure(repo).map(|()| true),
        Err(RefError::Failed(error)) => Err(error),
        Err(_) => Ok(false),
    }
}
