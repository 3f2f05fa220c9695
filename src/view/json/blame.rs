//! `blame`.

use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA;
use crate::{
    domain::time::Timestamp,
    git::blame::Line,
    verbs::blame::{Blame, Share, Whose},
};

/// `blame`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BlameAnswer {
    schema: u32,
    /// The commit on whose history lines and numbers are; null when there is none.
    tip: Option<String>,
    /// In the order of the file; absent with `--summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<BlameLine>>,
    /// How many lines are whose, most first. A line of several tasks counts for each.
    summary: Vec<BlameShare>,
    /// The history is cut off (shallow clone), and some lines are from where it ends: they may be older.
    lower_bound: bool,
}

/// A line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BlameLine {
    /// Its number.
    pub line: usize,
    /// The commit that it is from; null when it is not committed.
    pub commit: Option<String>,
    /// git did not look further than this commit.
    pub boundary: bool,
    /// The tasks of the commit; of a line that is not committed the active ones.
    pub tasks: Vec<String>,
    /// n of `<task>@n` for the first of them.
    pub number: Option<usize>,
    /// The same for each of them.
    pub numbers: Vec<Option<usize>>,
    /// `Name <email>`; null when it is not committed.
    pub author: Option<String>,
    /// When it was written; null when it is not committed.
    pub at: Option<String>,
    /// Its number in the commit.
    pub original_line: usize,
    /// The name of the file in that commit. Absent if it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_path: Option<String>,
    /// The bytes of that in hex, when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_path_hex: Option<String>,
    /// The line, without its end. Absent when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its bytes in hex, when it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_hex: Option<String>,
}

/// How much of the file is whose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BlameShare {
    /// The task; null for lines of no task.
    pub task: Option<String>,
    /// Whether it is about lines that are committed.
    pub committed: bool,
    /// How many lines.
    pub lines: usize,
    /// From how many commits.
    pub commits: usize,
}

impl BlameLine {
    fn new(blame: &Blame<'_>, line: &Line) -> Self {
        let (tasks, numbers) = match blame.whose(line) {
            Some(Whose::Committed(owners)) => (
                owners.iter().map(|owner| owner.task.clone()).collect(),
                owners.iter().map(|owner| owner.number).collect(),
            ),
            Some(Whose::Uncommitted(active)) => (active.clone(), vec![None; active.len()]),
            None => (Vec::new(), Vec::new()),
        };
        let origin = &line.origin;
        let (original_path, original_path_hex) = super::text_or_hex(Some(&*line.original_path));
        let (text, text_hex) = super::text_or_hex(Some(&line.text));
        let author = || format!("{} {}", origin.author, origin.mail);
        BlameLine {
            line: line.line,
            commit: origin.commit.map(|commit| commit.to_string()),
            boundary: origin.boundary,
            tasks,
            number: numbers.first().copied().flatten(),
            numbers,
            author: origin.commit.map(|_| author()),
            at: origin.commit.map(|_| Timestamp::from_seconds(origin.at).to_string()),
            original_line: line.original_line,
            original_path,
            original_path_hex,
            text,
            text_hex,
        }
    }
}

impl BlameAnswer {
    /// The answer with how many lines each task has, and with the lines themselves unless only a summary is wanted.
    pub fn new(blame: &Blame<'_>, is_summary: bool) -> Self {
        let lines = (!is_summary).then(|| blame.lines.iter().map(|line| BlameLine::new(blame, line)).collect());
        let share = |share: Share| BlameShare {
            task: share.task,
            committed: share.committed,
            lines: share.lines,
            commits: share.commits,
        };
        BlameAnswer {
            schema: SCHEMA,
            tip: blame.tip.map(|tip| tip.to_string()),
            lines,
            summary: blame.shares().into_iter().map(share).collect(),
            lower_bound: blame.is_cut,
        }
    }
}
