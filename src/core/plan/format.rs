//! The formats that plans come in.

use super::{
    beads, feature_list, features,
    item::{Plan, Rough},
    json, markdown,
    node::{Node, What},
    own,
    place::Wrong,
    task_master, todo, toml,
};

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
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 8] = [
        Format::Toml,
        Format::Json,
        Format::Features,
        Format::FeatureList,
        Format::Markdown,
        Format::Beads,
        Format::TaskMaster,
        Format::Todo,
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
    /// [`Wrong`] for what the format does not have, and for texts that no task can hold.
    pub fn read(self, text: &str) -> Result<Vec<Rough>, Wrong> {
        match self {
            Format::Toml => own::read(&toml::parse(text)?),
            Format::Json => own::read(&json::parse(text)?),
            Format::Features => features::read(&json::parse(text)?),
            Format::FeatureList => feature_list::read(&json::parse(text)?),
            Format::Markdown => markdown::read(text),
            Format::Beads => beads::read(text),
            Format::TaskMaster => task_master::read(&json::parse(text)?),
            Format::Todo => todo::read(&json::parse(text)?),
        }
    }

    /// What writes a plan; nothing for formats that are only read.
    pub fn writer(self) -> Option<fn(&Plan) -> String> {
        match self {
            Format::Toml => Some(toml::write),
            Format::Json => Some(own::write),
            Format::Features => Some(features::write),
            Format::FeatureList => Some(feature_list::write),
            Format::Markdown => Some(markdown::write),
            Format::Beads => Some(beads::write),
            Format::TaskMaster | Format::Todo => None,
        }
    }
}

/// Which of the JSON formats `text` is. One that cannot be read is taken for ours, so that its reader says what is wrong.
fn json_shape(text: &str) -> Option<Format> {
    let first = text.trim_start().bytes().next()?;
    if !matches!(first, b'{' | b'[') {
        return None;
    }
    match json::parse(text) {
        Ok(node) => shape_of(&node),
        Err(_) if is_jsonl(text) => Some(Format::Beads),
        // `[[task]]` begins like JSON, too.
        Err(_) if first == b'[' && text_shape(text).is_some() => None,
        Err(_) => Some(Format::Json),
    }
}

fn shape_of(node: &Node<'_>) -> Option<Format> {
    let has = |node: &Node<'_>, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    match &node.what {
        What::List(items) => match items.first() {
            None => Some(Format::Json),
            Some(item) if has(item, &["passes"]) => Some(Format::FeatureList),
            Some(item) if has(item, &["testStrategy", "details"]) && task_master::is_it(node) => {
                Some(Format::TaskMaster)
            }
            Some(item) if has(item, &["feature", "subtasks"]) => Some(Format::Features),
            Some(item) if has(item, &["issue_type", "dependencies"]) => Some(Format::Beads),
            Some(item) if has(item, &["title"]) => Some(Format::Json),
            Some(_) if todo::is_it(node) => Some(Format::Todo),
            Some(_) => None,
        },
        What::Table(_) if task_master::is_it(node) => Some(Format::TaskMaster),
        What::Table(_) if todo::is_it(node) => Some(Format::Todo),
        What::Table(_) if has(node, &["task", "tasks"]) => Some(Format::Json),
        What::Table(_) if has(node, &["feature", "subtasks"]) => Some(Format::Features),
        What::Table(_) if has(node, &["issue_type"]) => Some(Format::Beads),
        What::Table(_) => match &node.get("features")?.what {
            What::List(items) if items.iter().any(|item| has(item, &["passes"])) => Some(Format::FeatureList),
            _ => Some(Format::Features),
        },
        _ => None,
    }
}

/// Whether the first line is a JSON object by itself.
fn is_jsonl(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.is_some_and(|line| line.starts_with('{') && json::parse(line).is_ok())
}

fn text_shape(text: &str) -> Option<Format> {
    if text.lines().any(markdown::is_checkbox) {
        return Some(Format::Markdown);
    }
    let is_header =
        |line: &str| matches!(line.trim(), "[[task]]" | "[[tasks]]") || line.trim_start().starts_with("[[task");
    text.lines().any(is_header).then_some(Format::Toml)
}
