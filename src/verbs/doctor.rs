//! What may be wrong, and repairs that lose nothing.

use super::{
    Caller,
    host::installed::{self, HostStatus},
};
use crate::{doctor, domain::text::plural, error::Result, hook, recovery::heal, store::ledger::watch};

pub use crate::doctor::{Check, Depth, Index, Level};

/// How much to examine, and what to repair first.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Whether to check the whole history of the ledger as well.
    pub depth: Depth,
    /// Whether to rebuild the indexes of the ledger and of the history.
    pub index: Index,
    /// Repair what can be repaired without loss: events that another program removed, broken operation logs, and
    /// notes about commits that can never be recorded.
    pub fix: bool,
    /// Trust all existing snapshots and operations as made here.
    pub adopt: bool,
}

/// The findings, and what was repaired.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The findings about the repository, in the order in which they are shown.
    pub checks: Vec<Check>,
    /// The agent hosts on this machine.
    pub hosts: Vec<HostStatus>,
    /// What was repaired, in sentences without a full stop.
    pub fixed: Vec<String>,
}

/// Examine the repository. A ledger that cannot be read is a finding.
///
/// # Errors
///
/// With `fix` and `adopt`, those of [`crate::git::Refs::symbolic`], [`heal::adopt`], [`watch::bring_back`], [`heal::chains`], [`heal::snapshots`] and
/// `hook::Intake::forget`.
pub fn doctor(caller: &Caller, request: &Request) -> Result<Answer> {
    let repo = caller.repo();
    let mut fixed = Vec::new();
    if request.fix {
        // They keep everything else from being read.
        for (name, target) in repo.refs().symbolic(repo)? {
            repo.refs().delete_symbolic(repo, &name)?;
            fixed.push(format!("deleted the symbolic ref {name}, to {target}"));
        }
    }
    if request.adopt {
        fixed.push(match heal::adopt(repo)? {
            1 => "accepted 1 snapshot or operation as made here".to_owned(),
            count => format!("accepted {count} snapshots or operations as made here"),
        });
    }
    if request.fix {
        let events = watch::bring_back(repo)?;
        fixed.extend((events > 0).then(|| format!("restored {} to the ledger", plural(events, "event"))));
        fixed.extend(heal::chains(repo)?);
        fixed.extend(heal::snapshots(repo)?);
        let mut intake = hook::take_in(repo, caller.now());
        let recorded = plural(intake.recorded, "commit");
        fixed.extend((intake.recorded > 0).then(|| format!("recorded {recorded}")));
        let forgotten = intake.forget()?;
        let commits = plural(forgotten, "commit");
        fixed.extend((forgotten > 0).then(|| format!("dropped {commits} that can never be recorded")));
    } else {
        caller.notice();
    }
    let checks = doctor::examine(repo, request.depth, request.index, caller.now());
    let hosts =
        installed::places(Some(repo)).map_or_else(|_| Vec::new(), |places| installed::found(Some(repo), &places));
    Ok(Answer { checks, hosts, fixed })
}
