//! The formats that plans come in.

use super::{
    foreign::{self, write},
    item::Plan,
    json,
    left::Reading,
    markdown,
    node::{Node, What},
    toml,
};
use crate::plans::{native, position::Wrong};

/// How a plan is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Ours, for people: `[[task]]`.
    Toml,
    /// The same for programs: `{"schema":1,"tasks":[…]}`.
    Json,
    /// `features.json`: features with subtasks, their states and files.
    Features,
    /// `feature_list.json`: descriptions with steps that pass or do not.
    FeatureList,
    /// A checklist.
    Markdown,
    /// What `bd export` of beads writes: one JSON object a line.
    Beads,
    /// Task Master's `tasks.json`; only read.
    TaskMaster,
    /// The to-do list of an agent's own tools; only read.
    Todo,
    /// The `prd.json` of Ralph: stories that pass or do not; only read.
    Ralph,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 9] = [
        Format::Toml,
        Format::Json,
        Format::Features,
        Format::FeatureList,
        Format::Markdown,
        Format::Beads,
        Format::TaskMaster,
        Format::Todo,
        Format::Ralph,
    ];

    /// The word for it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Toml => "toml",
            Format::Json => "json",
            Format::Features => "features",
            Format::FeatureList => "feature-list",
            Format::Markdown => "markdown",
            Format::Beads => "beads",
            Format::TaskMaster => "task-master",
            Format::Todo => "todo",
            Format::Ralph => "ralph",
        }
    }

    /// The format called `word`.
    pub fn parse(word: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.as_str() == word)
    }

    /// The format of `text`, which came in a file that ends in `.extension`; `None` if it is like no plan.
    pub fn recognise(extension: Option<&str>, text: &str) -> Option<Format> {
        let extension = extension.map(str::to_ascii_lowercase);
        match extension.as_deref() {
            Some("toml") => Some(Format::Toml),
            Some("md" | "markdown" | "mdown") => Some(Format::Markdown),
            Some("jsonl" | "ndjson") => Some(Format::Beads),
            Some("json") => json_shape(text),
            _ => json_shape(text).or_else(|| text_shape(text)),
        }
    }

    /// Read `text`.
    ///
    /// # Errors
    ///
    /// [`Wrong`] for bad syntax; in our own formats also for what they do not have, and for texts that no task can hold.
    pub fn read(self, text: &str) -> Result<Reading, Wrong> {
        let items = match self {
            Format::Toml => native::read(&toml::parse(text)?)?,
            Format::Json => native::read(&json::parse(text)?)?,
            Format::Markdown => return markdown::read(text),
            _ => return foreign::read(self, text),
        };
        Ok(Reading { items, left: Vec::new() })
    }

    /// Whether it holds all that a plan can say.
    pub fn is_ours(self) -> bool {
        matches!(self, Format::Toml | Format::Json)
    }

    /// What writes a plan; nothing for formats that are only read.
    pub fn writer(self) -> Option<fn(&Plan) -> String> {
        match self {
            Format::Toml => Some(toml::write),
            Format::Json => Some(native::write),
            Format::Features => Some(write::features::write),
            Format::FeatureList => Some(write::feature_list::write),
            Format::Markdown => Some(markdown::write),
            Format::Beads => Some(write::beads::write),
            Format::TaskMaster | Format::Todo | Format::Ralph => None,
        }
    }
}

/// Which of the JSON formats `text` is. One that cannot be read is taken for ours, so that its reader says what is wrong.
fn json_shape(text: &str) -> Option<Format> {
    let first = text.trim_start().bytes().next()?;
    if !matches!(first, b'{' | b'[') {
        return None;
    }
    match json::parse_loose(text) {
        Ok(node) => shape_of(&node),
        Err(_) if is_jsonl(text) => Some(Format::Beads),
        // `[[task]]` begins like JSON, too.
        Err(_) if first == b'[' && text_shape(text).is_some() => None,
        Err(_) => Some(Format::Json),
    }
}

fn shape_of(node: &Node<'_>) -> Option<Format> {
    let has = |node: &Node<'_>, key: &str| node.get(key).is_some();
    let tasks = ["task", "tasks"].iter().find_map(|key| node.get(key));
    let (items, is_ours) = match (&node.what, tasks.map(|tasks| &tasks.what)) {
        (What::List(items), _) => (items.as_slice(), items.is_empty() || items.iter().all(native::is_task)),
        (_, Some(What::List(items))) => {
            (items.as_slice(), items.first().is_none_or(|task| has(task, "title")) || has(node, "schema"))
        }
        (_, tasks) => (&[][..], tasks.is_some()),
    };
    let foreign = foreign::shape_of(node);
    match foreign {
        Some(Format::TaskMaster) => foreign,
        _ if is_ours && !items.iter().any(|task| has(task, "passes")) => Some(Format::Json),
        _ => foreign,
    }
}

/// Whether the first line is a JSON object by itself.
fn is_jsonl(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.is_some_and(|line| line.starts_with('{') && json::parse_loose(line).is_ok())
}

fn text_shape(text: &str) -> Option<Format> {
    if text.lines().any(markdown::is_checkbox) {
        return Some(Format::Markdown);
    }
    let is_header =
        |line: &str| matches!(line.trim(), "[[task]]" | "[[tasks]]") || line.trim_start().starts_with("[[task");
    text.lines().any(is_header).then_some(Format::Toml)
}
