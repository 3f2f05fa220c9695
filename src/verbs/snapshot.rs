//! `snapshot`: save the worktree off the branch, restore what was saved, delete it.

use std::ffi::OsString;

use super::Caller;
use crate::{
    error::Result,
    git::{
        ObjectId, Repo,
        changed_paths::{Comparer, Difference},
        pathspec::Pathspecs,
        revwalk,
    },
    recovery::{
        Outcome,
        snapshot::{
            self, Snapshot, SnapshotKind, Taken,
            restore::{Trust, return_to},
        },
    },
};

pub use crate::hook::install::{Unguarded, unguarded_once};

/// Save the work tree, the index and unfinished merges; `message` is one line, and may be empty.
///
/// # Errors
///
/// `bare-repository`, `bad-actor`, those of [`snapshot::take`].
pub fn take(caller: &Caller, message: String) -> Result<Taken> {
    let repo = caller.repo();
    repo.require_work_dir("take a snapshot")?;
    let by = caller.actor()?.to_string();
    // A snapshot is taken when things go wrong; that must not depend on the ledger.
    let tasks = caller.active().unwrap_or_default();
    snapshot::take(repo, &snapshot::Request { kind: SnapshotKind::Manual, message, at: caller.now(), by, tasks })
}

/// What the files of `snapshot`, whose tree is `worktree`, are, other than in the commit that HEAD was.
///
/// # Errors
///
/// Those of [`Comparer::differences`].
pub fn against_head(repo: &Repo, snapshot: &Snapshot, worktree: ObjectId) -> Result<Vec<Difference>> {
    let head = snapshot.about.head.commit.map(|commit| revwalk::tree(repo, commit)).transpose()?;
    Comparer::new(repo).differences(head, Some(worktree))
}

/// A snapshot to restore, and how much of it.
#[derive(Clone, Debug, Default)]
pub struct Restore {
    /// Its id, a unique prefix of it, or `snap@{N}`.
    pub id: String,
    /// `--foreign`: one that was not made in this repository; only its files are restored.
    pub foreign: bool,
    /// Limit to these pathspecs, relative to the current directory; empty: everything.
    pub paths: Vec<OsString>,
}

/// Restore the work tree and the index from a snapshot; HEAD stays.
///
/// # Errors
///
/// `bare-repository`, those of [`snapshot::find`] and [`return_to`].
pub fn restore(caller: &Caller, request: &Restore) -> Result<(Snapshot, Outcome)> {
    let repo = caller.repo();
    repo.require_work_dir("restore a snapshot")?;
    caller.put_back_snapshots()?;
    let snapshot = snapshot::find(repo, &request.id)?;
    let paths = Pathspecs::new(request.paths.clone());
    let trust = if request.foreign { Trust::Foreign } else { Trust::Own };
    let outcome = caller.act(|author| return_to(repo, author, &snapshot, &paths, trust))?;
    Ok((snapshot, outcome))
}

/// Delete the snapshots whose ids begin with `words`, all or none of them.
///
/// # Errors
///
/// Those of [`snapshot::find`] and [`snapshot::remove`].
pub fn delete(caller: &Caller, words: &[String]) -> Result<Vec<Snapshot>> {
    let repo = caller.repo();
    caller.put_back_snapshots()?;
    let mut snapshots: Vec<Snapshot> = Vec::with_capacity(words.len());
    for word in words {
        let found = snapshot::find(repo, word)?;
        if snapshots.iter().all(|known| known.id != found.id) {
            snapshots.push(found);
        }
    }
    snapshot::remove(repo, &snapshots)?;
    Ok(snapshots)
}
