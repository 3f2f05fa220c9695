//! Whether an operation was interrupted, asked by every prompt: without reading an object in the common case.
//!
//! A [`Cache`] in the git directory of the worktree is about the newest operation that was seen to be at its end. While the chain
//! still ends there, nothing is interrupted.

use super::operation::OpLog;
use crate::{error::Result, git::Repo, recovery::execute, store::cache::Cache};

const MAGIC: &[u8; 8] = b"gaended\x02";

/// Whether the newest operation of this worktree was begun, is not at its end, and no process is running it.
///
/// # Errors
///
/// Those of [`OpLog::of`] and of [`OpLog::interrupted`].
pub fn is_interrupted(repo: &Repo) -> Result<bool> {
    let log = OpLog::of(repo)?;
    let Some(tip) = log.tip() else { return Ok(false) };
    let cache = Cache::new(repo.worktree_agent_dir().join("ended"), MAGIC);
    let key = tip.to_string();
    if cache.read_about(key.as_bytes()).is_some() {
        return Ok(false);
    }
    if log.interrupted()?.is_some() {
        return Ok(execute::interrupted(repo)?.is_some());
    }
    // What is not ours is examined each time: this file is a proof that the chain was ours.
    if log.own().next().is_none_or(|newest| newest.is_ok_and(|newest| newest.commit != tip)) {
        return Ok(false);
    }
    cache.write(repo, key.as_bytes(), &[]);
    Ok(false)
}
