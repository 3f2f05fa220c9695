//! One operation of a worktree at a time; and what one that died just after its end left behind.

use std::{fs, path::PathBuf};

use ulid::Ulid;

use super::{
    operation::{OpLog, Recorded, State},
    restore::{self, Restore, aside::Aside, side::Side},
    snapshot,
};
use crate::{
    error::{Context as _, Error, Result},
    git::{Repo, free_refs, index::IndexLock, lock::Lock, lock_files},
};

/// The lock of the worktree's operations, held until dropped.
///
/// It says which refs are going to be moved. Whoever finds that there knows that its holder was killed, perhaps with the git
/// that moved them, which may have left their locks.
pub struct OperationLock<'r> {
    repo: &'r Repo,
    lock: Lock,
    refs: Vec<String>,
}

impl OperationLock<'_> {
    /// As [`Lock::share_with_children`].
    pub fn share_with_children(&self) -> Result<()> {
        self.lock.share_with_children().or_environment(|| "cannot keep the lock of the operation".to_owned())
    }
}

impl Drop for OperationLock<'_> {
    fn drop(&mut self) {
        let names: Vec<&str> = self.refs.iter().map(String::as_str).collect();
        // A git of ours was killed, or somebody moves them just now: then the next one looks at it.
        if lock_files(self.repo, &names).is_empty() {
            drop(self.lock.set_note(""));
        }
    }
}

/// Take the lock of the worktree's operations, and tidy up.
///
/// # Errors
///
/// `operation-busy` while another process, or a git that one started, is at work.
pub fn take(repo: &Repo) -> Result<OperationLock<'_>> {
    let lock = Lock::acquire(&file(repo))?;
    if !lock.is_held() {
        return Err(Error::busy("operation-busy", "another operation is under way in this worktree")
            .hint("try again when it is done; 'git agent ops' shows it"));
    }
    let failed = || "cannot remove the lock of a ref that a git left which was killed".to_owned();
    let note = lock.note().or_environment(failed)?;
    free_refs(repo, &note.lines().collect::<Vec<_>>()).or_environment(failed)?;
    let mut refs = vec![OpLog::of(repo)?.ref_name().to_owned(), "HEAD".to_owned()];
    refs.extend(repo.head()?.branch.map(|branch| branch.to_string()));
    lock.set_note(&refs.join("\n")).or_environment(|| "cannot write to the lock of the operations".to_owned())?;
    let lock = OperationLock { repo, lock, refs };
    tidy(repo)?;
    Ok(lock)
}

/// Whether somebody is at work on an operation of this worktree.
pub fn is_taken(repo: &Repo) -> bool {
    Lock::is_taken(&file(repo))
}

fn file(repo: &Repo) -> PathBuf {
    repo.worktree_agent_dir().join("operation.lock")
}

/// Whether an operation that is at its end left something that a process with the lock would tidy up.
pub fn left_behind(repo: &Repo) -> Result<Option<Recorded>> {
    let Some(id) = IndexLock::marked(repo).as_deref().and_then(restore::id_of_mark) else { return Ok(None) };
    ended(repo, id)
}

/// Remove what an operation that is at its end did not come to remove: what it put aside, which is stored, and its lock of the
/// index. Of one that is not at its end everything stays: it is needed.
fn tidy(repo: &Repo) -> Result<()> {
    let Ok(entries) = fs::read_dir(Aside::root(repo)) else { return unlock(repo) };
    for entry in entries.flatten() {
        let id = entry.file_name().to_str().and_then(|name| Ulid::from_string(name).ok());
        let Some(recorded) = id.map_or(Ok(None), |id| ended(repo, id))? else { continue };
        let operation = &recorded.operation;
        let before = Side::new(repo, snapshot::load_tree(repo, recorded.before, &operation.before)?);
        let after = Side::new(repo, snapshot::load_tree(repo, recorded.after, &operation.after)?);
        Restore { repo, operation, before: &before, after: &after, touched: &recorded.touched }.drop_stored()?;
    }
    unlock(repo)
}

fn unlock(repo: &Repo) -> Result<()> {
    let mark = IndexLock::marked(repo);
    if let Some(id) = mark.as_deref().and_then(restore::id_of_mark)
        && ended(repo, id)?.is_some()
    {
        drop(IndexLock::take_marked(repo, &restore::mark(id))?);
    }
    Ok(())
}

/// The operation `id` of this worktree, if it is at its end.
fn ended(repo: &Repo, id: Ulid) -> Result<Option<Recorded>> {
    let log = OpLog::of(repo)?;
    let found = log.entries().find(|entry| entry.as_ref().is_ok_and(|recorded| recorded.operation.id == id));
    Ok(found.transpose()?.filter(|recorded| recorded.operation.state != State::Begun))
}
