//! How a line of a list of tasks looks.

use crate::{
    cmd::{context::Ctx, ready},
    domain::{
        graph::{Graph, Obstacle},
        status::Status,
        summary::Summary,
        task::DEFAULT_PRIORITY,
        time::Timestamp,
    },
    view::{Row, Style, mark, pad, relative_time, shorten},
};

/// Deeper levels are not indented further, but named.
const DEEPEST: usize = 30;

/// The column of ids is not wider than this; a longer id moves what is behind it.
const WIDEST_ID: usize = 24;

/// How the lines of one list look.
pub(in crate::cmd) struct Look {
    style: Style,
    /// Of the column of ids.
    ids: usize,
    /// Of the terminal.
    width: Option<usize>,
}

impl Look {
    /// For a list of `rows`.
    pub fn new<'r>(ctx: &Ctx, rows: impl IntoIterator<Item = &'r Summary>) -> Self {
        let ids = rows.into_iter().map(|row| row.id.as_str().len()).max().unwrap_or(0);
        Look { style: ctx.style(), ids: ids.min(WIDEST_ID), width: ctx.out.width() }
    }

    /// The line of one task.
    pub fn line(&self, graph: &Graph<'_>, row: &Summary, now: Timestamp) -> String {
        self.line_with(Vec::new(), graph, row, 0, now)
    }

    /// The line of one task in a tree: a feature says how far it is.
    pub fn branch(&self, graph: &Graph<'_>, row: &Summary, depth: usize, now: Timestamp) -> String {
        let feature = graph.get(&row.id).filter(|_| graph.has_parts(&row.id));
        let progress = feature.map(|feature| graph.progress(feature)).filter(|progress| progress.total > 0);
        let mut first: Vec<String> = progress.map(|progress| format!("{}%", progress.percent())).into_iter().collect();
        if depth > DEEPEST {
            first.insert(0, format!("level {}", depth + 1));
        }
        self.line_with(first, graph, row, depth, now)
    }

    fn line_with(&self, first: Vec<String>, graph: &Graph<'_>, row: &Summary, depth: usize, now: Timestamp) -> String {
        let mut remarks = remarks(graph, row, now);
        if row.priority != DEFAULT_PRIORITY && !row.status.is_closed() {
            remarks.insert(0, format!("priority {}", row.priority));
        }
        remarks.splice(0..0, first);
        self.row(row, depth, &remarks)
    }

    /// The line of one task with `remarks` behind its title.
    pub fn row(&self, row: &Summary, depth: usize, remarks: &[String]) -> String {
        let style = self.style;
        let line = Row::new()
            .left(mark(row.status), |text: &str| style.status(row.status, text))
            .left(&" ".repeat(1 + 2 * depth.min(DEEPEST)), style)
            .left(&pad(row.id.as_str(), self.ids), |text: &str| style.id(text))
            .left(" ", style)
            .middle(&row.title);
        let remarks = remarks.join(", ");
        let line = line.remarks(&remarks, self.width, |text: &str| style.faint(text));
        line.render(self.width)
    }
}

/// What else there is to say about a task in one line.
fn remarks(graph: &Graph<'_>, row: &Summary, now: Timestamp) -> Vec<String> {
    match row.status {
        Status::InProgress => match (&row.claim, row.live_claim(now)) {
            (Some((by, _)), Some(_)) => {
                vec![format!("{by}, {}", relative_time::ago(now, Timestamp::from_millis(row.updated_at)))]
            }
            (Some((by, _)), None) => {
                vec![format!(
                    "{by}, no sign of life for {}",
                    relative_time::since(now, Timestamp::from_millis(row.updated_at))
                )]
            }
            (None, _) => Vec::new(),
        },
        Status::Failed => row.failure.clone().map(|why| shorten(&why, 60).into_owned()).into_iter().collect(),
        Status::Completed | Status::Cancelled => vec![relative_time::ago(now, Timestamp::from_millis(row.updated_at))],
        Status::Pending => {
            let mut waits = Vec::new();
            let mut remarks = Vec::new();
            for obstacle in graph.obstacles(row, now) {
                match obstacle {
                    Obstacle::Waits { on, .. } => waits.push(on.to_string()),
                    other => remarks.push(ready::say(&other)),
                }
            }
            if !waits.is_empty() {
                remarks.insert(0, format!("after {}", waits.join(", ")));
            }
            remarks
        }
    }
}
