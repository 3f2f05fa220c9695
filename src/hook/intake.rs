//! Recording new commits in the ledger of their tasks, from what the hooks left in [`super::pending`].
//!
//! Only a cache: the trailer in the commit is authoritative, and commits that no hook saw are found by it.

use std::path::Path;

use bstr::ByteSlice as _;

use super::{
    pending::{self, Pending},
    settings::HookSettings,
};
use crate::{
    domain::{
        event::{self, Payload},
        id::TaskId,
        time::Timestamp,
        trailer::block,
    },
    error::{Kind, Result},
    git::{
        ObjectId, Repo,
        commit::Commit,
        reflog::{self, Move},
    },
    store::ledger::{self, Author, Draft},
};

/// How long a note waits for its commit, in seconds: other hooks may run for long after ours.
const PATIENCE: u64 = 3_600;

/// Append a `commit` event to the note of every task that a new commit names and the ledger knows, as its maker, at the time
/// when it was made. Nothing is written twice.
///
/// # Errors
///
/// When the ledger cannot be read or written; what is pending stays.
pub fn take_in(repo: &Repo, now: Timestamp) -> Result<()> {
    let mut notes = pending::read(repo);
    // Of two attempts from one commit the later one made it: it comes first.
    notes.reverse();
    let (mut made, mut commits) = (Vec::new(), Vec::new());
    for (file, pending) in notes {
        // One that was pruned since cannot be recorded, and must not keep the others waiting.
        match commit_of(repo, &pending, &commits).filter(|commit| repo.has(*commit)) {
            Some(commit) => {
                commits.push(commit);
                made.push((file, pending, commit));
            }
            None if now.seconds_since(pending.at()) > PATIENCE => drop(std::fs::remove_file(file)),
            None => {}
        }
    }
    let mut failed = None;
    for (file, pending, commit) in made.into_iter().rev() {
        match record(repo, &pending, commit) {
            Ok(()) => drop(std::fs::remove_file(file)),
            // Whatever is in the way of this one is in the way of all.
            Err(error) if error.kind() == Kind::Busy => return Err(error),
            Err(error) => {
                if now.seconds_since(pending.at()) > PATIENCE {
                    drop(std::fs::remove_file(file));
                }
                failed.get_or_insert(error);
            }
        }
    }
    failed.map_or(Ok(()), Err)
}

/// The commit that was made when `pending` was left, if it is none of `found`; `None` if there is none yet.
fn commit_of(repo: &Repo, pending: &Pending, found: &[ObjectId]) -> Option<ObjectId> {
    let is_here = repo.work_dir().is_some_and(|top| top.canonicalize().is_ok_and(|top| top == pending.worktree));
    // A worktree may be gone by now, or its path be another repository's.
    let there = (!is_here).then(|| Repo::discover(&pending.worktree).ok()).flatten();
    let there = there.filter(|there| is_same(there.common_dir(), repo.common_dir()));
    let worktree = there.as_ref().or(is_here.then_some(repo));
    let mut moves =
        worktree.and_then(|worktree| reflog::of_head_after(worktree, pending.reflog).ok()).unwrap_or_default();
    if moves.is_empty() {
        // Without a reflog the branch tells, if nothing else has moved it since.
        let tip = match &pending.branch {
            Some(branch) => repo.find_ref(branch).ok()?,
            None => worktree?.head().ok()?.commit,
        };
        return tip.filter(|tip| !found.contains(tip) && follows(repo, *tip, pending));
    }
    if pending.reflog == 0 {
        // Moves from before the commit may be among them.
        moves.reverse();
    }
    let is_made_by_hand = |entry: &Move| entry.is_commit() || entry.message.starts_with(b"revert:");
    let by_hand = moves.into_iter().filter(|entry| entry.old == pending.head() && is_made_by_hand(entry));
    by_hand.map(|entry| entry.new).find(|commit| !found.contains(commit))
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Whether `commit` was made on top of the commit that HEAD was on, or in place of it.
fn follows(repo: &Repo, commit: ObjectId, pending: &Pending) -> bool {
    let head = pending.head();
    let Ok(made) = Commit::read(repo, commit) else { return false };
    if made.parents.first().copied() == head {
        return true;
    }
    let amended = head.filter(|head| *head != commit).and_then(|head| Commit::read(repo, head).ok());
    amended.is_some_and(|amended| amended.parents == made.parents)
}

fn record(repo: &Repo, pending: &Pending, commit: ObjectId) -> Result<()> {
    let settings = HookSettings::read(repo);
    let made = Commit::read(repo, commit)?;
    let named = block::ids(&made.message, &settings.rules(), &settings.syntax(&made.message));
    let named: Vec<TaskId> = named.iter().filter_map(|id| TaskId::parse(id.to_str().ok()?).ok()).collect();
    let event = event::Commit { commit: commit.to_string(), tree: Some(made.tree.to_string()), subject: None };
    let author = Author { actor: &pending.actor, now: &|| pending.at(), is_held_to_it: false, command: None };
    let written = ledger::write(repo, &author, |view| {
        let mut draft = Draft::nothing();
        for id in &named {
            let task = view.task(id)?;
            if task.is_some_and(|task| task.commits.iter().all(|known| known.commit != event.commit)) {
                draft.and(id, Payload::Commit(event.clone()));
            }
        }
        Ok((draft, ()))
    });
    written.map(|_| ())
}
