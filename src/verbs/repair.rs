//! Link commits that lost their trailer to their task.

use super::Caller;
use crate::{
    commit_notes,
    domain::event::{Link, Payload, Unlink},
    error::{Error, Result, codes},
    git::ObjectId,
    query::{
        repair::{self, Found, Range},
        revision::Emptiness,
    },
    store::ledger::{Draft, View},
};

/// Which commits are examined.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Examine this range; `None`: the commits of HEAD since the ledger was created.
    pub range: Option<Range>,
    /// The range is the squash of the branch with this tip.
    pub squash_of: Option<ObjectId>,
    /// Find links, but do not record them.
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

/// `A..B`, `A..`, as git reads them; A and B may be checkpoints.
///
/// # Errors
///
/// `bad-range`, and those of [`commit`].
pub fn range(caller: &Caller, word: &str) -> Result<Range> {
    let Some((from, to)) = word.split_once("..").filter(|(from, to)| !from.is_empty() && !to.starts_with('.')) else {
        let message = format!("'{}' is not a range: --range takes A..B", word.escape_debug());
        return Err(Error::new(codes::BAD_RANGE, message).hint("'HEAD~20..HEAD' are the last 20 commits"));
    };
    let tip = if to.is_empty() { "HEAD" } else { to };
    Ok(Range { from: Some(commit(caller, from)?), tip: commit(caller, tip)? })
}

/// The commit that `word` names: a revision of git's, or a checkpoint.
///
/// # Errors
///
/// `bad-revision`, and those of [`Caller::asking`].
pub fn commit(caller: &Caller, word: &str) -> Result<ObjectId> {
    let words = caller.asking(&caller.view()?, Emptiness::NoCommits, |asker| asker.word(word.as_ref(), false))?;
    let revision = words.first().and_then(|word| word.to_str()).unwrap_or(word);
    caller.repo().resolve_commit(revision)?.ok_or_else(|| {
        let error =
            Error::new(codes::BAD_REVISION, format!("commit '{}' does not exist in this clone", word.escape_debug()));
        error.hint(if word.bytes().all(|b| b == b'0') {
            "an all-zero id means a branch that was just created: name the commit it was created from"
        } else {
            "fetch it first; for a pull request: git fetch origin refs/pull/<number>/head"
        })
    })
}
