//! The states of a task and the table of legal moves between them.
//!
//! The one table serves both sides: a command that asks for an illegal move is refused, and the fold, which meets such a
//! move only when two clones acted at the same time, leaves it without effect.

use crate::domain::named::named;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

named! {
    /// The state of a task.
    #[derive(Default, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    pub enum Status {
        /// Not started, or paused.
        #[default]
        Pending = "pending",
        /// Started, and neither paused nor ended.
        InProgress = "in_progress",
        /// The work is done.
        Completed = "completed",
        /// The last attempt failed; it can be started again.
        Failed = "failed",
        /// It will not be done.
        Cancelled = "cancelled",
    }
}

named! {
    /// The actions that change the state of a task.
    pub enum Verb {
        /// Begin, or continue after a pause; after a failure a new attempt.
        Start = "start",
        /// Stop working on it without a result.
        Pause = "pause",
        /// Finish.
        Complete = "complete",
        /// Give up this attempt, with a reason.
        Fail = "fail",
        /// Do not do it at all.
        Cancel = "cancel",
        /// Make a closed task pending again.
        Reopen = "reopen",
    }
}

impl Status {
    /// The state after `verb`, or `None` when that move is illegal.
    ///
    /// |             | start       | pause   | complete  | fail   | cancel    | reopen  |
    /// |-------------|-------------|---------|-----------|--------|-----------|---------|
    /// | pending     | in_progress | –       | completed | failed | cancelled | –       |
    /// | in_progress | in_progress | pending | completed | failed | cancelled | –       |
    /// | completed   | –           | –       | –         | –      | –         | pending |
    /// | failed      | in_progress | –       | –         | –      | cancelled | pending |
    /// | cancelled   | –           | –       | –         | –      | –         | pending |
    pub fn after(self, verb: Verb) -> Option<Status> {
        use Status as S;
        use Verb as V;
        match (self, verb) {
            (S::Pending | S::InProgress | S::Failed, V::Start) => Some(S::InProgress),
            (S::InProgress, V::Pause) => Some(S::Pending),
            (S::Pending | S::InProgress, V::Complete) => Some(S::Completed),
            (S::Pending | S::InProgress, V::Fail) => Some(S::Failed),
            (S::Pending | S::InProgress | S::Failed, V::Cancel) => Some(S::Cancelled),
            (S::Completed | S::Failed | S::Cancelled, V::Reopen) => Some(S::Pending),
            _ => None,
        }
    }

    /// Completed or cancelled: nothing remains to be done.
    pub fn is_closed(self) -> bool {
        matches!(self, Status::Completed | Status::Cancelled)
    }

    /// The state in a sentence: `in progress`.
    pub fn in_words(self) -> &'static str {
        match self {
            Status::InProgress => "in progress",
            other => other.as_str(),
        }
    }

    /// The state called `word`; `-` may stand for `_`.
    pub fn parse(word: &str) -> Option<Status> {
        Status::from_word(&word.replace('-', "_"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Status::*, Verb::*, *};

    /// Every cell of the table, spelled out once more by hand.
    #[test]
    fn every_cell_of_the_table() {
        let verbs = [Start, Pause, Complete, Fail, Cancel, Reopen];
        let table = [
            (Pending, [Some(InProgress), None, Some(Completed), Some(Failed), Some(Cancelled), None]),
            (InProgress, [Some(InProgress), Some(Pending), Some(Completed), Some(Failed), Some(Cancelled), None]),
            (Completed, [None, None, None, None, None, Some(Pending)]),
            (Failed, [Some(InProgress), None, None, None, Some(Cancelled), Some(Pending)]),
            (Cancelled, [None, None, None, None, None, Some(Pending)]),
        ];
        for (from, row) in table {
            for (verb, to) in verbs.into_iter().zip(row) {
                assert_eq!(from.after(verb), to, "{from} --{verb}-->");
            }
        }
    }

    #[test]
    fn words_round_trip() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("in-progress"), Some(InProgress));
        assert_eq!(Status::parse("done"), None);
    }
}
