//! `--to`: the snapshot, or the time, that a task is rolled back to.

use crate::{
    domain::{id::TaskId, task::Task},
    error::{Error, Result, codes},
    git::{ObjectId, commit::Commit, date},
    query::revision,
    recovery::{
        rollback::RollbackTarget,
        snapshot::{self, Snapshot, restore::refuse_foreign},
    },
    store::ledger::View,
    verbs::Caller,
};

/// The state that `word` means: a snapshot by its id, or at a date the newest state of `task` that is not newer, be it a snapshot or one of
/// its commits on the history of `head`.
///
/// # Errors
///
/// `snapshot-not-found` when there is none, or it is of another task or worktree; `foreign-snapshot`, `ambiguous-snapshot`, `bad-date`.
pub(super) fn find(
    caller: &Caller,
    view: &View<'_>,
    task: &Task,
    family: &[TaskId],
    head: ObjectId,
    word: &str,
) -> Result<RollbackTarget> {
    let repo = caller.repo();
    let is_ours = |snapshot: &Snapshot| snapshot.about.tasks.iter().any(|id| family.contains(id));
    if let Some(snapshot) = snapshot::named(repo, word)? {
        let refuse = |why: String| {
            let id = snapshot.id;
            let hint = format!("'git agent snapshot restore {id}' restores it anyway; HEAD stays");
            Err(Error::new(codes::SNAPSHOT_NOT_FOUND, why).hint(hint))
        };
        let (id, worktree) = (snapshot.id, &snapshot.about.worktree);
        return match &snapshot {
            _ if snapshot.is_foreign => Err(refuse_foreign(&snapshot)),
            _ if *worktree != repo.worktree_name() => {
                refuse(format!("cannot roll back {}: snapshot {id} is from worktree {worktree}", task.id))
            }
            _ if !is_ours(&snapshot) => {
                refuse(format!("cannot roll back {}: it was not active when snapshot {id} was taken", task.id))
            }
            _ => Ok(of(snapshot)),
        };
    }
    // git takes 'parse@1' for the first of a month.
    if word.find('@').is_some_and(|at| at > 0) {
        let why = format!("'{}' is neither a snapshot nor a date", word.escape_debug());
        return Err(Error::new(codes::BAD_DATE, why).hint("to roll back to a checkpoint, name T@n instead of the task"));
    }
    let (now, until) = date::period(repo, Some("now"), Some(word))?;
    // git takes every text for a date: what it does not understand is now.
    let Some(until) = until.filter(|until| word.trim() == "now" || now.is_some_and(|now| *until < now)) else {
        let why = format!("'{}' is neither a snapshot nor a date in the past", word.escape_debug());
        return Err(Error::new(codes::BAD_DATE, why)
            .hint(format!("'git agent log --snapshots {}' lists the snapshots of the task", task.id))
            .hint("dates are written as for 'git log --since': '10 minutes ago', 14:30, '2026-11-20 14:30'"));
    };
    let worktree = repo.worktree_name();
    let is_meant = |snapshot: &&Snapshot| {
        let is_here = !snapshot.is_foreign && snapshot.about.worktree == worktree;
        is_here && is_ours(snapshot) && snapshot.about.at.seconds() <= until
    };
    let snapshots = snapshot::list(repo)?.snapshots;
    let saved = snapshots.iter().filter(is_meant).max_by_key(|snapshot| (snapshot.about.at, snapshot.id));
    let commits = revision::on(view, Some(head), task)?;
    let mut committed = None;
    for (at, id) in commits.iter().enumerate().rev() {
        let commit = Commit::read(repo, *id)?;
        if commit.at <= until {
            committed = Some((at + 1, *id, commit.at));
            break;
        }
    }
    match (saved, committed) {
        (Some(saved), Some((_, id, at))) if saved.about.at.seconds() > at || saved.about.head.commit == Some(id) => {
            Ok(of(saved.clone()))
        }
        (_, Some((number, id, _))) => Ok(RollbackTarget {
            commit: Some(id),
            number: Some(number),
            rule: None,
            name: number.to_string(),
            snapshot: None,
        }),
        (Some(saved), None) => Ok(of(saved.clone())),
        (None, None) => {
            let why = format!("{} has no snapshot or checkpoint from that time or earlier", task.id);
            Err(Error::new(codes::SNAPSHOT_NOT_FOUND, why)
                .hint(format!("'git agent log --snapshots {}' lists its snapshots", task.id))
                .hints(task.base.as_ref().map(|_| revision::before_start(task))))
        }
    }
}

fn of(snapshot: Snapshot) -> RollbackTarget {
    let name = format!("snapshot {}", snapshot.id);
    RollbackTarget { commit: snapshot.about.head.commit, number: None, rule: None, name, snapshot: Some(snapshot) }
}
