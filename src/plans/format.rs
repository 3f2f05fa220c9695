//! The formats that plans come in.

use super::{
    foreign::{self, Foreign},
    item::Plan,
    json,
    left::Reading,
    markdown,
    node::{Node, What},
    toml,
};
use crate::plans::{native, position::Wrong};

/// The format of a plan file.
#[derive(Clone, Copy, Debug)]
pub enum Format {
    /// Ours, for people: `[[task]]`.
    Toml,
    /// The same for programs: `{"schema":1,"tasks":[…]}`.
    Json,
    /// A Markdown checklist.
    Markdown,
    /// A format of another tool.
    Foreign(&'static Foreign),
}

impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Format {
    /// All formats, those of git-agent first.
    pub fn all() -> impl Iterator<Item = Format> {
        let others = foreign::FORMATS.into_iter().map(Format::Foreign);
        [Format::Toml, Format::Json, Format::Markdown].into_iter().chain(others)
    }

    /// The word for it on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Toml => "toml",
            Format::Json => "json",
            Format::Markdown => "markdown",
            Format::Foreign(format) => format.name,
        }
    }

    /// The format with the name `word`.
    pub fn parse(word: &str) -> Option<Format> {
        Format::all().find(|format| format.as_str() == word)
    }

    /// The only format of files whose names end in `.extension`; `None` if their text tells.
    pub fn of_extension(extension: &str) -> Option<Format> {
        let extension = extension.to_ascii_lowercase();
        match extension.as_str() {
            "toml" => Some(Format::Toml),
            "md" | "markdown" | "mdown" => Some(Format::Markdown),
            other => {
                let is_its = |format: &&Foreign| format.extensions.contains(&other);
                foreign::FORMATS.into_iter().find(is_its).map(Format::Foreign)
            }
        }
    }

    /// The format of `text`, which came in a file that ends in `.extension`; `None` if it is like no plan.
    pub fn recognise(extension: Option<&str>, text: &str) -> Option<Format> {
        let is_json = extension.is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        extension
            .and_then(Format::of_extension)
            .or_else(|| json_shape(text))
            .or_else(|| text_shape(text).filter(|_| !is_json))
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
            Format::Foreign(format) => {
                let mut reading = (format.read)(text)?;
                foreign::follow(&mut reading.items);
                return Ok(reading);
            }
        };
        Ok(Reading { items, ..Reading::default() })
    }

    /// Whether it holds all that a plan can say.
    pub fn is_ours(self) -> bool {
        matches!(self, Format::Toml | Format::Json)
    }

    /// The function that writes a plan; `None` for formats that are only read.
    pub fn writer(self) -> Option<fn(&Plan) -> String> {
        match self {
            Format::Toml => Some(toml::write),
            Format::Json => Some(native::write),
            Format::Markdown => Some(markdown::write),
            Format::Foreign(format) => format.write,
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
        Ok(node) => {
            let mut plain = node.clone();
            foreign::normalize(&mut plain);
            // Ours has no tables of tasks.
            if plain == node { shape_of(&node) } else { foreign::recognise(&plain).map(Format::Foreign) }
        }
        Err(_) if is_jsonl(text) => Some(Format::Foreign(foreign::JSON_LINES)),
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
    let is_ours = is_ours && !items.iter().any(|task| has(task, "passes")) && !foreign::is_task_master(node);
    if is_ours { Some(Format::Json) } else { foreign::recognise(node).map(Format::Foreign) }
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
