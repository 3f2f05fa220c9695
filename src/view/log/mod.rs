//! A log: as text in the manner of `git log`, and as JSON.

mod date;
pub(crate) mod event_text;
mod json;
mod layout;
pub(crate) mod snapshots;
mod text;

pub use json::entry as json;
pub use layout::LogPage;

use crate::{query::log::Log, verbs::NO_LEDGER};

/// What the reader of `log` should know about what it does not show. That the ledger is elsewhere may have been said already.
pub fn remarks(log: &Log<'_>, ledger_is_said: bool) -> Vec<&'static str> {
    let is_cut = "this clone is shallow: older commits may be missing; to fetch them: git fetch --unshallow";
    let remarks = [(log.lacks_ledger() && !ledger_is_said, NO_LEDGER), (log.is_cut(), is_cut)];
    remarks.into_iter().filter(|(applies, _)| *applies).map(|(_, remark)| remark).collect()
}
