//! A log: as text in the manner of `git log`, and as JSON.

mod date;
pub mod event_text;
mod json;
mod layout;
mod text;

pub use json::{answer, entry as json};
pub use layout::Page;

use crate::query::log::Log;

/// What the reader of `log` should know about what it does not show.
pub fn remarks(log: &Log<'_>) -> Vec<&'static str> {
    let lacks_ledger = "the commits name tasks, but this clone does not have their notes; \
                        'git agent init' fetches them now and from now on, 'git agent sync' only now";
    let is_cut = "this clone is shallow: older commits may be missing; 'git fetch --unshallow' gets them";
    let remarks = [(log.lacks_ledger(), lacks_ledger), (log.is_cut(), is_cut)];
    remarks.into_iter().filter(|(applies, _)| *applies).map(|(_, remark)| remark).collect()
}
