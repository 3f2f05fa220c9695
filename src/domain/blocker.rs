//! Blockers: named things outside the ledger that stand in a task's way.

use ulid::Ulid;

use super::{text::Text, time::Timestamp};

/// One open blocker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// `b-` and the last characters of the id of the event that named it.
    pub id: String,
    /// What stands in the way.
    pub text: Text,
    /// Since when.
    pub since: Timestamp,
}

impl Blocker {
    /// The id of the blocker that event `event` names.
    pub fn id_for(event: Ulid) -> String {
        let text = event.to_string().to_ascii_lowercase();
        format!("b-{}", &text[text.len() - 5..])
    }
}
