//! Writing through a remote: its compare-and-swap decides, not ours.
//!
//! Of many clones that claim at once, each task must go to exactly one. So the claim is decided on what the remote has,
//! pushed before it is taken here, and discarded if another push was first.

use super::{
    Direction,
    exchange::{PUSHES, overtaken, pause, sync},
};
use crate::{
    error::Result,
    git::{
        Repo,
        remote::{self, Run, Transfer},
    },
    store::ledger::{self, Draft, EventAuthor, Prepared, View, Written, merge},
};

/// Let `decide` examine the ledger as the remote has it and write what it says, there and here.
///
/// # Errors
///
/// Whatever `decide` refuses; what git says when the remote cannot be reached; `push-overtaken` when others were faster time
/// after time. Nothing is written here then, nor there, unless the connection broke when the remote had written it.
pub fn write_through<T>(
    repo: &Repo,
    remote: &str,
    author: &EventAuthor<'_>,
    mut decide: impl FnMut(&View<'_>) -> Result<(Draft, T)>,
) -> Result<(Written, T)> {
    for attempt in 1..=PUSHES {
        sync(repo, remote, Direction::Fetch, Run::Whole, author.actor)?;
        let view = View::now(repo)?;
        let (draft, answer) = decide(&view)?;
        if draft.events.is_empty() {
            return Ok((Written::default(), answer));
        }
        let prepared = Prepared::new(&view, author, draft)?;
        prepared.store(repo)?;
        // A connection that breaks while the remote writes leaves it open.
        let pushed = remote::push(repo, remote, &prepared.commit().to_string(), ledger::REF, Run::Whole)
            .map_err(|error| error.hint("the next sync shows whether the claim arrived"))?;
        match pushed {
            Transfer::Done | Transfer::UpToDate => {
                // It is final now. If another process has written here in the meantime, both are merged.
                merge::merge(repo, prepared.commit())?;
                return Ok((prepared.written(repo)?, answer));
            }
            Transfer::Refused(error) => return Err(error.hint("nothing was claimed")),
            Transfer::Overtaken(_) => std::thread::sleep(pause(attempt)),
        }
    }
    Err(overtaken(remote).hint("nothing was claimed; try again"))
}
