//! `blame`.

use super::{JsonForm as _, json, text_or_hex};
use crate::{
    domain::time::Timestamp,
    git::blame::Line,
    verbs::blame::{Blame, Share, Whose},
};

json! {
    /// The answer of `blame`.
    pub struct BlameAnswer from blame: &Blame<'_>, is_summary: bool {
        /// The commit whose history checkpoints are counted on; null if there is none.
        tip: Option<String>,
        /// The lines of the file, in order; absent with `--summary`.
        #[serde(skip_serializing_if = "Option::is_none")]
        lines: Option<Vec<BlameLine>> = (!is_summary).then(|| blame.lines.iter().map(|line| blame_line(blame, line)).collect()),
        /// The number of lines of each task, the largest first. A line of several tasks counts for each.
        summary: Vec<BlameShare> = blame.shares().to_json(),
        /// The clone is shallow, and some lines come from its boundary: they may be older.
        lower_bound: bool = blame.is_cut,
    }

    /// An annotated line.
    struct BlameLine {
        /// The line number in the annotated revision.
        line: usize,
        /// The full id of the commit that it comes from; null if it is not committed.
        commit: Option<String>,
        /// Whether that is a boundary commit.
        boundary: bool,
        /// The tasks of the commit; for an uncommitted line the active tasks.
        tasks: Vec<String>,
        /// `n` of `<task>@n` for the first of `tasks`.
        number: Option<usize>,
        /// The number for each of `tasks`.
        numbers: Vec<Option<usize>>,
        /// `Name <email>` of the author; null if the line is not committed.
        author: Option<String>,
        /// The author date; null if the line is not committed.
        at: Option<String>,
        /// The line number in that commit.
        original_line: usize,
        /// The path of the file in that commit; absent if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        original_path: Option<String>,
        /// The bytes of that path in hex, if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        original_path_hex: Option<String>,
        /// The line without its end; absent if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The bytes of the line in hex, if it is not UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        text_hex: Option<String>,
    }

    /// The lines of one task.
    struct BlameShare from share: &Share {
        /// The id of the task; null for lines without a task.
        task: Option<String>,
        /// Whether these lines are committed.
        committed: bool,
        /// The number of lines.
        lines: usize,
        /// The number of commits that they come from.
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
