//! Restores a snapshot: its files and its index, on the current HEAD.

use std::collections::BTreeSet;

use crate::{
    error::{Advice, Error, Result, codes},
    git::{
        EntryKind, Head, ObjectId, Repo, changed_paths::Comparer, pathspec::Pathspecs, sparse::Sparse, state,
        tree::Trees,
    },
    recovery::{
        execute::{self, LockedWorktree, OperationAuthor, Outcome},
        in_progress,
        operation::{Operation, OperationKind, Touched},
        path_plan::{Flagging, Scope, Target, Untracked},
        snapshot::{self, Captured, Snapshot, WorktreeState},
    },
};
use bstr::{BString, ByteSlice as _};

/// How much of a snapshot is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Everything: it was made here.
    Own,
    /// Only files of the work tree, with git's modes, wherever it was made.
    Foreign,
}

/// Restore `paths`, or everything, from `snapshot`; HEAD stays. An unfinished merge, cherry-pick or revert is restored as well
/// if HEAD is the same, nothing else is in progress, and the restore is not limited to paths.
///
/// Files that are younger than the snapshot go into the snapshot that is taken first, unless they are, or were, ignored.
///
/// # Errors
///
/// `operation-in-progress`, `no-such-path`, `foreign-snapshot` for one that was not made here, and those of [`LockedWorktree::take`]
/// and [`execute::carry_out`].
pub fn return_to(
    repo: &Repo,
    author: &OperationAuthor<'_>,
    snapshot: &Snapshot,
    paths: &Pathspecs,
    trust: Trust,
) -> Result<Outcome> {
    if snapshot.is_foreign && trust == Trust::Own {
        return Err(refuse_foreign(snapshot).hint(Advice::ForeignFiles).hint(Advice::AdoptAll));
    }
    let held = snapshot::load(repo, snapshot)?;
    refuse_in_progress(repo, snapshot)?;
    let scope = if paths.is_everything() {
        Scope::Everything
    } else {
        let present = paths.present(repo, &[held.worktree, held.staged])?;
        if present.is_empty() {
            let why = format!("cannot restore snapshot {}: neither it nor the work tree has such a path", snapshot.id);
            return Err(Error::new(codes::NO_SUCH_PATH, why)
                .hint("paths are relative to the current directory, as in 'git add'")
                .hint(Advice::SnapshotFiles(snapshot.id.to_string())));
        }
        Scope::of(present)
    };
    let worktree = LockedWorktree::take(repo)?;
    let captured = &worktree.captured;
    let target = match trust {
        Trust::Own => own(repo, captured, held, scope, captured.head().clone())?,
        Trust::Foreign => foreign(repo, captured, held.worktree, &scope)?,
    };
    let title = format!("restore snapshot {}", snapshot.id);
    let operation = Operation::new(author, OperationKind::Restore, title, captured.head());
    execute::carry_out(worktree, author, operation, &target)
}

/// The error for a snapshot that was not made here.
pub fn refuse_foreign(snapshot: &Snapshot) -> Error {
    let why = format!("cannot restore snapshot {}: it was not made in this repository", snapshot.id);
    Error::new(codes::FOREIGN_SNAPSHOT, why).hint(Advice::ShowSnapshot(snapshot.id.to_string()))
}

/// Everything in `held`, which was made here, within `scope`; `head` is the current HEAD, or the one to restore.
///
/// # Errors
///
/// When the sparse checkout cannot be read.
pub fn own(repo: &Repo, captured: &Captured<'_>, held: WorktreeState, scope: Scope, head: Head) -> Result<Target> {
    let is_same_head = held.head == head;
    let keeps_state = !is_same_head || !captured.state().is_empty() || scope != Scope::Everything || has_steps(&held);
    let mut state = WorktreeState { head, ..held };
    if keeps_state {
        state.in_progress = captured.state().clone();
    }
    let rules = state.rules;
    // Without the rules nothing proves that what is not ignored now was not there, ignored.
    let untracked = if rules.is_some() { Untracked::BornLater } else { Untracked::MayBeOlder };
    Ok(Target { state, commit: None, scope, flags: Flagging::Exact, untracked, rules, sparse: Sparse::of(repo)? })
}

/// The files of the tree `worktree`, byte for byte as they are stored; whatever else there is stays unchanged. Files that git does not
/// know stay, too, and so does what a sparse checkout omits.
fn foreign(repo: &Repo, captured: &Captured<'_>, worktree: ObjectId, scope: &Scope) -> Result<Target> {
    let sparse = Sparse::of(repo)?;
    let trees = Trees::new(repo);
    let mut paths: BTreeSet<BString> = match scope {
        Scope::Everything => {
            let head = captured.head_tree().unwrap_or(ObjectId::empty_tree(worktree.kind()));
            let mut paths = BTreeSet::from_iter(Comparer::new(repo).differing(head, worktree)?);
            paths.extend(captured.changed().map(ToOwned::to_owned));
            paths
        }
        Scope::Paths(touched) => touched.iter().map(|touched| touched.path.clone()).collect(),
    };
    paths.retain(|path| sparse.contains(path.as_bstr()));
    let mut state = WorktreeState::plain(captured.head().clone(), worktree, worktree);
    state.in_progress = captured.state().clone();
    for path in &paths {
        match trees.find(worktree, path.as_bstr())?.map(|entry| entry.kind) {
            Some(EntryKind::BlobExecutable) => drop(state.raw.insert(path.clone(), 0o755)),
            Some(EntryKind::Blob | EntryKind::Link) => drop(state.raw.insert(path.clone(), 0o644)),
            _ => {}
        }
    }
    let is_module = |path: &BString| -> Result<bool> {
        Ok(trees.find(worktree, path.as_bstr())?.is_some_and(crate::git::tree::Entry::is_submodule))
    };
    let mut touched = Vec::new();
    for path in paths {
        let is_there = captured.on_disk(path.as_bstr())? == trees.find(worktree, path.as_bstr())?;
        if !is_there && !is_module(&path)? {
            touched.push(Touched { path, on_disk: true, in_index: false });
        }
    }
    let scope = Scope::Paths(touched);
    Ok(Target { state, commit: None, scope, flags: Flagging::Exact, untracked: Untracked::Kept, rules: None, sparse })
}

/// A rebase, an am session, a sequence of picks or a bisection is git's own to continue with: half of it is in refs and reflogs.
fn has_steps(state: &snapshot::WorktreeState) -> bool {
    let is_step = |name: &bstr::BString| {
        ["rebase-", "sequencer/", "BISECT_"].iter().any(|prefix| name.starts_with(prefix.as_bytes()))
    };
    state.in_progress.keys().any(is_step)
}

fn refuse_in_progress(repo: &Repo, snapshot: &Snapshot) -> Result<()> {
    let Some(operation) = state::in_progress(repo) else { return Ok(()) };
    let error = in_progress::refusal(&format!("cannot restore snapshot {}", snapshot.id), &operation);
    Err(error.hint(format!("to show one of its files: git show {}:worktree/<path>", snapshot.ref_name())))
}
