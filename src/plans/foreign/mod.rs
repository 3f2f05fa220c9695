//! The formats of other tools: one file and one row in [`FORMATS`] each.
//!
//! They are read with all that they contain: a reader refuses only what is no such file at all, and what it cannot take is in
//! [`Reading::left`]. They are written as far as they have places for what a plan says. [`lists`] and [`task`] read what most of
//! them have in common: lists of JSON objects whose keys have well-known names.

mod beads;
mod feature_list;
mod features;
mod keys;
mod lists;
mod ralph;
mod scope;
mod task;
mod task_master;
mod todo;
pub(super) mod words;

use std::fmt;

use super::{
    item::{Parent, Plan, Rough},
    left::Reading,
    node::{Node, What},
};
use crate::{domain::status::Status, plans::position::Wrong};

/// The formats. Of several that fit a document equally well, the first one counts.
pub(super) const FORMATS: [&Foreign; 6] =
    [&task_master::FORMAT, &ralph::FORMAT, &feature_list::FORMAT, &features::FORMAT, &beads::FORMAT, &todo::FORMAT];

/// The format of text that has a JSON object on each line.
pub(super) const JSON_LINES: &Foreign = &beads::FORMAT;

/// A format of another tool.
pub struct Foreign {
    /// The word for it on the command line and in JSON.
    pub(super) name: &'static str,
    /// How names of files end that are in it whatever they look like, in small letters.
    pub(super) extensions: &'static [&'static str],
    /// How well a JSON document fits, and the tasks that are in it.
    pub(super) fits: fn(&Node<'_>, &[Node<'_>]) -> Fit,
    /// Reads a text. [`Wrong`] for bad syntax, and where there are no tasks.
    pub(super) read: fn(&str) -> Result<Reading, Wrong>,
    /// Writes a plan; `None` if the format is only read.
    pub(super) write: Option<fn(&Plan) -> String>,
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// How well a document fits a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is in another one.
    No,
    /// It can be in this one, if no other fits better.
    Likely,
    /// It has what only this one has.
    Certain,
}

pub(super) use lists::normalize;

/// Which format of another tool the document `node` is in, if it is like one.
pub(super) fn recognise(node: &Node<'_>) -> Option<&'static Foreign> {
    let tasks = lists::list(node).unwrap_or_default();
    let first = tasks.iter().position(|task| matches!(task.what, What::Table(_)));
    let tasks = &tasks[first.unwrap_or(tasks.len())..];
    let fits = |format: &&Foreign| (format.fits)(node, tasks);
    // The first of the best: of equal ones the last would be taken.
    FORMATS.into_iter().rev().max_by_key(fits).filter(|best| fits(best) > Fit::No)
}

/// Whether only Task Master writes a document like `node`.
pub(super) fn is_task_master(node: &Node<'_>) -> bool {
    recognise(node).is_some_and(|format| format.name == task_master::FORMAT.name)
}

/// A feature that does not say where it stands is completed when nothing of it is left to do.
pub(super) fn follow(items: &mut [Rough]) {
    // Whether a part is completed, and whether one is open. Parts stand behind what they are parts of.
    let mut parts = vec![(false, false); items.len()];
    for at in (0..items.len()).rev() {
        let status = &mut items[at].content.status;
        if let (None, (true, false)) = (*status, parts[at]) {
            *status = Some(Status::Completed);
        }
        let status = status.unwrap_or_default();
        if let Parent::Within(above) = items[at].parent {
            parts[above].0 |= status == Status::Completed;
            parts[above].1 |= !status.is_closed();
        }
    }
}
