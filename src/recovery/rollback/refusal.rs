//! Why a rollback is refused, in words.

use super::{Conflict, RollbackPlan, RollbackTarget};
use crate::{
    domain::{
        rollback::{self, LaterCommit, Mode, Refusal, SkippedCommit},
        task::Task,
        text::{NAMED, list, oid, quoted_path, quoted_paths},
    },
    error::{Error, RollbackAdvice, TaskAdvice, codes},
    git::ObjectId,
};

/// Why a mode is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ModeRefusal {
    /// The history does not allow it.
    History(Refusal),
    /// The mode applies to whole commits, but the rollback is limited to paths.
    Paths(Mode),
    /// The mode reverts single commits, but a snapshot is a state of all files.
    Snapshot,
}

impl From<Refusal> for ModeRefusal {
    fn from(refusal: Refusal) -> Self {
        ModeRefusal::History(refusal)
    }
}

pub(super) fn of(why: ModeRefusal, task: &Task, to: &RollbackTarget, range: &[LaterCommit<ObjectId>]) -> Error {
    let (id, name) = (&task.id, to.full_name(&task.id));
    let which = |is: fn(&LaterCommit<ObjectId>) -> bool| {
        list(range.iter().filter(|commit| is(commit)).map(|commit| oid(commit.id)))
    };
    match why {
        ModeRefusal::History(Refusal::Foreign(mode)) => {
            let others = which(|commit| !commit.is_own());
            Error::new(
                codes::FOREIGN_COMMITS,
                format!("cannot {mode} to {name}: commits of other tasks came after it: {others}"),
            )
            .hint(RollbackAdvice::RevertOwn(id.to_string()))
            .hint(RollbackAdvice::AllowForeign)
        }
        ModeRefusal::History(Refusal::Published) => {
            let published = which(|commit| commit.published);
            Error::new(
                codes::PUBLISHED_COMMITS,
                format!("cannot rewind to {name}: a remote branch or a tag contains later commits: {published}"),
            )
            .hint(RollbackAdvice::RestoreWithoutRewrite)
            .hint(RollbackAdvice::AllowPublished)
        }
        ModeRefusal::History(Refusal::Rewritten) => {
            Error::new(codes::OTHER_HISTORY, format!("cannot rewind to {name}: it is not an ancestor of HEAD"))
                .hint(RollbackAdvice::Restore)
        }
        ModeRefusal::History(Refusal::BeforeRoot) => {
            Error::new(codes::NOTHING_BEFORE, format!("cannot rewind to {name}: there were no commits yet"))
                .hint(RollbackAdvice::RestoreNothing)
        }
        ModeRefusal::History(Refusal::NothingToRevert) if range.is_empty() => {
            Error::new(codes::NOTHING_TO_REVERT, format!("cannot roll back {id}: no commit came after {name}"))
                .hint(RollbackAdvice::Files)
        }
        ModeRefusal::History(Refusal::NothingToRevert) => Error::new(
            codes::NOTHING_TO_REVERT,
            format!("cannot roll back {id}: only commits of other tasks came after {name}"),
        )
        .hint(RollbackAdvice::SingleFiles)
        .hint(TaskAdvice::Checkpoints.about(id)),
        ModeRefusal::Snapshot => {
            let others = which(|commit| !commit.is_own());
            let why = match others.is_empty() {
                true => format!("cannot revert commits of {id} to {name}: a snapshot is the state of all files"),
                false => format!("cannot roll back {id} to {name}: commits of other tasks came after it: {others}"),
            };
            Error::new(codes::FOREIGN_COMMITS, why)
                .hint(RollbackAdvice::FilesKeepHead)
                .hint(RollbackAdvice::RewindForeign)
        }
        ModeRefusal::Paths(mode) => Error::new(
            codes::PATHS_WITHOUT_COMMITS,
            format!("cannot {mode} only some paths of {id}: a branch moves by whole commits"),
        )
        .hint(RollbackAdvice::ModesWithPaths),
    }
}

/// None of the paths is there, neither now nor at the checkpoint.
pub(super) fn no_such_path(plan: &RollbackPlan) -> Error {
    let why = format!("cannot roll back {}: neither {} nor the work tree has such a path", plan.task.id, plan.name());
    Error::new(codes::NO_SUCH_PATH, why).hint("paths are relative to the current directory, as in 'git add'")
}

/// All commits of the task that came after the checkpoint are skipped.
pub(super) fn nothing_left(plan: &RollbackPlan, skipped: &[SkippedCommit<ObjectId>]) -> Error {
    let id = &plan.task.id;
    let why = format!("cannot roll back {id}: none of its commits after {} can be reverted", plan.name());
    let reasons = skipped.iter().take(NAMED).map(|skipped| skip_reason(id.as_str(), skipped));
    Error::new(codes::NOTHING_TO_REVERT, why).hints(reasons)
}

/// Reverting the commits changes nothing.
pub(super) fn nothing_to_take_back(plan: &RollbackPlan) -> Error {
    let id = &plan.task.id;
    let why = format!("cannot roll back {id}: the changes of its commits after {} are already gone", plan.name());
    Error::new(codes::NOTHING_TO_REVERT, why).hint(TaskAdvice::Fate.about(id))
}

/// Why a commit is not reverted, as a sentence.
pub fn skip_reason(id: &str, skipped: &SkippedCommit<ObjectId>) -> String {
    let commit = oid(skipped.commit);
    match skipped.why {
        rollback::RevertSkipReason::Reverted => format!("{commit} is already reverted"),
        rollback::RevertSkipReason::Reverts => format!("{commit} only reverts other commits of {id}"),
        rollback::RevertSkipReason::Merge => format!("{commit} is a merge that also brings in commits of other tasks"),
        rollback::RevertSkipReason::Buried => format!("{commit} names {id}, but not in its final trailers"),
    }
}

/// The commits cannot be reverted.
pub(super) fn conflicts(task: &Task, conflicts: &[Conflict]) -> Error {
    let id = &task.id;
    let commit = conflicts.iter().find_map(|conflict| conflict.commits.first());
    let commit = commit.map(oid).unwrap_or_default();
    let paths = quoted_paths(conflicts.iter().map(|conflict| &conflict.path));
    let error = Error::new(
        codes::REVERT_CONFLICT,
        format!("cannot roll back {id}: {commit} cannot be reverted: later commits changed {paths}"),
    );
    let mut hints = Vec::new();
    for conflict in conflicts.iter().take(NAMED) {
        if let [_, later @ ..] = conflict.commits.as_slice()
            && !later.is_empty()
        {
            let path = quoted_path(&conflict.path);
            hints.push(format!("{path} was changed later by {}", list(later.iter().map(oid))));
        }
    }
    error.hints(hints).hint(RollbackAdvice::RevertOtherPaths)
}
