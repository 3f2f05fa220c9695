//! Snapshots whose refs another program deleted or replaced, restored while their objects still exist.
//!
//! `git fetch --prune '+refs/*:refs/*'` deletes every snapshot of this repository, and says nothing of it.

use std::collections::HashMap;

use super::{
    REFS,
    stored::{read, refs},
};
use crate::{
    error::{Error, Result, codes},
    git::{ObjectId, RefChange, RefError, Repo, refs::remembered, revwalk},
};

/// How often refs that another process moves meanwhile are read again.
const TRIES: usize = 3;

/// Snapshots of this repository that another program deleted or replaced.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// The ref updates that restore those whose objects still exist.
    pub restorable: Vec<RefChange>,
    /// The refs of those whose objects no longer exist.
    pub gone: Vec<String>,
}

/// Find snapshots of this repository whose refs another program deleted or replaced. Nothing is changed.
///
/// # Errors
///
/// When refs cannot be read.
pub fn taken(repo: &Repo) -> Result<Taken> {
    let mut taken = Taken::default();
    // Read in this order: one that is deleted meanwhile is forgotten before its ref goes.
    let present: HashMap<String, ObjectId> = refs(repo)?.into_iter().collect();
    for (name, tips) in remembered::below(repo, REFS) {
        let Some(&last) = tips.first() else { continue };
        let expected = present.get(&name).copied();
        if expected == Some(last) || expected.is_none() && repo.find_ref(&name)?.is_some() {
            continue;
        }
        // Half a snapshot behind a ref would keep git's own gc from ever ending.
        let is_ours = read(repo, &name, last).is_ok_and(|snapshot| !snapshot.is_foreign);
        match is_ours && revwalk::is_connected(repo, &[last])? {
            true => taken.restorable.push(RefChange { name, expected, new: Some(last) }),
            false => taken.gone.push(name),
        }
    }
    Ok(taken)
}

/// Restore the refs of [`taken`] snapshots whose objects still exist, and forget the others; answers both.
///
/// # Errors
///
/// `snapshot-raced` when another process keeps moving these refs; where they cannot be moved.
pub fn put_back(repo: &Repo) -> Result<Taken> {
    for _ in 0..TRIES {
        let taken = taken(repo)?;
        if !taken.restorable.is_empty() {
            match repo.refs().change_durably(repo, &taken.restorable, "git-agent: restore snapshots") {
                Ok(()) => {}
                Err(RefError::Moved) => continue,
                Err(RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error)) => {
                    return Err(error);
                }
            }
        }
        taken.gone.iter().try_for_each(|name| remembered::set(repo, name, repo.find_ref(name)?))?;
        return Ok(taken);
    }
    Err(Error::new(codes::SNAPSHOT_RACED, "another process keeps updating the snapshot refs").hint("try again"))
}
