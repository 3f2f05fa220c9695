//! `blame`.

use super::{JsonForm as _, json, text_or_hex};
use crate::{
    domain::time::Timestamp,
    git::blame::Line,
    verbs::blame::{Blame, Share, Whose},
};

json! {
    /// `blame`.
    pub struct BlameAnswer from blame: &Blame<'_>, is_summary: bool {
        /// The commit on whose history lines and numbers are; null when there is none.
        tip: Option<String>,
        /// In the order of the file; absent with `--summary`.
        #[serde(skip_serializing_if = "Option::is_none")]
        lines: Option<Vec<BlameLine>> = (!is_summary).then(|| blame.lines.iter().map(|line| blame_line(blame, line)).collect()),
        /// How many lines are whose, most first. A line of several tasks counts for each.
        summary: Vec<BlameShare> = blame.shares().to_json(),
        /// The history is cut off (shallow clone), and some lines are from where it ends: they may be older.
        lower_bound: bool = blame.is_cut,
    }

    /// A line.
    struct BlameLine {
        /// Its number.
        line: usize,
        /// The commit that it is from; null when it is not committed.
        commit: Option<String>,
        /// git did not look further than this commit.
        boundary: bool,
        /// The tasks of the commit; of a line that is not committed the active ones.
        tasks: Vec<String>,
        /// n of `<task>@n` for the first of them.
        number: Option<usize>,
        /// The same for each of them.
        numbers: Vec<Option<usize>>,
        /// `Name <email>`; null when it is not committed.
        author: Option<String>,
        /// When it was written; null when it is not committed.
        at: Option<String>,
        /// Its number in the commit.
        original_line: usize,
        /// The name of the file in that commit. Absent if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        original_path: Option<String>,
        /// The bytes of that in hex, when it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        original_path_hex: Option<String>,
        /// The line, without its end. Absent when it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Its bytes in hex, when it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        text_hex: Option<String>,
    }

    /// How much of the file is whose.
    struct BlameShare from share: &Share {
        /// The task; null for lines of no task.
        task: Option<String>,
        /// Whether it is about lines that are committed.
        committed: bool,
        /// How many lines.
        lines: usize,
        /// From how many commits.
        commits: usize,
    }
}

fn blame_line(blame: &Blame<'_>, line: &Line) -> BlameLine {
    let (tasks, numbers) = match blame.whose(line) {
        Some(Whose::Committed(owners)) => {
            (owners.iter().map(|owner| owner.task.clone()).collect(), owners.iter().map(|owner| owner.number).collect())
        }
        Some(Whose::Uncommitted(active)) => (active.clone(), vec![None; active.len()]),
        None => (Vec::new(), Vec::new()),
    };
    let origin = &line.origin;
    let (original_path, original_path_hex) = text_or_hex(Some(&*line.original_path));
    let (text, text_hex) = text_or_hex(Some(&line.text));
    BlameLine {
        line: line.line,
        commit: origin.commit.to_json(),
        boundary: origin.boundary,
        tasks,
        number: numbers.first().copied().flatten(),
        numbers,
        author: origin.commit.map(|_| format!("{} {}", origin.author, origin.mail)),
        at: origin.commit.map(|_| Timestamp::from_seconds(origin.at).to_string()),
        original_line: line.original_line,
        original_path,
        original_path_hex,
        text,
        text_hex,
    }
}
