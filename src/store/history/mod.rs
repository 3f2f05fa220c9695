//! The commit graph and what its commits say of tasks, for exact answers about any history.
//!
//! A [`Past`] is the history of one commit: which commits of it name a task, in git's topological order; what is an
//! ancestor of what; what was reverted. Nothing in it depends on dates, depths, or first parents.
//!
//! What was read once is kept in a derived index ([`store`]): layers of facts about commits ([`layer`]), each of which adds
//! commits that the ones below do not have. A commit never changes, so a fact never does; which of them count is decided
//! for each tip, from the graph. What changes the graph itself or the reading (`refs/replace`, grafts, the boundary of a
//! shallow clone, `agent.trailerKey`) is part of the index's fingerprint ([`grafts`]). Without the index every answer is the
//! same: then the only layer is made in memory.

mod grafts;
mod layer;
mod progress;
mod query;
mod read;
mod store;
mod update;

pub use crate::store::history::query::Past;
pub use store::{HistoryState, forget, state};

use crate::{
    error::{Error, Result},
    git::{ObjectId, Repo},
    store::history::grafts::Overlay,
};
use layer::{Damaged, Layer, Pages};
use store::Known;

/// From this many commits that the index does not have on, it is written; fewer are read again each time.
const WRITE_FROM: usize = 512;

/// Why a question about the history has no answer.
#[derive(Debug)]
pub enum Fault {
    /// The index is damaged; the answer can be computed without it.
    Damaged,
    /// The history cannot be read.
    Because(Error),
}

impl From<Damaged> for Fault {
    fn from(_: Damaged) -> Self {
        Fault::Damaged
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Because(error)
    }
}

/// Ask `question` of the history of `tip`.
///
/// Reads the commits that the index does not know, and adds them to it if they are many. The question is asked again if
/// the index turns out to be damaged.
///
/// # Errors
///
/// `damaged-commit`; `environment` when a commit that must be here is missing.
pub fn ask<T>(repo: &Repo, tip: ObjectId, question: impl Fn(&Past) -> Result<T, Fault>) -> Result<T> {
    let overlay = Overlay::of(repo)?;
    let known = store::open(repo, &overlay).unwrap_or_default();
    let is_indexed = known.end() > 0;
    let answer = past(repo, &overlay, known, tip, WRITE_FROM).and_then(|past| question(&past));
    let answer = match answer {
        Err(Fault::Damaged) if is_indexed => {
            // Every reader would find it damaged. If it cannot be removed, it is read around.
            forget(repo).unwrap_or_default();
            past(repo, &overlay, Known::default(), tip, WRITE_FROM).and_then(|past| question(&past))
        }
        answer => answer,
    };
    answer.map_err(Error::from)
}

/// Whether a commit on the history of HEAD names the task `word`.
///
/// # Errors
///
/// Those of [`ask`]; `environment` when HEAD cannot be read.
pub fn is_named(repo: &Repo, word: &str) -> Result<bool> {
    let is_named = |tip| ask(repo, tip, |past| Ok(!past.naming(word.as_bytes())?.is_empty()));
    Ok(!word.is_empty() && repo.head()?.commit.map(is_named).transpose()?.unwrap_or_default())
}

/// Add all of the history of `tip` to the index, however little it is.
///
/// # Errors
///
/// As [`ask`].
pub fn index(repo: &Repo, tip: ObjectId) -> Result<()> {
    let overlay = Overlay::of(repo)?;
    let known = store::open(repo, &overlay).unwrap_or_default();
    past(repo, &overlay, known, tip, 1).map(drop).map_err(Error::from)
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Because(error) => error,
            Fault::Damaged => Error::bug("the history just read is inconsistent"),
        }
    }
}

/// The history of `tip` above `known`; what is not in it yet is added to the index from `write_from` commits on.
fn past(repo: &Repo, overlay: &Overlay, known: Known, tip: ObjectId, write_from: usize) -> Result<Past, Fault> {
    let grown = update::grow(repo, overlay, &known, tip)?;
    let layer = grown.facts.encode();
    if grown.facts.len() >= write_from {
        store::add(repo, overlay, &known, &grown, &layer);
    }
    let mut layers = known.layers;
    if grown.facts.len() > 0 {
        layers.push(Layer::new(Pages::of(layer))?);
    }
    Ok(Past { layers, trunk: grown.trunk, tip: grown.tip, shallow: overlay.shallow.clone() })
}
