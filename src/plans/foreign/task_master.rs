//! Task Master's `tasks.json`, only read: numbered tasks with numbered subtasks, by themselves or in lists that have names (tags).
//!
//! ```json
//! {"master": {"tasks": [{"id": 2, "title": "Login", "status": "in-progress", "dependencies": [1],
//!                        "subtasks": [{"id": 1, "title": "Form", "status": "done"}]}]}}
//! ```
//!
//! Task 2 is `task-2` here, its first subtask `task-2.1`. The tasks of another tag than `master` are parts of a feature with its name.

use std::collections::HashSet;

use super::{Fit, Foreign, scope::Scope, task, task::Tool, words};
use crate::plans::{
    item::{Content, Parent, Rough},
    json,
    left::Reading,
    node::{Node, What},
    position::Wrong,
};

pub(super) const FORMAT: Foreign =
    Foreign { name: "task-master", extensions: &[], fits, read: |text| read(&json::parse_loose(text)?), write: None };

/// The list of a file without named lists.
const MASTER: &str = "master";

const TOOL: Tool = Tool { name: "Task Master", has_no_ids: true, has_categories: false, is_flat: false };

/// What only a task of Task Master has.
const THEIRS: [&str; 4] = ["dependencies", "subtasks", "details", "testStrategy"];
/// What only a task of our own plans has: where both stand, our reader says what it does not know.
const OURS: [&str; 5] = ["after", "parent", "files", "accept", "task"];

fn fits(node: &Node<'_>, tasks: &[Node<'_>]) -> Fit {
    let has_details = |task: &Node<'_>| task.get("testStrategy").is_some() || task.get("details").is_some();
    let is_certain = is_it(node) && (!is_list(node) || tasks.first().is_some_and(has_details));
    if is_certain { Fit::Certain } else { Fit::No }
}

/// Whether `node` is such a file, not one of our own plans.
fn is_it(node: &Node<'_>) -> bool {
    match node.get("tasks") {
        Some(tasks) => is_theirs(tasks),
        None if is_list(node) => is_theirs(node),
        None => tags(node).any(|(_, tag)| tag.get("tasks").is_some_and(is_list)),
    }
}

fn is_theirs(tasks: &Node<'_>) -> bool {
    let What::List(tasks) = &tasks.what else { return false };
    let has = |keys: &[&str]| tasks.iter().any(|task| keys.iter().any(|key| task.get(key).is_some()));
    let is_numbered = || tasks.iter().any(|task| task.get("id").is_some_and(|id| id.numeral().is_some()));
    (has(&THEIRS) || is_numbered()) && !has(&OURS)
}

fn is_list(node: &Node<'_>) -> bool {
    matches!(node.what, What::List(_))
}

fn tags<'n, 't>(node: &'n Node<'t>) -> impl Iterator<Item = (&'n str, &'n Node<'t>)> {
    let entries = match &node.what {
        What::Table(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|(name, tag)| (name.as_ref(), tag))
}

/// Read a whole document.
fn read(node: &Node<'_>) -> Result<Reading, Wrong> {
    let mut reading = Reading::default();
    if let Some(tasks) = node.get("tasks").or(Some(node).filter(|node| is_list(node))) {
        list(tasks, None, &mut reading)?;
        return Ok(reading);
    }
    node.table("the file")?;
    for (name, tag) in tags(node) {
        let Some(tasks) = tag.get("tasks") else {
            if name != "metadata" {
                reading.leave(tag.at, "an entry without tasks is skipped");
            }
            continue;
        };
        if name == MASTER {
            list(tasks, None, &mut reading)?;
            continue;
        }
        let (title, _) = reading.line(tag.at, name);
        let described = tag.get("metadata").and_then(|metadata| metadata.get("description"));
        let description = described.map(|text| reading.lines(text.at, &words::text(text)));
        let place = reading.items.len();
        let content = Content { title, description: description.filter(|text| !text.is_empty()), ..Content::default() };
        reading.items.push(Rough { at: tag.at, content, is_foreign: true, ..Rough::default() });
        list(tasks, Some((name, place)), &mut reading)?;
    }
    Ok(reading)
}

/// The tasks of one list, with their subtasks.
fn list(tasks: &Node<'_>, tag: Option<(&str, usize)>, reading: &mut Reading) -> Result<(), Wrong> {
    let tasks = numbered(tasks.list("tasks")?, "", reading);
    let prefix = tag.map(|(tag, _)| format!("{tag}/")).unwrap_or_default();
    let scope = Scope::new(prefix, tasks.iter().map(|(number, _)| number.clone()));
    for (number, node) in &tasks {
        // A number alone is not a name for a task; some have words for ids.
        let is_bare = tag.is_none() && number.starts_with(|c: char| c.is_ascii_digit());
        let name = if is_bare { format!("task-{number}") } else { number.clone() };
        let parent = tag.map_or(Parent::Unsaid, |(_, feature)| Parent::Within(feature));
        let place = reading.items.len();
        if !task(node, number, name, parent, &scope, reading) {
            continue;
        }
        let Some(What::List(subtasks)) = node.get("subtasks").map(|subtasks| &subtasks.what) else { continue };
        let subtasks = numbered(subtasks, &format!("{number}."), reading);
        let scope = scope.below(&scope.label(number), subtasks.iter().map(|(number, _)| number.clone()));
        for (number, node) in &subtasks {
            task(node, number, number.clone(), Parent::Within(place), &scope, reading);
        }
    }
    Ok(())
}

/// `nodes` with their numbers. Some write the number of the whole, as `above`, in front; what has none, or one that another task has,
/// is counted on.
fn numbered<'n, 't>(nodes: &'n [Node<'t>], above: &str, reading: &mut Reading) -> Vec<(String, &'n Node<'t>)> {
    let mut taken: HashSet<String> = HashSet::new();
    let mut free = nodes.len();
    let mut number = |node: &'n Node<'t>| {
        let whole = node.get("id").map(words::text).unwrap_or_default();
        let number = whole.strip_prefix(above).unwrap_or(&whole).to_owned();
        if !number.is_empty() && taken.insert(number.clone()) {
            return (number, node);
        }
        reading.leave(node.at, "a task without a number gets one");
        loop {
            free += 1;
            if taken.insert(free.to_string()) {
                return (free.to_string(), node);
            }
        }
    };
    nodes.iter().map(&mut number).collect()
}

/// Read a task; false if it is none.
fn task(node: &Node<'_>, number: &str, name: String, parent: Parent, scope: &Scope<'_>, reading: &mut Reading) -> bool {
    let Some(rough) = task::read(node, TOOL, reading) else { return false };
    let after = rough.after.map(|words| words.into_iter().map(|word| scope.meant(word)).collect());
    let label = Some(scope.label(number));
    reading.items.push(Rough { label, name: Some(name), after, parent, is_numbered: true, ..rough });
    true
}
