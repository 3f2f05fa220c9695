//! One operation of a worktree at a time; and cleanup after one that crashed just after its end.

use std::{fs, path::PathBuf};

use ulid::Ulid;

use super::{
    operation::{OpLog, OperationState, Recorded},
    restore::{self, Restore, reserve},
    snapshot,
};
use crate::{
    error::{Advice, Context as _, Error, Result, codes},
    git::{Repo, claims, index::IndexLock, lock::Lock},
    recovery::{
        checkpoint,
        restore::{quarantine::Quarantine, state_view::StateView},
    },
};

/// The lock of the worktree's operations, held until dropped.
pub struct OperationLock {
    lock: Lock,
    /// Taking the lock completed a checkpoint of a process that was killed.
    pub finished_checkpoint: bool,
}

impl OperationLock {
    /// As [`Lock::share_with_children`].
    pub(crate) fn share_with_children(&self) -> Result<()> {
        self.lock.share_with_children().or_environment(|| "cannot keep the operation lock".to_owned())
    }
}

/// Take the operation lock of the worktree, and clean up after processes that were killed.
///
/// # Errors
///
/// `operation-busy` while another process, or a git that one started, is at work.
pub fn take(repo: &Repo) -> Result<OperationLock> {
    let lock = Lock::acquire(repo, &file(repo))?;
    if !lock.is_held() {
        return Err(Error::new(codes::OPERATION_BUSY, "another operation is running in this worktree")
            .hint(Advice::WaitForOperation));
    }
    claims::sweep(repo);
    let finished_checkpoint = tidy(repo)?;
    Ok(OperationLock { lock, finished_checkpoint })
}

/// Whether a process is currently running an operation of this worktree.
pub fn is_taken(repo: &Repo) -> bool {
    Lock::is_taken(&file(repo))
}

fn file(repo: &Repo) -> PathBuf {
    repo.worktree_agent_dir().join("operation.lock")
}

/// The operation that is at its end and left something which a process with the lock would tidy up: its lock of the index,
/// or files that it put aside.
///
/// # Errors
///
/// Where the operation log cannot be read.
pub fn left_behind(repo: &Repo) -> Result<Option<Recorded>> {
    let mark = IndexLock::marked(repo).as_deref().and_then(restore::id_of_mark);
    for id in mark.into_iter().chain(asides(repo)) {
        if let Some(recorded) = ended(repo, id)?.filter(|_| !is_taken(repo)) {
            return Ok(Some(recorded));
        }
    }
    Ok(None)
}

/// Finish the checkpoint of a process that was killed after it had moved HEAD; answers whether there was one. Until then the index is
/// that of the commit before, and git would commit the opposite of the checkpoint.
///
/// # Errors
///
/// `operation-busy`, `index-locked`; where the operation cannot be recorded.
pub fn finish_checkpoint(repo: &Repo) -> Result<bool> {
    if !checkpoint::is_interrupted(repo) || is_taken(repo) {
        return Ok(false);
    }
    take(repo).map(|lock| lock.finished_checkpoint)
}

/// Remove what killed operations and checkpoints left after their end. Unfinished ones are not touched.
///
/// # Errors
///
/// Where something cannot be removed or recorded.
pub fn clear_up(repo: &Repo) -> Result<()> {
    // Another process is at work, and sees to it.
    if is_taken(repo) {
        return Ok(());
    }
    let is_of_checkpoint = || IndexLock::marked(repo).as_deref().is_some_and(IndexLock::is_of_checkpoint);
    if left_behind(repo)?.is_some() || is_of_checkpoint() || checkpoint::is_interrupted(repo) {
        take(repo).map(drop)?;
    }
    Ok(())
}

/// The operations that files were put aside by.
fn asides(repo: &Repo) -> Vec<Ulid> {
    let Ok(entries) = fs::read_dir(Quarantine::root(repo)) else { return Vec::new() };
    let id = |entry: fs::DirEntry| Ulid::from_string(entry.file_name().to_str()?).ok();
    entries.flatten().filter_map(id).collect()
}

/// Remove what an operation that is at its end did not come to remove: what it put aside, which is stored, and its lock of the
/// index. Of one that is not at its end everything stays: it is needed.
fn tidy(repo: &Repo) -> Result<bool> {
    // First the lock: git waits for it.
    unlock(repo)?;
    let log = OpLog::of(repo)?;
    match log.interrupted()? {
        Some(_) => claims::free(repo, log.ref_name()),
        None => reserve::release(repo)?,
    }
    for id in asides(repo) {
        let Some(recorded) = ended(repo, id)? else { continue };
        let operation = &recorded.operation;
        let before = StateView::new(repo, snapshot::load_tree(repo, recorded.before, &operation.before)?);
        let after = StateView::new(repo, snapshot::load_tree(repo, recorded.after, &operation.after)?);
        let (touched, late) = (&recorded.touched, recorded.late);
        Restore { repo, operation, before: &before, after: &after, touched, late }.drop_stored()?;
    }
    checkpoint::finish_interrupted(repo)
}

fn unlock(repo: &Repo) -> Result<()> {
    let Some(mark) = IndexLock::marked(repo) else { return Ok(()) };
    let is_over = match restore::id_of_mark(&mark) {
        Some(id) => ended(repo, id)?.is_some(),
        None => IndexLock::is_of_checkpoint(&mark),
    };
    // Its maker held the lock of the operations, which we have now.
    if is_over {
        drop(IndexLock::take_marked(repo, &mark)?);
    }
    Ok(())
}

/// The operation `id` of this worktree, if it is at its end.
fn ended(repo: &Repo, id: Ulid) -> Result<Option<Recorded>> {
    let log = OpLog::of(repo)?;
    let found = log.own().find(|entry| entry.as_ref().is_ok_and(|recorded| recorded.operation.id == id));
    Ok(found.transpose()?.filter(|recorded| recorded.operation.state != OperationState::Begun))
}
