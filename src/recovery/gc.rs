//! Expire old snapshots and operations. Only refs go; their objects live on until git's own gc prunes them.

use std::collections::BTreeSet;

use ulid::Ulid;

use super::{
    operation::{OpLog, OperationState, Recorded},
    snapshot::{self, Metadata, Snapshot, SnapshotKind},
};
use crate::{
    domain::{
        id::TaskId,
        retention::{self, Kept, Policy, Standing},
        time::Timestamp,
    },
    error::{Error, Result, codes},
    git::{
        ObjectId, RefChange, Repo,
        lock::Lock,
        objects::{self, Batch},
        revwalk,
    },
    store::ledger::View,
};

/// The snapshots and operations that expire, and those that are kept.
#[derive(Debug, Default)]
pub struct Expiry {
    /// Snapshots that expire, newest first.
    pub drop: Vec<Snapshot>,
    /// Snapshots that are kept, newest first.
    pub keep: Vec<Snapshot>,
    /// The operations of each worktree.
    pub chains: Vec<Chain>,
    /// Warnings about what was skipped.
    pub remarks: Vec<String>,
}

/// The operations of a worktree.
#[derive(Debug)]
pub struct Chain {
    /// `main`, or the name of a linked worktree.
    pub worktree: String,
    /// How many operations expire.
    pub drop: usize,
    /// Operations that are kept, newest first.
    pub keep: Vec<Recorded>,
    log: String,
    _lock: Option<Lock>,
}

/// The disk usage of snapshots and operations, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Objects that only snapshots and operations need.
    pub all: u64,
    /// The part of [`Room::all`] that only expiring ones need.
    pub freed: u64,
}

/// Determine which snapshots and operations expire under `policy`; nothing is changed.
pub fn plan(repo: &Repo, view: &View<'_>, now: Timestamp, policy: &Policy) -> Result<Expiry> {
    let mut plan = Expiry::default();
    let mut needed: BTreeSet<Ulid> = BTreeSet::new();
    for log in OpLog::all(repo)? {
        let entries = match log.own().collect::<Result<Vec<_>, _>>() {
            Ok(entries) => entries,
            Err(error) => {
                // What cannot be read may need any of them.
                plan.remarks.push(format!("nothing was dropped: {error}"));
                return Ok(plan);
            }
        };
        let chain = chain(repo, &log, entries, now, policy, &mut plan.remarks)?;
        needed.extend(chain.keep.iter().filter_map(|recorded| recorded.operation.snapshot));
        plan.chains.push(chain);
    }
    let listed = snapshot::list(repo)?;
    plan.remarks.extend(listed.damaged.iter().map(|(name, why)| format!("skipped {name}: {why}")));
    let foreign = listed.snapshots.iter().filter(|snapshot| snapshot.is_foreign).count();
    if foreign > 0 {
        plan.remarks.push(format!("skipped {foreign} snapshots that were not made in this repository"));
    }
    let kept: Vec<Kept> = listed
        .snapshots
        .iter()
        .filter(|snapshot| !snapshot.is_foreign)
        .map(|snapshot| {
            let Metadata { at, tasks, kind, worktree, .. } = &snapshot.about;
            let session_in = (*kind == SnapshotKind::Session).then(|| worktree.clone());
            Kept { id: snapshot.id, at: *at, tasks: tasks.clone(), session_in }
        })
        .collect();
    let standing = |id: &TaskId| -> Option<Standing> {
        let task = view.task(id).ok().flatten()?;
        Some(if task.status.is_closed() { Standing::Closed(task.updated_at) } else { Standing::Open })
    };
    let drop: BTreeSet<Ulid> =
        retention::snapshots_to_drop(&kept, standing, &needed, now, policy).into_iter().collect();
    (plan.drop, plan.keep) = listed.snapshots.into_iter().partition(|snapshot| drop.contains(&snapshot.id));
    Ok(plan)
}

fn chain(
    repo: &Repo,
    log: &OpLog<'_>,
    mut entries: Vec<Recorded>,
    now: Timestamp,
    policy: &Policy,
    remarks: &mut Vec<String>,
) -> Result<Chain> {
    let times: Vec<Timestamp> = entries.iter().map(|recorded| recorded.operation.at).collect();
    let all = entries.len();
    let mut keep = retention::operations_to_keep(&times, now, policy);
    let worktree = log.worktree().to_owned();
    let mut lock = None;
    if keep < all && log.has_foreign() {
        remarks.push(format!(
            "skipped the operations of worktree {worktree}: not all of them were made in this repository"
        ));
        keep = all;
    }
    if keep < all {
        lock = self::lock(repo, log)?;
        let is_busy = lock.as_ref().is_some_and(|lock| !lock.is_held());
        if is_busy || entries.first().is_some_and(|recorded| recorded.operation.state == OperationState::Begun) {
            remarks.push(format!(
                "skipped the operations of worktree {worktree}: one of them is running or was interrupted"
            ));
            keep = all;
        }
    }
    entries.truncate(keep);
    Ok(Chain { worktree, drop: all - keep, keep: entries, log: log.ref_name().to_owned(), _lock: lock })
}

/// The lock of the operations of `log`, held or not; `None`: the worktree is gone, with its lock, and no process works in it.
pub(super) fn lock(repo: &Repo, log: &OpLog<'_>) -> Result<Option<Lock>> {
    let git_dir = if log.is_main() {
        repo.common_dir().to_owned()
    } else {
        repo.common_dir().join("worktrees").join(log.worktree())
    };
    git_dir.is_dir().then(|| Lock::acquire(repo, &git_dir.join("agent/operation.lock"))).transpose()
}

/// Delete the refs of everything that expires, all or none.
///
/// # Errors
///
/// `gc-raced` when a snapshot or an operation was added or removed in the meantime.
pub fn carry_out(repo: &Repo, plan: &Expiry) -> Result<()> {
    let mut changes: Vec<RefChange> = plan
        .drop
        .iter()
        .map(|snapshot| RefChange { name: snapshot.ref_name(), expected: Some(snapshot.commit), new: None })
        .collect();
    let mut batch = Batch::default();
    let logs = OpLog::all(repo)?;
    for chain in plan.chains.iter().filter(|chain| chain.drop > 0) {
        if let Some(log) = logs.iter().find(|log| log.ref_name() == chain.log) {
            changes.push(log.shorten(&mut batch, &chain.keep)?);
        }
    }
    if changes.is_empty() {
        return objects::gc::drop_private(repo).map(drop);
    }
    batch.write_durable(repo)?;
    let moved = repo.refs().change_durably(repo, &changes, "git-agent: gc");
    let raced = || {
        Error::new(codes::GC_RACED, "a snapshot or an operation was added or removed in the meantime").hint("try again")
    };
    moved.map_err(|error| error.or(raced))?;
    batch.secure(repo)?;
    objects::gc::drop_private(repo).map(drop)
}

/// The disk usage of objects that only snapshots and operations need.
pub fn room(repo: &Repo, plan: &Expiry) -> Result<Room> {
    let snapshots = |list: &[Snapshot]| list.iter().map(|snapshot| snapshot.commit).collect::<Vec<_>>();
    let mut kept = snapshots(&plan.keep);
    for chain in &plan.chains {
        // A chain that stays whole is what leads to its newest operation.
        let kept_whole = chain.keep.first().filter(|_| chain.drop == 0);
        kept.extend(kept_whole.map(|newest| newest.commit));
        for recorded in chain.keep.iter().filter(|_| chain.drop > 0) {
            // The commit itself would bring those before it along.
            kept.extend([Some(recorded.before), Some(recorded.after), recorded.late].into_iter().flatten());
        }
    }
    let mut all = [snapshots(&plan.drop), snapshots(&plan.keep)].concat();
    all.extend(OpLog::all(repo)?.iter().filter_map(OpLog::tip));
    let (all, kept) = (usage(repo, &all)?, usage(repo, &kept)?);
    Ok(Room { all, freed: all.saturating_sub(kept) })
}

/// The bytes of all that can be reached from `objects`, and from nothing of the user's.
fn usage(repo: &Repo, objects: &[ObjectId]) -> Result<u64> {
    // git ends at an object that is missing: then the room is not known, and 'doctor' tells why.
    Ok(revwalk::disk_usage(repo, objects)?.unwrap_or(0))
}
