//! `t-7k3fq@2`: a task and one of its checkpoints, as a word on the command line.

pub(crate) mod word;

pub use word::{Dots, End, Word};

use crate::domain::named::named;
use std::fmt;

/// A checkpoint name, split at the last `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec<'w> {
    /// The task's id, or a prefix of it; `None`: the active task.
    pub task: Option<&'w str>,
    /// The checkpoint; `None` if only a task is named.
    pub which: Option<Which>,
}

/// A state of a task on a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Its n-th commit, counted from 1, the oldest.
    Number(usize),
    /// Its newest commit.
    Last,
    /// The state before it was started.
    Start,
    /// Its newest commit whose tree passed a verification.
    Green,
}

named! {
    /// How `@start`, the state before a task began, was found.
    pub enum Rule {
        /// `start` recorded the commit, and it is on this history.
        Recorded = "recorded",
        /// It is not, or nothing was recorded: the first parent of the task's oldest commit.
        Rewritten = "rewritten",
        /// It is not, and the task has no commit here: where the recorded history and this one part.
        MergeBase = "merge-base",
        /// It is not on this history, which a shallow clone cuts off: it may be behind the end. The first parent of the task's oldest commit
        /// that is here.
        CutOff = "cut-off",
        /// `start` was on an unborn branch.
        Unborn = "unborn",
    }
}

/// The part after `@` is not a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'@' must be followed by a number, 'start', 'last' or 'green', not '{}'", .0.escape_debug())]
pub struct InvalidSpec(String);

impl<'w> Spec<'w> {
    /// Read `word`: `<task>`, `<task>@<checkpoint>` or `@<checkpoint>`.
    ///
    /// # Errors
    ///
    /// [`InvalidSpec`] if what follows the last `@` names no checkpoint.
    pub fn parse(word: &'w str) -> Result<Self, InvalidSpec> {
        let Some((task, which)) = word.rsplit_once('@') else {
            return Ok(Spec { task: Some(word).filter(|word| !word.is_empty()), which: None });
        };
        let which = match which {
            "last" => Which::Last,
            "start" => Which::Start,
            "green" => Which::Green,
            digits if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
                // No task has as many commits as do not fit.
                Which::Number(digits.parse().unwrap_or(usize::MAX))
            }
            other => return Err(InvalidSpec(other.to_owned())),
        };
        Ok(Spec { task: Some(task).filter(|task| !task.is_empty()), which: Some(which) })
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Another number than the one that was read.
            Which::Number(usize::MAX) => f.write_str("…"),
            Which::Number(n) => n.fmt(f),
            Which::Last => f.write_str("last"),
            Which::Start => f.write_str("start"),
            Which::Green => f.write_str("green"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_a_task_a_checkpoint_or_both() {
        let parsed = |word: &'static str| Spec::parse(word).map(|spec| (spec.task, spec.which));
        assert_eq!(parsed("t-1"), Ok((Some("t-1"), None)));
        assert_eq!(parsed("t-1@3"), Ok((Some("t-1"), Some(Which::Number(3)))));
        assert_eq!(parsed("t-1@0"), Ok((Some("t-1"), Some(Which::Number(0)))));
        assert_eq!(parsed("t-1@last"), Ok((Some("t-1"), Some(Which::Last))));
        assert_eq!(parsed("@start"), Ok((None, Some(Which::Start))));
        assert_eq!(parsed("t@99999999999999999999"), Ok((Some("t"), Some(Which::Number(usize::MAX)))));
        assert_eq!(parsed("a@b@green"), Ok((Some("a@b"), Some(Which::Green))));
        assert_eq!(parsed(""), Ok((None, None)));
        for word in ["t-1@", "t-1@-1", "t-1@Last", "t-1@1~", "@", "t-1@ 1", "t-1@{1}"] {
            assert!(Spec::parse(word).is_err(), "{word}");
        }
        assert_eq!(Which::Number(7).to_string() + &Which::Start.to_string(), "7start");
    }
}
