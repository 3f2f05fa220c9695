//! `T@green`: the newest checkpoint that passed.

use crate::{
    domain::task::{Task, Verification},
    error::Result,
    git::{ObjectId, Repo, revwalk},
};

/// The number of the newest of `commits` that is verified: the newest verification of `task` on its tree passed.
pub(super) fn newest(repo: &Repo, task: &Task, commits: &[ObjectId]) -> Result<Option<usize>> {
    if task.verifications.is_empty() {
        return Ok(None);
    }
    for (at, commit) in commits.iter().enumerate().rev() {
        let tree = revwalk::tree(repo, *commit)?.to_string();
        if task.verification_of(&tree).is_some_and(Verification::passed) {
            return Ok(Some(at + 1));
        }
    }
    Ok(None)
}
