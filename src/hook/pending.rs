//! Commits whose message was stamped and that the ledger does not have yet.
//!
//! A commit does not wait for the ledger. The hook that stamps its message leaves a note next to the ledger's lock, one file a
//! commit; the next command that reads or writes the ledger records the commit, see [`super::intake`]. The trailer in the
//! commit is authoritative: a lost note loses the time and the actor of one `commit` event, and nothing else.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::Surroundings;
use crate::{
    domain::{actor::Actor, time::Timestamp},
    error::{Context as _, Result, reasons},
    git::{ObjectId, Repo, reflog},
};

/// What the hook knew when it stamped the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The commit that HEAD was on, in hex; `None` on an unborn branch.
    pub head: Option<String>,
    /// The full name of the branch that HEAD was on.
    pub branch: Option<String>,
    /// The top directory of the worktree.
    pub worktree: PathBuf,
    /// The length of HEAD's reflog, in bytes; 0 where it is not a file.
    pub reflog: u64,
    /// Milliseconds since the epoch.
    pub millis: i64,
    /// The actor who makes the commit.
    pub actor: Actor,
}

impl Pending {
    /// The commit that HEAD was on.
    pub fn head(&self) -> Option<ObjectId> {
        ObjectId::from_hex(self.head.as_ref()?.as_bytes()).ok()
    }

    /// When the message was stamped.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.millis)
    }
}

/// Where the notes of `repo` are, for all its worktrees.
fn dir(repo: &Repo) -> PathBuf {
    repo.agent_dir().join("pending")
}

/// Leave a note about the commit that is being made.
pub fn leave(here: &Surroundings<'_>) -> Result<()> {
    let repo = here.repo;
    let Some(worktree) = repo.work_dir() else { return Ok(()) };
    let head = repo.head()?;
    let pending = Pending {
        head: head.commit.map(|commit| commit.to_string()),
        branch: head.branch.map(|branch| branch.to_string()),
        worktree: worktree.canonicalize().or_environment(|| format!("cannot find '{}'", worktree.display()))?,
        reflog: reflog::length(repo),
        millis: (here.now)().millis(),
        actor: (here.actor)()?,
    };
    let file = dir(repo).join(Ulid::generate().to_string());
    let failed = || format!("cannot write '{}'", file.display());
    let text = serde_json::to_vec(&pending).or_environment(failed)?;
    repo.put(&file, &text).or_environment(failed)
}

reasons! {
    /// Why a note cannot be read.
    pub enum ReadError {
        /// It is none. Notes are written in one step: it never becomes one.
        Damaged,
    }
}

/// The notes, oldest first, with their files.
pub fn read(repo: &Repo) -> Vec<(PathBuf, Result<Pending, ReadError>)> {
    let Ok(entries) = std::fs::read_dir(dir(repo)) else { return Vec::new() };
    // The writer's temporary files begin with a dot.
    let is_note = |path: &Path| path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b"."));
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| is_note(path));
    files.sort();
    let note = |file: PathBuf| {
        let failed = || format!("'{}' cannot be read", file.display());
        let note = match std::fs::read(&file) {
            // Another command has just recorded the commit.
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => Err(error).or_environment(failed).map_err(ReadError::Failed),
            Ok(text) => serde_json::from_slice(&text).or_environment(failed).map_err(ReadError::Damaged),
        };
        Some((file, note))
    };
    files.into_iter().filter_map(note).collect()
}

/// When the note in `file` was left, as its name says.
pub fn left_at(file: &Path) -> Option<Timestamp> {
    Ulid::from_string(file.file_name()?.to_str()?).ok().map(Timestamp::of_id)
}
