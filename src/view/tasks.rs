//! Lists of tasks: one line a task.

use std::collections::{HashMap, HashSet};

use crate::{
    domain::{graph::Obstacle, id::TaskId, status::Status, summary::Summary, task::DEFAULT_PRIORITY, time::Timestamp},
    verbs::list::ListedTask,
    view::{ListRow, Style, id_width, list, mark_of, relative_time, shorten},
};

/// Deeper levels are not indented further, but named.
const DEEPEST: usize = 30;

/// The columns of a list of tasks.
pub struct Look {
    style: Style,
    /// The width of the column of ids.
    ids: usize,
    width: Option<usize>,
}

impl Look {
    /// A layout for a list of `rows`, `width` columns wide.
    pub fn new<'r>(style: Style, width: Option<usize>, rows: impl IntoIterator<Item = &'r Summary>) -> Self {
        Look { style, ids: id_width(rows.into_iter().map(|row| row.id.as_str()), width), width }
    }

    /// The line of one task, at `depth` of a tree. A feature with progress says how far it is.
    pub fn line(&self, listed: &ListedTask, depth: usize, now: Timestamp) -> String {
        let row = &listed.task;
        let mut first: Vec<String> = Vec::new();
        if depth > DEEPEST {
            first.push(format!("level {}", depth + 1));
        }
        first.extend(listed.progress.map(|progress| format!("{}%", progress.percent())));
        if row.priority != DEFAULT_PRIORITY && !row.status.is_closed() {
            first.push(format!("priority {}", row.priority));
        }
        first.extend(remarks(listed, now));
        if !row.labels.is_empty() {
            first.push(format!("[{}]", row.labels.join(", ")));
        }
        self.row(row, depth, !listed.obstacles.is_empty(), &first)
    }

    /// The line of one task, which may wait for something, with `remarks` behind its title.
    pub fn row(&self, row: &Summary, depth: usize, waits: bool, remarks: &[String]) -> String {
        let mark = mark_of(row.status, row.blockers > 0, waits);
        let paint = |style: Style, text: &str| style.status(row.status, text);
        let indent = " ".repeat(1 + 2 * depth.min(DEEPEST));
        let line = ListRow::of_task(self.style, (mark, paint), &indent, (row.id.as_str(), self.ids), &row.title);
        line.remarks(&remarks.join(", "), self.width).render(self.width)
    }
}

/// The remarks about a task in one line.
fn remarks(listed: &ListedTask, now: Timestamp) -> Vec<String> {
    let row = &listed.task;
    match row.status {
        Status::InProgress => in_progress(row, now),
        Status::Failed => row.failure.clone().map(|why| shorten(&why, 60).into_owned()).into_iter().collect(),
        Status::Cancelled => {
            let original = row.duplicate_of.as_ref().map(|original| format!("duplicate of {original}"));
            let when = relative_time::ago(now, Timestamp::from_millis(row.updated_at));
            original.into_iter().chain(why(row)).chain([when]).collect()
        }
        Status::Completed => vec![relative_time::ago(now, Timestamp::from_millis(row.updated_at))],
        Status::Pending => {
            let mut waits = Vec::new();
            let mut remarks = Vec::new();
            for obstacle in &listed.obstacles {
                match obstacle {
                    Obstacle::Waits { on, .. } => waits.push(on),
                    other => remarks.push(other.to_string()),
                }
            }
            if !waits.is_empty() {
                remarks.insert(0, format!("after {}", list(waits)));
            }
            remarks.extend(why(row));
            remarks
        }
    }
}

/// The holder of a task in progress, and whether it is blocked.
fn in_progress(row: &Summary, now: Timestamp) -> Vec<String> {
    let updated = Timestamp::from_millis(row.updated_at);
    let by = row.claim.as_ref().map(|(by, _)| match row.live_claim(now) {
        None if updated <= now => format!("{by}, no activity for {}", relative_time::since(now, updated)),
        // A clock that is ahead claims nothing.
        _ => format!("{by}, {}", relative_time::ago(now, updated)),
    });
    let blocked = (row.blockers > 0).then(|| Obstacle::Blocked(row.blockers).to_string());
    blocked.into_iter().chain(by).chain(why(row)).collect()
}

/// The reason for its state.
fn why(row: &Summary) -> Option<String> {
    row.why.as_ref().map(|why| shorten(why, 60).into_owned())
}

/// Features with their parts below them.
pub fn tree(look: &Look, tasks: &[ListedTask], now: Timestamp) -> String {
    let shown: HashSet<&TaskId> = tasks.iter().map(|row| &row.task.id).collect();
    let mut parts: HashMap<Option<&TaskId>, Vec<&ListedTask>> = HashMap::new();
    for row in tasks {
        let task = &row.task;
        let parent = task.parent.as_ref().filter(|parent| shown.contains(parent) && **parent != task.id);
        parts.entry(parent).or_default().push(row);
    }
    let mut text = String::new();
    let mut open: Vec<(&ListedTask, usize)> =
        parts.remove(&None).unwrap_or_default().into_iter().rev().map(|row| (row, 0)).collect();
    while let Some((row, depth)) = open.pop() {
        text.push_str(&look.line(row, depth, now));
        open.extend(
            parts.remove(&Some(&row.task.id)).unwrap_or_default().into_iter().rev().map(|row| (row, depth + 1)),
        );
    }
    // Subtasks of each other: a cycle that came by a merge.
    let left: HashSet<&TaskId> = parts.values().flatten().map(|row| &row.task.id).collect();
    let rest = tasks.iter().filter(|row| left.contains(&row.task.id));
    text + &rest.map(|row| look.line(row, 0, now)).collect::<String>()
}
