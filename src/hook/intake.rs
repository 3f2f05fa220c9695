//! Recording new commits in the ledger of their tasks, from what the hooks left in [`super::pending`].
//!
//! Only a cache: the trailer in the commit is authoritative, and commits that no hook saw are found by it.

use std::path::PathBuf;

use bstr::ByteSlice as _;

use super::{
    pending::{self, Pending, ReadError},
    settings::HookSettings,
};
use crate::{
    domain::{
        event::{self, Payload},
        id::TaskId,
        time::Timestamp,
        trailer::block,
    },
    error::{Context as _, Result},
    git::{
        ObjectId, Repo,
        commit::Commit,
        discover::is_same_place,
        reflog::{self, Move},
    },
    store::ledger::{self, Draft, EventAuthor, WriteError},
};

/// How long a note waits for its commit, in seconds: other hooks may run for long after ours.
const PATIENCE: u64 = 3_600;

/// How many commits are recorded at once; what is above that waits for the next command.
const MOST: usize = 1_000;

/// What became of the commits that were to be recorded.
#[derive(Debug, Default)]
pub struct Intake {
    /// How many commits were recorded.
    pub recorded: usize,
    /// Those that still wait, oldest first.
    pub waiting: Vec<Waiting>,
}

/// A commit that waits to be recorded.
#[derive(Debug)]
pub struct Waiting {
    /// The path of its note.
    file: PathBuf,
    /// When its message was stamped, if that is known.
    pub since: Option<Timestamp>,
    pub why: Why,
}

/// Why a commit waits to be recorded.
#[derive(Debug)]
pub enum Why {
    /// It has not been made yet, or was made where it cannot be found.
    NotMade,
    /// It cannot be recorded now.
    Failed(String),
    /// It can never be recorded, for this reason.
    Never(String),
}

impl Intake {
    /// The commits that cannot be recorded, and have waited for long at `now`: since when the first one, and why.
    pub fn overdue(&self, now: Timestamp) -> Option<(Timestamp, &str)> {
        self.waiting.iter().find_map(|waiting| match &waiting.why {
            Why::Failed(why) => {
                waiting.since.filter(|since| now.seconds_since(*since) > PATIENCE).map(|at| (at, why.as_str()))
            }
            Why::NotMade | Why::Never(_) => None,
        })
    }

    /// Forget the commits that can never be recorded; answers how many.
    pub fn forget(&mut self) -> Result<usize> {
        let before = self.waiting.len();
        for waiting in self.waiting.extract_if(.., |waiting| matches!(waiting.why, Why::Never(_))) {
            let file = &waiting.file;
            std::fs::remove_file(file).or_environment(|| format!("cannot remove '{}'", file.display()))?;
        }
        Ok(before - self.waiting.len())
    }
}

/// Append a `commit` event to the note of every task that a new commit names and the ledger knows, as its maker, at the time
/// when it was made. Nothing is written twice. What cannot be recorded stays, with the reason.
pub fn take_in(repo: &Repo, now: Timestamp) -> Intake {
    let mut notes = pending::read(repo);
    // Of two attempts from one commit the later one made it: it comes first.
    notes.reverse();
    let (mut intake, mut made, mut commits) = (Intake::default(), Vec::new(), Vec::new());
    for (file, note) in notes {
        let since = pending::left_at(&file);
        let pending = match note {
            Ok(pending) => pending,
            Err(error) => {
                let why = match error {
                    ReadError::Damaged(error) => Why::Never(error.to_string()),
                    ReadError::Failed(error) => Why::Failed(error.to_string()),
                };
                intake.waiting.push(Waiting { file, since, why });
                continue;
            }
        };
        // One that was pruned since cannot be recorded, and must not keep the others waiting.
        match commit_of(repo, &pending, &commits).filter(|commit| repo.has(*commit)) {
            Some(commit) => {
                commits.push(commit);
                made.push((file, pending, commit));
            }
            None if now.seconds_since(pending.at()) > PATIENCE && std::fs::remove_file(&file).is_ok() => {}
            None => intake.waiting.push(Waiting { file, since: Some(pending.at()), why: Why::NotMade }),
        }
    }
    let mut busy = None;
    for (file, pending, commit) in made.into_iter().rev().take(MOST) {
        let failed = match (&busy, Commit::read(repo, commit)) {
            (_, Err(error)) => Some(Why::Never(error.to_string())),
            // Whatever is in the way of that one is in the way of all.
            (Some(why), _) => Some(Why::Failed(String::clone(why))),
            (None, Ok(made)) => record(repo, &pending, &made).err().map(|error| {
                let why = error.to_string();
                busy = matches!(error, WriteError::Busy(_)).then(|| why.clone());
                Why::Failed(why)
            }),
        };
        match failed {
            Some(why) => intake.waiting.push(Waiting { file, since: Some(pending.at()), why }),
            None => {
                intake.recorded += 1;
                // Where it cannot be removed, nothing is recorded twice.
                std::fs::remove_file(file).ok();
            }
        }
    }
    intake.waiting.sort_by(|one, other| one.file.cmp(&other.file));
    intake
}

/// The commit that was made when `pending` was left, if it is none of `found`; `None` if there is none yet.
fn commit_of(repo: &Repo, pending: &Pending, found: &[ObjectId]) -> Option<ObjectId> {
    let is_here = repo.work_dir().is_some_and(|top| top.canonicalize().is_ok_and(|top| top == pending.worktree));
    // A worktree may be gone by now, or its path be another repository's.
    let there = (!is_here).then(|| Repo::discover(&pending.worktree).ok()).flatten();
    let there = there.filter(|there| is_same_place(there.common_dir(), repo.common_dir()));
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

fn record(repo: &Repo, pending: &Pending, made: &Commit) -> Result<(), WriteError> {
    let settings = HookSettings::read(repo);
    let named = block::ids(&made.message, &settings.rules(), &settings.syntax(&made.message));
    let named: Vec<TaskId> = named.iter().filter_map(|id| TaskId::parse(id.to_str().ok()?).ok()).collect();
    let event = event::Commit { commit: made.id.to_string(), tree: Some(made.tree.to_string()), subject: None };
    let author = EventAuthor { actor: &pending.actor, now: &|| pending.at(), is_held_to_it: false, command: None };
    ledger::write(repo, &author, |view| {
        let mut draft = Draft::nothing();
        for id in &named {
            let task = view.task(id)?;
            if task.is_some_and(|task| task.commits.iter().all(|known| known.commit != event.commit)) {
                draft.and(id, Payload::Commit(event.clone()));
            }
        }
        Ok((draft, ()))
    })
    .map(drop)
}
