//! Commands that wrote to the ledger: which commits of it they made, so that they can be undone.
//!
//! The message of such a commit says what it belongs to, and its seal that it was made in this clone:
//!
//! ```text
//! complete t-1, claim t-2
//!
//! Command: 01JD…
//! By: claude@devbox
//! Worktree: main
//! Active: t-1
//! ```
//!
//! Several commits may belong to one command. A commit of an older git-agent says nothing of that: it is a command by itself, if
//! the reflog of the ledger knows that it was made here.

use std::{
    cell::OnceCell,
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashSet},
};

use bstr::{BString, ByteSlice as _};
use ulid::Ulid;

use super::{
    REF, View, tree,
    view::{read_note, task_of},
    watch,
};
use crate::{
    domain::{
        actor::Actor,
        claim::SKEW,
        event::Event,
        id::TaskId,
        message::{Fields, Writer},
        note::Events,
        time::Timestamp,
    },
    error::Result,
    git::{ObjectId, Repo, commit::Commit, reflog},
};

/// What commits say that belong to no command of their own: to commits of git, operations, merges.
const NOT_COMMANDS: [&str; 6] = ["commit", "anchors", "merge", "rollback", "squash", "undo"];

/// How many parts of other commands may be between two parts of one.
const BETWEEN: usize = 64;

/// The metadata of a command, stored in the commits of the ledger that it makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The id of the command, and of the operation that is a part of it.
    pub id: Ulid,
    /// The worktree it was run in: `main` or `worktrees/<name>`.
    pub worktree: String,
    /// The tasks that were active in that worktree before.
    pub active: Vec<TaskId>,
    /// The command that it undoes, if it is an undo or redo.
    pub undoes: Option<Ulid>,
}

impl Command {
    /// The message of a commit that is a part of it.
    pub(super) fn message(&self, title: &str, actor: &Actor) -> BString {
        let mut text = Writer::new(title.to_owned());
        text.field("Command", self.id.to_string());
        text.field("By", actor.to_string());
        text.field("Worktree", self.worktree.escape_debug().to_string());
        if !self.active.is_empty() {
            let ids: Vec<&str> = self.active.iter().map(TaskId::as_str).collect();
            text.field("Active", ids.join(" "));
        }
        self.undoes.iter().for_each(|undoes| text.field("Undoes", undoes.to_string()));
        text.finish()
    }
}

/// A commit of the ledger that was made by a command of this clone.
#[derive(Clone, Debug)]
pub struct Part {
    pub commit: ObjectId,
    /// Its first parent.
    pub parent: Option<ObjectId>,
    /// What the commit records, in words: `edit t-1`.
    pub title: String,
    pub by: String,
    pub at: Timestamp,
    /// The command that made it; its worktree is empty if unknown.
    pub command: Command,
}

/// The parts of commands in the history of a ledger, newest first.
pub struct Parts<'r> {
    view: View<'r>,
    next: BinaryHeap<(i64, Reverse<usize>, ObjectId)>,
    seen: HashSet<ObjectId>,
    made_here: OnceCell<HashSet<ObjectId>>,
}

impl<'r> Parts<'r> {
    /// The parts in the history of `view`.
    pub fn of(view: View<'r>) -> Self {
        let mut parts = Parts { view, next: BinaryHeap::new(), seen: HashSet::new(), made_here: OnceCell::new() };
        parts.then(i64::MAX, view.tip());
        parts
    }

    fn then(&mut self, seconds: i64, commits: impl IntoIterator<Item = ObjectId>) {
        for commit in commits {
            if self.seen.insert(commit) {
                self.next.push((seconds, Reverse(self.seen.len()), commit));
            }
        }
    }

    fn read(&mut self, commit: ObjectId) -> Result<Option<Part>> {
        let repo = self.view.repo();
        let (read, is_made_here) = Commit::read_sealed(repo, commit, REF)?;
        let parents: Vec<ObjectId> = read.parents.into_iter().filter(|parent| repo.has(*parent)).collect();
        self.then(read.at, parents.iter().copied());
        if parents.len() > 1 {
            return Ok(None);
        }
        let message = read.message.to_str_lossy();
        let parent = parents.first().copied();
        if is_made_here {
            return Ok(said(&message, commit, parent));
        }
        let title = titled(&message);
        // What names a command and has no seal of ours was written by another clone.
        if message.lines().any(|line| line.starts_with("Command: ")) {
            return Ok(None);
        }
        if NOT_COMMANDS.contains(&title.split(' ').next().unwrap_or_default()) || !self.is_made_here(commit)? {
            return Ok(None);
        }
        // One of an older version.
        let events = added(repo, commit, parent)?;
        let events: Vec<&Event> = events.values().flatten().collect();
        let Some(first) = events.iter().min_by_key(|event| event.id) else { return Ok(None) };
        let command = Command { id: first.id, worktree: String::new(), active: Vec::new(), undoes: None };
        let at = events.iter().map(|event| event.at).max().unwrap_or_default();
        Ok(Some(Part { commit, parent, title, by: first.actor.to_string(), at, command }))
    }

    /// Whether the reflog knows that the ledger was moved to `commit` here, not by a fetch.
    fn is_made_here(&self, commit: ObjectId) -> Result<bool> {
        let known = match self.made_here.get() {
            Some(known) => known,
            None => {
                let moves = reflog::of_ref(self.view.repo(), REF)?;
                let merge = format!("{}merge", watch::REFLOG);
                let ours = moves.into_iter().filter(|entry| {
                    entry.message.starts_with(watch::REFLOG.as_bytes()) && !entry.message.starts_with(merge.as_bytes())
                });
                self.made_here.get_or_init(|| ours.map(|entry| entry.new).collect())
            }
        };
        Ok(known.contains(&commit))
    }
}

impl Iterator for Parts<'_> {
    type Item = Result<Part>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((_, _, commit)) = self.next.pop() {
            if let Some(part) = self.read(commit).transpose() {
                return Some(part);
            }
        }
        None
    }
}

/// What a message says was done, in the words of the command line.
fn titled(message: &str) -> String {
    let title = message.lines().next().unwrap_or_default();
    for (verb, command) in [("create ", "add "), ("undo create ", "undo add "), ("redo create ", "redo add ")] {
        if let Some(rest) = title.strip_prefix(verb) {
            return format!("{command}{rest}");
        }
    }
    title.to_owned()
}

/// What the message of `commit`, which was made here, says; `None` if that is not a command.
fn said(message: &str, commit: ObjectId, parent: Option<ObjectId>) -> Option<Part> {
    let title = titled(message);
    let (_, body) = message.split_once('\n')?;
    let fields = Fields::of(body.as_bytes());
    let id = |name: &str| fields.text(name).and_then(|word| Ulid::from_string(word).ok());
    let active = fields.text("Active").unwrap_or_default().split(' ');
    let command = Command {
        id: id("Command")?,
        worktree: fields.text("Worktree")?.to_owned(),
        active: active.filter_map(|id| TaskId::parse(id).ok()).collect(),
        undoes: id("Undoes"),
    };
    let by = fields.text("By")?.to_owned();
    Some(Part { commit, parent, title, by, at: Timestamp::of_id(command.id), command })
}

/// The parts of the command `id`, oldest first.
pub fn parts(view: View<'_>, id: Ulid) -> Result<Vec<Part>> {
    let (mut found, mut others) = (Vec::new(), 0);
    for part in Parts::of(view) {
        let part = part?;
        if part.command.id == id {
            found.push(part);
            continue;
        }
        // What it wrote was written after it had begun, unless the clock was put right; and close together.
        others += usize::from(!found.is_empty());
        if others > BETWEEN || found.is_empty() && part.at.plus_seconds(SKEW) < Timestamp::of_id(id) {
            break;
        }
    }
    found.reverse();
    Ok(found)
}

/// The events that `commit` added to the notes of `parent`, by task.
pub fn added(repo: &Repo, commit: ObjectId, parent: Option<ObjectId>) -> Result<BTreeMap<TaskId, Vec<Event>>> {
    let new = View::at(repo, Some(commit))?;
    let empty = repo.empty_tree();
    let old = parent.map_or(Ok(None), |parent| View::at(repo, Some(parent)).map(|view| view.root()))?.unwrap_or(empty);
    let mut found = BTreeMap::new();
    let Some(root) = new.root() else { return Ok(found) };
    for key in tree::changed_keys(repo, old, root)? {
        let blobs = tree::find(repo, root, key)?;
        new.bring(blobs.iter().copied())?;
        let note = read_note(repo, &blobs)?;
        let Some(id) = task_of(repo, key, &note) else { continue };
        let before = if old == empty { Vec::new() } else { read_note(repo, &tree::find(repo, old, key)?)? };
        // What a split omits, and its undo restores, was there before.
        let known: HashSet<Ulid> = Events::read_whole(&before).events.iter().map(|event| event.id).collect();
        let mut events = Events::read_whole(&note).events;
        events.retain(|event| !known.contains(&event.id));
        found.insert(id, events);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_not_a_field() {
        let message = format!("By: eve@x\n\nCommand: {}\nBy: ann@x\nWorktree: main\n", Ulid::from_parts(1, 2));
        let commit = ObjectId::from_hex(&[b'1'; 40]).unwrap();
        let part = said(&message, commit, None).unwrap();
        assert_eq!((part.title.as_str(), part.by.as_str()), ("By: eve@x", "ann@x"));
    }
}
