//! The page that the log is printed on: lines with the graph to their left, empty lines where they belong.

use std::collections::HashMap;

use bstr::{BString, ByteSlice as _};

use crate::{
    domain::time::Timestamp,
    git::log::Record,
    view::{Style, sanitize},
};

use super::date::Dates;

/// What stands above, which decides about the empty line between.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Nothing,
    Line,
    Block,
}

/// The lines of a log for people.
pub struct LogPage {
    pub(super) style: Style,
    pub(super) dates: Dates,
    width: Option<usize>,
    /// What is on it, until it is taken.
    pub text: String,
    before: Before,
    /// How the graph goes on to the left.
    graph: BString,
    /// In which column of the graph the last commit of each task stood.
    lanes: HashMap<String, usize>,
    /// How long the last abbreviated object id was.
    pub(super) hash: usize,
}

impl LogPage {
    /// An empty page for a terminal of `width` columns, if it is one; with dates in the format that `git log --date` takes, or as
    /// ages at `now`.
    pub fn new(style: Style, width: Option<usize>, date: Option<&str>, now: Timestamp) -> Self {
        let (text, graph) = (String::new(), BString::default());
        LogPage {
            style,
            dates: Dates::new(date, now),
            width,
            text,
            before: Before::Nothing,
            graph,
            lanes: HashMap::new(),
            hash: 7,
        }
    }

    /// One line, the graph to its left.
    pub(super) fn line(&mut self, line: &str) {
        let graph = sanitize::painted(&self.graph.to_str_lossy());
        self.text.push_str(&graph);
        self.text.push_str(line.trim_end_matches(['\n', ' ']));
        if line.is_empty() {
            let end = self.text.trim_end_matches(' ').len();
            self.text.truncate(end);
        }
        self.text.push('\n');
    }

    /// An empty line where one belongs before `next`.
    pub(super) fn space(&mut self, next: Before) {
        if self.before == Before::Block || (self.before == Before::Line && next == Before::Block) {
            self.line("");
        }
        self.before = next;
    }

    /// The lines of graph above a commit.
    pub(super) fn above(&mut self, record: &Record) {
        for line in &record.above {
            self.text.push_str(&sanitize::painted(&line.to_str_lossy()));
            self.text.push('\n');
        }
        self.graph = record.graph.first().cloned().unwrap_or_default();
    }

    /// Remember that a commit of `tasks` stands in its lane of the graph.
    pub(super) fn remember(&mut self, record: &Record, tasks: &[String]) {
        if let Some(lane) = lane_of(record) {
            self.lanes.extend(tasks.iter().map(|task| (task.clone(), lane)));
        }
    }

    /// One line about an event of `task`, with a dot on the lane of its commits: that of `next`, which is the next one below and is one of
    /// them, or the one in which its last commit above stood, as far as that goes on.
    pub(super) fn event_on_lane(&mut self, task: &str, next: Option<&Record>, line: &str) {
        let lane = next.and_then(lane_of).or_else(|| self.lanes.get(task).copied());
        let graph = self.graph.clone();
        if let Some(at) = lane.and_then(|lane| byte_of(&graph, lane)).filter(|at| graph[*at] == b'|') {
            self.graph.splice(at..=at, "•".bytes());
        }
        self.line(line);
        self.graph = graph;
    }

    /// Go on to the right of the graph below the commit's first line: where lanes part it is one line further down.
    pub(super) fn go_on(&mut self, record: &Record, at: usize) {
        if let Some(graph) = record.graph.get(at).or(record.graph.last()) {
            self.graph = graph.clone();
        }
    }

    /// Whether lanes of the graph part or join on this line.
    pub(super) fn lanes_move(&self) -> bool {
        self.graph.iter().any(|b| matches!(b, b'\\' | b'/'))
    }

    /// The width of the terminal to the right of the graph.
    pub(super) fn room(&self) -> Option<usize> {
        let graph = String::from_utf8_lossy(&self.graph);
        let drawn = graph.chars().filter(|c| matches!(c, '*' | '|' | '/' | '\\' | '_' | '-' | '.' | ' ')).count();
        self.width.map(|width| width.saturating_sub(drawn))
    }

    pub(super) fn below(&mut self, changes: &str) {
        if !changes.is_empty() {
            self.line("");
            for line in changes.lines() {
                self.line(line);
            }
            self.before = Before::Block;
        }
    }
}

/// The column of the graph that a commit stands in.
fn lane_of(record: &Record) -> Option<usize> {
    let graph = record.graph.first()?;
    columns(graph).position(|at| graph[at] == b'*')
}

/// Where column `lane` of `graph` is.
fn byte_of(graph: &[u8], lane: usize) -> Option<usize> {
    columns(graph).nth(lane)
}

/// The places of the characters of `graph`, which are ASCII, without git's colours.
fn columns(graph: &[u8]) -> impl Iterator<Item = usize> {
    let mut is_color = false;
    graph.iter().enumerate().filter_map(move |(at, byte)| {
        let is_hidden = is_color || *byte == 0x1b;
        is_color = is_hidden && *byte != b'm';
        (!is_hidden).then_some(at)
    })
}
