//! What 'git agent doctor --fix' and '--adopt' do for snapshots and operations.

use super::{
    gc,
    operation::{OpLog, PutBack, ReadError, Recorded, came_in_between},
    snapshot,
};
use crate::{
    domain::text::oid,
    error::{Error, Result, codes},
    git::{ObjectId, Repo, objects::Batch, revwalk, seal},
};

/// Take the snapshots and operations that are here, and were not made in this repository as far as it knows, for made here; answers
/// how many. Only a person can know that.
pub fn adopt(repo: &Repo) -> Result<usize> {
    let snapshots = snapshot::list(repo)?.snapshots;
    let mut ids: Vec<ObjectId> =
        snapshots.iter().filter(|snapshot| snapshot.is_foreign).map(|snapshot| snapshot.commit).collect();
    for log in OpLog::all(repo)? {
        let readable = log.entries().filter_map(Result::ok);
        let before = ids.len();
        ids.extend(readable.filter(|recorded| recorded.is_foreign).map(|recorded| recorded.commit));
        if ids.len() > before {
            log.remember()?;
        }
    }
    if !ids.is_empty() {
        seal::adopt(repo, &ids)?;
    }
    Ok(ids.len())
}

/// The chain of operations, made whole again; answers what was done, in sentences.
///
/// A commit of a chain whose objects a gc took while they were new keeps git's own gc from ever ending again. What is whole stays as
/// it is; what is not goes, and the commits that are gone are no longer parents.
///
/// # Errors
///
/// `operation-busy` when an operation comes in the meantime, or is in progress.
pub fn chains(repo: &Repo) -> Result<Vec<String>> {
    let mut done = Vec::new();
    for mut log in OpLog::all_remembered(repo)? {
        let worktree = log.worktree().to_owned();
        match log.put_back()? {
            PutBack::Unneeded => {}
            PutBack::Done => done.push(format!(
                "another program had replaced the operation log of worktree {worktree}; restored its last operation"
            )),
            PutBack::Gone(last) => done.push(format!(
                "another program replaced the operation log of worktree {worktree}, and its last operation, {}, no longer exists",
                oid(last)
            )),
        }
    }
    for log in OpLog::all(repo)? {
        if is_whole(repo, &log)? || log.has_foreign() {
            continue;
        }
        let lock = gc::lock(repo, &log)?;
        if lock.as_ref().is_some_and(|lock| !lock.is_held()) {
            return Err(Error::new(
                codes::OPERATION_BUSY,
                "an operation is running in a worktree whose log is damaged",
            )
            .hint("try again when it has finished"));
        }
        let (mut kept, mut gone) = (Vec::new(), 0);
        for entry in log.own() {
            match entry {
                Ok(recorded) => {
                    if is_complete(repo, &recorded)? {
                        kept.push(recorded);
                    } else {
                        gone += 1;
                    }
                }
                // What a newer version wrote is there, and not ours to drop.
                Err(ReadError::Unreadable(error)) => return Err(error),
                Err(_) => gone += 1,
            }
        }
        let mut batch = Batch::default();
        let change = log.shorten(&mut batch, &kept)?;
        batch.write_durable(repo)?;
        let moved = repo.refs().change_durably(repo, &[change], "git-agent: doctor");
        moved.map_err(|error| error.or(came_in_between))?;
        batch.secure(repo)?;
        let worktree = log.worktree();
        done.push(format!(
            "repaired the operations of worktree {worktree}: {} kept, {gone} lost with their contents",
            kept.len()
        ));
    }
    Ok(done)
}

/// Snapshots that another program deleted or replaced, restored; answers what was done, in sentences.
pub fn snapshots(repo: &Repo) -> Result<Vec<String>> {
    let taken = snapshot::put_back(repo)?;
    let back = match taken.restorable.len() {
        0 => None,
        1 => Some("restored 1 snapshot that another program had deleted or replaced".to_owned()),
        count => Some(format!("restored {count} snapshots that another program had deleted or replaced")),
    };
    let gone = taken.gone.iter().map(|name| format!("{name}, which another program deleted, no longer exists"));
    Ok(back.into_iter().chain(gone).collect())
}

/// Whether all that the chain leads to is there.
pub fn is_whole(repo: &Repo, log: &OpLog<'_>) -> Result<bool> {
    revwalk::is_connected(repo, log.tip().as_slice())
}

/// Whether both sides of the operation are there.
fn is_complete(repo: &Repo, recorded: &Recorded) -> Result<bool> {
    let trees: Vec<ObjectId> =
        [Some(recorded.before), Some(recorded.after), recorded.late].into_iter().flatten().collect();
    revwalk::is_connected(repo, &trees)
}
