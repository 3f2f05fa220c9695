//! Which tasks commits belong to: those that their messages name, and those that the ledger links them to.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use super::View;
use crate::{
    domain::{
        event::Payload,
        id::TaskId,
        note::Events,
        task::{Task, Tie},
        time::Timestamp,
        trailer::{
            Rules,
            block::{self, Syntax},
            scan,
        },
    },
    error::Result,
    git::{ObjectId, Repo},
};

/// Determines which tasks a commit belongs to, from its message and the ledger. All queries use it.
#[derive(Clone, Debug)]
pub struct Owners {
    rules: Rules,
    linked: HashMap<ObjectId, Vec<TaskId>>,
    unlinked: HashMap<ObjectId, Vec<TaskId>>,
}

impl Owners {
    /// Read the links in the ledger of `view`, and the trailer settings of its repository.
    ///
    /// # Errors
    ///
    /// Those of [`View::table`] and of [`View::note`].
    pub fn read(view: &View<'_>) -> Result<Self> {
        let rules = view.repo().settings().trailer_rules();
        let mut owners = Owners { rules, linked: HashMap::new(), unlinked: HashMap::new() };
        for row in view.table()?.rows().filter(|row| row.has_links()) {
            let Some(task) = view.task(&row.id())? else { continue };
            let links = Links::of(&task);
            for (commits, map) in [(links.linked, &mut owners.linked), (links.unlinked, &mut owners.unlinked)] {
                for commit in commits {
                    map.entry(commit).or_default().push(task.id.clone());
                }
            }
        }
        if owners.commits().next().is_some() {
            mark(view.repo());
        }
        Ok(owners)
    }

    /// The rules by which trailers name tasks.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The tasks that `commit`, which says `message`, belongs to: those that it names, in its order, then those that it is linked to;
    /// less those that it is unlinked from.
    pub fn of(&self, commit: ObjectId, message: &[u8]) -> Vec<BString> {
        self.corrected(commit, scan::ids(message, &self.rules))
    }

    /// [`Owners::of`], going only by the final trailers of `message`: for what changes something. What a message merely mentions does not make a
    /// commit the task's own.
    pub fn of_block(&self, commit: ObjectId, message: &[u8]) -> Vec<BString> {
        self.corrected(commit, block::ids(message, &self.rules, &Syntax::default()))
    }

    fn corrected(&self, commit: ObjectId, mut tasks: Vec<BString>) -> Vec<BString> {
        let unlinked = self.unlinked(commit);
        tasks.retain(|id| !unlinked.iter().any(|other| id == other.as_str()));
        for id in self.linked(commit) {
            if !tasks.iter().any(|known| known == id.as_str()) {
                tasks.push(id.as_str().into());
            }
        }
        tasks
    }

    /// The tasks that `commit` is linked to, whatever its message says.
    pub fn linked(&self, commit: ObjectId) -> &[TaskId] {
        self.linked.get(&commit).map_or(&[], Vec::as_slice)
    }

    /// The tasks that `commit` is unlinked from, whatever its message says.
    pub fn unlinked(&self, commit: ObjectId) -> &[TaskId] {
        self.unlinked.get(&commit).map_or(&[], Vec::as_slice)
    }

    /// All commits that are linked to a task or unlinked from one.
    pub fn commits(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.linked.keys().chain(self.unlinked.keys()).copied()
    }
}

/// Tell the hooks of replayed commits that there are links to be carried on: without this file they end at once.
fn mark(repo: &Repo) {
    let file = repo.agent_dir().join("links");
    if !file.exists() {
        // Without it `git agent repair` carries them on.
        repo.make_dir(&repo.agent_dir()).and_then(|()| std::fs::write(&file, "")).ok();
        repo.share(&file).ok();
    }
}

/// Corrections of the ledger to what messages say about the commits of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Commits that belong to the task.
    pub linked: Vec<ObjectId>,
    /// Commits that do not belong to it.
    pub unlinked: Vec<ObjectId>,
}

impl Links {
    /// The corrections in the events of `task`.
    pub fn of(task: &Task) -> Self {
        let with = |tie: Tie| {
            let known = task.commits.iter().filter(|known| known.tie == tie);
            known.filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok()).collect()
        };
        Links { linked: with(Tie::Linked), unlinked: with(Tie::Unlinked) }
    }

    /// Whether there are none, so that messages alone decide.
    pub fn is_empty(&self) -> bool {
        self.linked.is_empty() && self.unlinked.is_empty()
    }
}

/// The commits named in events, with the tasks of these events.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    known: HashMap<ObjectId, Vec<TaskId>>,
    /// The time when the first task was added.
    pub began: Option<Timestamp>,
}

impl Commits {
    /// Read the commits from all notes of `view`.
    pub fn read(view: &View<'_>) -> Result<Self> {
        let mut found = Commits::default();
        for row in view.table()?.rows() {
            let note = view.note(&row.id())?;
            if row.exists() {
                let created = Timestamp::from_millis(row.created_at());
                found.began = Some(found.began.map_or(created, |began| began.min(created)));
            }
            // Most notes name no commit; reading their events would be in vain.
            if ![&b" commit "[..], b" link ", b" unlink ", b" squash "].iter().any(|kind| note.find(kind).is_some()) {
                continue;
            }
            for event in Events::read(&note).in_effect() {
                match &event.payload {
                    Payload::Commit(commit) => found.add(&commit.commit, row.id()),
                    Payload::Squash(squash) => found.add(&squash.commit, row.id()),
                    Payload::Link(link) => found.add(&link.commit, row.id()),
                    Payload::Unlink(unlink) => found.add(&unlink.commit, row.id()),
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    fn add(&mut self, hex: &str, task: TaskId) {
        // The line may come from anyone.
        let Ok(commit) = ObjectId::from_hex(hex.as_bytes()) else { return };
        let known = self.known.entry(commit).or_default();
        if !known.contains(&task) {
            known.push(task);
        }
    }

    /// All commits that an event names.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.known.keys().copied()
    }

    /// The tasks whose events name `commit`.
    pub fn tasks(&self, commit: ObjectId) -> impl Iterator<Item = &TaskId> {
        self.known.get(&commit).into_iter().flatten()
    }
}
