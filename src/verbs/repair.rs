//! Link commits that lost their trailer to their task.

use super::Caller;
use crate::{
    commit_notes,
    domain::event::{Link, Payload, Unlink},
    error::Result,
    git::ObjectId,
    query::repair::{self, Found, Range},
    store::ledger::{Draft, View},
};

/// Which commits are examined.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Those of this range; otherwise those of HEAD since the ledger began.
    pub range: Option<Range>,
    /// They are the squash of what this commit is the tip of.
    pub squash_of: Option<ObjectId>,
    /// Change nothing.
    pub dry_run: bool,
}

/// Find the tasks of commits that name none, and record what is found.
///
/// # Errors
///
/// Those of [`repair::find`]; when the ledger cannot be written.
pub fn repair(caller: &Caller, request: &Request) -> Result<Found> {
    let find = |view: &View<'_>| -> Result<Found> {
        let mut active = Vec::new();
        for id in caller.active()? {
            active.extend(view.task(&id)?);
        }
        let (range, squash_of) = (request.range, request.squash_of);
        repair::find(view, &repair::Request { range, squash_of, active })
    };
    if request.dry_run {
        return find(&caller.view()?);
    }
    let (_, found) = caller.write(|view| {
        let found = find(view)?;
        let mut draft = Draft::nothing();
        for link in &found.links {
            let event = Link { commit: link.commit.to_string(), by: link.by.to_owned() };
            draft.and(&link.task, Payload::Link(event));
        }
        for link in &found.unlinks {
            let event = Unlink { commit: link.commit.to_string(), by: link.by.to_owned() };
            draft.and(&link.task, Payload::Unlink(event));
        }
        Ok((draft, found))
    })?;
    // Whatever became of the notes on commits.
    commit_notes::refresh_all(caller.repo(), caller.now())?;
    Ok(found)
}
