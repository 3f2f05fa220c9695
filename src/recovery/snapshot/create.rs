//! One snapshot, or none when nothing is new since the last one.

use super::{
    Captured, Metadata, Snapshot, SnapshotKind, WorktreeState, capture,
    store::{Built, REFS_LIST},
    stored,
};
use crate::{
    domain::{id::TaskId, time::Timestamp},
    error::Result,
    git::{ObjectId, Repo, objects::trees},
    store::session,
};
use bstr::ByteSlice as _;

/// The metadata of a snapshot to be taken.
#[derive(Clone, Debug)]
pub struct Request {
    /// The reason for taking it.
    pub kind: SnapshotKind,
    /// A description: one line, which may be empty.
    pub message: String,
    /// The time that it is dated.
    pub at: Timestamp,
    /// The actor, as `name@host`.
    pub by: String,
    /// The active tasks of the worktree.
    pub tasks: Vec<TaskId>,
}

/// A snapshot of the current state.
#[derive(Debug)]
pub struct Taken {
    /// The snapshot, new or existing.
    pub snapshot: Snapshot,
    /// Its content.
    pub state: WorktreeState,
    /// False if the last snapshot already had the same content.
    pub created: bool,
}

/// Take a snapshot of this worktree, unless the last one has the same content.
///
/// # Errors
///
/// Those of [`capture`](super::capture()) and of [`Captured::write`].
pub fn take(repo: &Repo, request: &Request) -> Result<Taken> {
    take_captured(capture(repo)?, request)
}

/// [`take`] with content that was already captured.
///
/// # Errors
///
/// Those of [`Captured::write`].
pub fn take_captured(mut captured: Captured<'_>, request: &Request) -> Result<Taken> {
    let repo = captured.repo;
    let built = captured.build()?;
    let last = stored::last_of(repo, &repo.worktree_name())?;
    if let Some(last) = last.filter(|last| last.about.head == captured.head)
        && holds(repo, &last, &built)
        && keeps_alive(repo, &last, &captured.named)
    {
        return Ok(Taken { snapshot: last, state: built.state, created: false });
    }
    let about = Metadata {
        kind: request.kind,
        message: request.message.clone(),
        at: request.at,
        by: request.by.clone(),
        worktree: repo.worktree_name(),
        head: captured.head.clone(),
        session: session::current(repo),
        tasks: request.tasks.clone(),
    };
    let (written, ()) = captured.write_built(about, built, |_, _, _| Ok(()))?;
    let (snapshot, state) = written.publish(repo, &[])?;
    Ok(Taken { snapshot, state, created: true })
}

/// Whether `last` can be read and holds just what was built; where branches were is not part of it.
fn holds(repo: &Repo, last: &Snapshot, built: &Built) -> bool {
    let Ok(mut entries) = trees::entries(repo, last.tree) else { return false };
    entries.retain(|entry| entry.filename != REFS_LIST);
    let mut wanted = built.entries.clone();
    wanted.sort();
    entries == wanted && entries.iter().all(|entry| repo.has(entry.oid))
}

/// Whether all of `commits` are parents of `last`.
fn keeps_alive(repo: &Repo, last: &Snapshot, commits: &[ObjectId]) -> bool {
    let Ok(commit) = repo.read(last.commit) else { return false };
    let parents = commit.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix(b"parent "));
    let parents: Vec<ObjectId> = parents.filter_map(|hex| ObjectId::from_hex(hex).ok()).collect();
    commits.iter().all(|commit| parents.contains(commit))
}
