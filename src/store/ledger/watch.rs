//! The ledger as this clone last left it: what another program removes from it since then is noticed, and protected from gc.
//!
//! `refs/agent/ledger/seen` moves with every write of ours, in the same transaction. Where the ledger is somewhere else, another
//! program wrote: `git notes`, a fetch with `+refs/notes/*:refs/notes/*`, `git update-ref`, an older backup. The same tip is
//! [`remembered`] in a file, for a fetch that overwrites every ref. What it added is as good
//! as ours; the state that had what it took away gets a ref of its own under `refs/agent/ledger/lost/`, for `doctor --fix`.

use super::{REF, View, merge::merge};
use crate::{
    error::Result,
    git::{ObjectId, RefChange, RefError, Repo, lock::Lock, reflog, refs::remembered},
    store::ledger::audit::{self, LostLines},
};

/// The ledger as this clone last left it.
pub const SEEN: &str = "refs/agent/ledger/seen";
/// States of the ledger that have what it has no more, by their ids.
const LOST: &str = "refs/agent/ledger/lost/";
/// Writes of ours begin so in the reflog.
pub(super) const REFLOG: &str = "git-agent: ";
/// How many moves of the ledger by other programs are examined.
const MOVES: usize = 32;

/// What has to move with the ledger when it goes from `tip` to `commit`; nothing where what another program did is not examined
/// yet.
pub(super) fn moves(repo: &Repo, tip: Option<ObjectId>, commit: ObjectId) -> Result<Option<RefChange>> {
    let seen = repo.find_ref(SEEN)?;
    let is_known = seen.is_none() || seen == tip;
    Ok(is_known.then(|| RefChange { name: SEEN.to_owned(), expected: seen, new: Some(commit) }))
}

/// Changes by other programs since this clone last wrote to the ledger.
#[derive(Debug, Default)]
pub struct Noticed {
    /// The events and texts that they removed.
    pub losses: Vec<LostLines>,
    /// The last tip that this clone wrote, if that commit no longer exists: what was lost is unknown then.
    pub gone: Option<ObjectId>,
}

/// What another program has done to the ledger since this clone last wrote to it. Told once, and again while there is no ledger at all;
/// [`lost`] tells again.
pub fn notice(repo: &Repo) -> Result<Noticed> {
    let mut noticed = Noticed::default();
    if left(repo)?.is_empty() {
        if repo.find_ref(REF)?.is_none() {
            noticed.losses = lost(repo)?.into_iter().flat_map(|(_, lost)| lost).collect();
        }
        return Ok(noticed);
    }
    let _queue = Lock::acquire(repo, &repo.agent_dir().join("ledger.lock"))?;
    // Another process may have written in the meantime.
    let left = left(repo)?;
    if left.is_empty() {
        return Ok(noticed);
    }
    let (seen, tip) = (repo.find_ref(SEEN)?, repo.find_ref(REF)?);
    let view = View::at(repo, tip)?;
    let mut changes = Vec::new();
    if seen != tip {
        changes.push(RefChange { name: SEEN.to_owned(), expected: seen, new: tip });
    }
    let mut kept: Vec<View<'_>> = Vec::new();
    let mut states = Vec::new();
    for from in left {
        noticed.gone = noticed.gone.or(Some(from).filter(|from| !repo.has(*from)));
        states.extend(former(repo, from)?);
    }
    for state in states {
        let Ok(state) = View::at(repo, Some(state)) else { continue };
        let mut is_kept = false;
        for kept in &kept {
            is_kept |= lost_of(&state, kept)?.is_empty();
        }
        let lost = if is_kept { Vec::new() } else { lost_of(&state, &view)? };
        if let Some(tip) = state.tip().filter(|_| !lost.is_empty()) {
            let name = format!("{LOST}{tip}");
            if repo.find_ref(&name)?.is_none() {
                changes.push(RefChange { name, expected: None, new: Some(tip) });
            }
            noticed.losses.extend(lost);
            kept.push(state);
        }
    }
    let told = match &changes[..] {
        [] => Ok(()),
        _ => repo.refs().change(repo, &changes, "git-agent: another program wrote to the ledger"),
    };
    match told {
        Err(RefError::Failed(error)) => return Err(error),
        // Told again by the next command then.
        Err(_) => {}
        Ok(()) => remembered::set(repo, REF, tip)?,
    }
    Ok(noticed)
}

/// Where git-agent left the ledger, if it is somewhere else now. A fetch of every ref replaces [`SEEN`] along with the ledger; what is
/// [`remembered`] it cannot reach.
fn left(repo: &Repo) -> Result<Vec<ObjectId>> {
    let mut left: Vec<ObjectId> = repo.find_ref(SEEN)?.into_iter().chain(remembered::of(repo, REF)).collect();
    left.dedup();
    if !left.is_empty() {
        let tip = repo.find_ref(REF)?;
        left.retain(|left| Some(*left) != tip);
    }
    Ok(left)
}

/// States that the ledger was in since it was at `seen`, newest first: that one, and those that the reflog knows to have been left
/// by other programs.
fn former(repo: &Repo, seen: ObjectId) -> Result<Vec<ObjectId>> {
    let moves = reflog::of_ref(repo, REF)?;
    let others = moves.iter().rev().take_while(|entry| entry.new != seen).take(MOVES);
    let left = others.filter(|entry| !entry.message.starts_with(REFLOG.as_bytes())).filter_map(|entry| entry.old);
    let mut states: Vec<ObjectId> = left.filter(|old| repo.has(*old)).collect();
    states.push(seen);
    states.dedup();
    Ok(states)
}

/// What `state` has and `other` does not.
fn lost_of(state: &View<'_>, other: &View<'_>) -> Result<Vec<LostLines>> {
    let Some(root) = state.root() else { return Ok(Vec::new()) };
    audit::lost_between(state.repo(), root, other.root())
}

/// Past states of the ledger with events that are still missing, and these events.
pub fn lost(repo: &Repo) -> Result<Vec<(ObjectId, Vec<LostLines>)>> {
    let view = View::now(repo)?;
    let mut states = Vec::new();
    for (_, tip) in repo.refs().list(repo, LOST)? {
        let lost = lost_of(&View::at(repo, Some(tip))?, &view)?;
        if !lost.is_empty() {
            states.push((tip, lost));
        }
    }
    Ok(states)
}

/// Restore all events that are known to be missing from [`lost`] and the history of the ledger. Answers how many.
pub fn bring_back(repo: &Repo) -> Result<usize> {
    notice(repo)?;
    let mut events = 0;
    let refs = repo.refs().list(repo, LOST)?;
    let mut states: Vec<ObjectId> = refs.iter().map(|(_, tip)| *tip).collect();
    let view = View::now(repo)?;
    states.extend(audit::lost_tips(&view)?);
    states.extend(audit::missing(&view, audit::Reach::Whole)?.0.into_iter().map(|missing| missing.commit));
    states.dedup();
    for state in states {
        events +=
            lost_of(&View::at(repo, Some(state))?, &View::now(repo)?)?.iter().map(|loss| loss.events).sum::<usize>();
        merge(repo, state)?;
    }
    let gone: Vec<RefChange> =
        refs.into_iter().map(|(name, tip)| RefChange { name, expected: Some(tip), new: None }).collect();
    if !gone.is_empty() {
        // Of one that is moved at this moment nothing is lost: it says nothing that is not in the ledger now.
        if let Err(RefError::Failed(error)) = repo.refs().change(repo, &gone, "git-agent: restored") {
            return Err(error);
        }
    }
    Ok(events)
}
