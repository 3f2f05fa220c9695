//! Merge the ledgers of this clone and a remote.

use super::Caller;
use crate::{
    commit_notes,
    error::{Error, Result, codes},
    store::ledger,
    sync::{self, Direction, Run, Synced},
};

/// Which remote to synchronize with, and in which direction.
#[derive(Clone, Debug)]
pub struct Request {
    /// The remote; the upstream's, or origin, if not given.
    pub remote: Option<String>,
    /// Whether to fetch, to push, or both.
    pub direction: Direction,
    /// Only find out what it would do: no ref moves, and nothing is pushed.
    pub dry_run: bool,
}

/// The remote, and the outcome.
pub struct Answer {
    /// The name of the remote that was used.
    pub remote: String,
    /// What was fetched, merged and pushed; with [`Request::dry_run`], what would be.
    pub synced: Synced,
}

/// Fetch tasks from a remote, merge them, and push the result.
///
/// # Errors
///
/// `no-remote`, `no-such-remote`, those of git's fetch and push.
pub fn sync(caller: &Caller, request: &Request) -> Result<Answer> {
    let repo = caller.repo();
    let remote = match &request.remote {
        Some(remote) => remote.clone(),
        None => ledger::default_remote(repo)?.ok_or_else(|| {
            Error::new(codes::NO_REMOTE, "no remote is named, and this repository has no default one")
                .hint("name one: git agent sync <remote>; 'git remote -v' lists them")
        })?,
    };
    let run = if request.dry_run { Run::Dry } else { Run::Whole };
    let synced = sync::sync(repo, &remote, request.direction, run, &caller.actor()?)?;
    if !request.dry_run
        && commit_notes::is_on(repo)
        && let Err(why) = sync::sync_notes(repo, &remote, request.direction, caller.now())
    {
        caller.warn(format!("the tasks are in sync, but the notes on commits ({}) are not: {why}", commit_notes::REF));
    }
    Ok(Answer { remote, synced })
}
