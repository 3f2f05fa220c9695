//! What blocks a rollback before anything is planned, and a revert before it is carried out.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice as _};

use super::Request;
use crate::{
    domain::{
        id::TaskId,
        rollback::RevertStep,
        task::Task,
        text::{oid, quoted_paths},
    },
    error::{Advice, Error, Result, RollbackAdvice, TaskAdvice, codes},
    git::{
        ObjectId, Repo, revwalk,
        state::{self, Steps},
        tree::Trees,
        who,
    },
    recovery::{in_progress, snapshot},
    store::{active, ledger::View},
};

/// Refuse a rollback of `task`, whose commits are those of `family`, for reasons that hold for every checkpoint; answers HEAD's commit.
///
/// # Errors
///
/// `bare-repository`, `operation-in-progress`, `shared-worktree`, `unborn-head`.
pub fn check(view: &View<'_>, task: &Task, family: &[TaskId], request: &Request) -> Result<ObjectId> {
    let repo = view.repo();
    repo.require_work_dir("roll back")?;
    if let Some(found) = state::in_progress(repo)
        && (found.steps == Steps::Several || !request.abandon_merge)
    {
        let error = in_progress::refusal(&format!("cannot roll back {}", task.id), &found);
        let is_merge = found.steps == Steps::One;
        return Err(if is_merge { error.hint(RollbackAdvice::AbandonMerge) } else { error });
    }
    if !request.shared {
        shared(view, task, family)?;
    }
    repo.head()?.born(&format!("cannot roll back {}", task.id))
}

/// Other tasks that are active in this worktree: their uncommitted work would go, too.
fn shared(view: &View<'_>, task: &Task, family: &[TaskId]) -> Result<()> {
    let active = active::of_worktree(view.repo())?;
    let others: Vec<_> = active.iter().filter(|id| !family.contains(id)).collect();
    let [first, ..] = others.as_slice() else { return Ok(()) };
    let title = view.task(first)?.map(|other| format!(" ({})", other.title)).unwrap_or_default();
    let more = if others.len() > 1 { format!(" and {} more", others.len() - 1) } else { String::new() };
    let why = format!("cannot roll back {}: {first}{title}{more} is also active in this worktree", task.id);
    Err(Error::new(codes::SHARED_WORKTREE, why).hint(TaskAdvice::Pause.about(first)).hint(RollbackAdvice::Shared))
}

/// That the commits of `steps` have their parents here.
pub(super) fn complete(repo: &Repo, task: &Task, steps: &[RevertStep<ObjectId>]) -> Result<()> {
    let shallow = revwalk::shallow(repo)?;
    let Some(cut) = steps.iter().find(|step| shallow.contains(&step.commit)) else { return Ok(()) };
    let why = format!(
        "cannot roll back {}: this clone is shallow and does not have the parent of {}",
        task.id,
        oid(cut.commit)
    );
    Err(Error::new(codes::SHALLOW_HISTORY, why).hint("'git fetch --unshallow' fetches the rest of the history"))
}

/// That git knows who commits.
pub(super) fn identity(repo: &Repo, task: &Task) -> Result<()> {
    who::require(repo, || format!("cannot roll back {}", task.id))
}

/// That nothing which is not committed stands at `paths`, which a revert changes. `head` is HEAD's tree.
pub(super) fn dirty(repo: &Repo, task: &Task, head: ObjectId, paths: &[BString]) -> Result<()> {
    let targets: BTreeSet<&BString> = paths.iter().collect();
    let mut dirty: BTreeSet<BString> = uncommitted(repo)?.into_iter().filter(|path| meets(&targets, path)).collect();
    let trees = Trees::new(repo);
    for path in paths {
        dirty.extend(in_the_way(repo, &trees, head, path)?);
    }
    if dirty.is_empty() {
        return Ok(());
    }
    let why = format!(
        "cannot roll back {}: reverting its commits would touch uncommitted changes: {}",
        task.id,
        quoted_paths(&dirty)
    );
    Err(Error::new(codes::DIRTY_PATHS, why).hint(Advice::CheckpointFirst).hint(RollbackAdvice::OtherPaths))
}

/// Paths whose index entry or file is not that of HEAD, and those that git does not know, but for ignored ones and for those
/// whose files are skipped (skip-worktree).
fn uncommitted(repo: &Repo) -> Result<Vec<BString>> {
    let captured = snapshot::capture(repo)?;
    let mut paths = captured.uncommitted()?;
    paths.retain(|path| !captured.flags().get(path).is_some_and(|flags| flags.skip_worktree));
    paths.extend(captured.skipped().map(|skipped| skipped.path.clone()));
    Ok(paths)
}

/// Whether `path` is one of `targets`, or the directory of one, or in one.
fn meets(targets: &BTreeSet<&BString>, path: &BString) -> bool {
    let mut below = path.clone();
    below.push(b'/');
    let ancestors = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| BString::from(&path[..at]));
    targets.contains(path)
        || ancestors.into_iter().any(|directory| targets.contains(&directory))
        || targets.range::<&BString, _>(&below..).next().is_some_and(|target| target.starts_with(&below))
}

/// The file or link that is at `path`, or where a directory of it must be, without being in `head`: an ignored one.
fn in_the_way(repo: &Repo, trees: &Trees<'_>, head: ObjectId, path: &BString) -> Result<Option<BString>> {
    let ends = path.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| at).chain([path.len()]);
    for end in ends {
        let part = path[..end].as_bstr();
        let Some(file) = repo.in_work_dir(part) else { continue };
        let is_directory = match file.symlink_metadata() {
            Ok(meta) => meta.is_dir(),
            Err(_) => return Ok(None),
        };
        if !is_directory && trees.find(head, part)?.is_none() {
            return Ok(Some(part.to_owned()));
        }
    }
    Ok(None)
}
