//! `gc`: expire old snapshots and operations.

use super::Caller;
use crate::{
    error::Result,
    recovery::{
        gc::{self, Expiry, Room},
        snapshot,
    },
};

/// Expire old snapshots and operations; with `dry_run` only find out which.
///
/// # Errors
///
/// Those of [`gc::plan`], [`gc::room`] and [`gc::carry_out`].
pub fn gc(caller: &Caller, dry_run: bool) -> Result<(Expiry, Room)> {
    let repo = caller.repo();
    let view = caller.view()?;
    if !dry_run {
        caller.put_back_snapshots()?;
    }
    let expiry = gc::plan(repo, &view, caller.now(), &repo.settings().retention())?;
    let room = gc::room(repo, &expiry)?;
    if !dry_run {
        gc::carry_out(repo, &expiry)?;
        // Fewer files are better, not needed.
        snapshot::tidy(repo).ok();
    }
    expiry.remarks.iter().for_each(|remark| caller.warn(remark));
    Ok((expiry, room))
}
