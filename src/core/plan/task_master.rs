//! Task Master's `tasks.json`: numbered tasks with numbered subtasks, by themselves or in lists that have names (tags).
//!
//! ```json
//! {"master": {"tasks": [{"id": 2, "title": "Login", "status": "in-progress", "dependencies": [1],
//!                        "subtasks": [{"id": 1, "title": "Form", "status": "done"}]}]}}
//! ```
//!
//! Task 2 is `task-2` here, its first subtask `task-2.1`. The tasks of another tag than `master` are parts of a feature with its name.

use std::collections::HashMap;

use super::{
    check,
    item::{Content, Parent, Rough},
    node::{Node, What},
    place::Wrong,
    scope::Scope,
};
use crate::core::status::Status;

/// The list that there is if nobody made others.
const MASTER: &str = "master";

/// What only a task of Task Master has.
const THEIRS: [&str; 4] = ["dependencies", "subtasks", "details", "testStrategy"];
/// What only a task of our own plans has: where both stand, our reader says what it does not know.
const OURS: [&str; 5] = ["after", "parent", "files", "accept", "task"];

/// Whether `node` is such a file, and not one of our own plans.
pub(super) fn is_it(node: &Node<'_>) -> bool {
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
pub(super) fn read(node: &Node<'_>) -> Result<Vec<Rough>, Wrong> {
    let mut rough = Vec::new();
    if let Some(tasks) = node.get("tasks").or(Some(node).filter(|node| is_list(node))) {
        list(tasks, None, &mut rough)?;
        return Ok(rough);
    }
    node.table("the file")?;
    for (name, tag) in tags(node) {
        let tasks = match tag.get("tasks") {
            Some(tasks) => tasks,
            None if name == "metadata" => continue,
            None => return Err(Wrong::new(tag.at, format!("the tag '{}' has no tasks", name.escape_debug()))),
        };
        if name == MASTER {
            list(tasks, None, &mut rough)?;
            continue;
        }
        let title = check::line(tag.at, "tag", name)?;
        let described = tag.get("metadata").and_then(|metadata| metadata.get("description"));
        let description = described.map_or(Ok(None), |text| long(text, "description"))?;
        let place = rough.len();
        let content = Content { title, description, ..Content::default() };
        rough.push(Rough { at: tag.at, content, ..Rough::default() });
        list(tasks, Some((name, place)), &mut rough)?;
        rough[place].content.status = super::features::follows(&rough, place);
    }
    Ok(rough)
}

fn long(node: &Node<'_>, key: &str) -> Result<Option<String>, Wrong> {
    check::lines(node.at, key, node.text(key)?)
}

/// The tasks of one list, with their subtasks.
fn list(tasks: &Node<'_>, tag: Option<(&str, usize)>, rough: &mut Vec<Rough>) -> Result<(), Wrong> {
    let tasks = numbered(tasks.list("tasks")?, "")?;
    let prefix = tag.map(|(tag, _)| format!("{tag}/")).unwrap_or_default();
    let scope = Scope::new(prefix, tasks.iter().map(|(number, _)| number.clone()));
    for (number, node) in &tasks {
        let place = rough.len();
        // A number alone is no name for a task; some have words for ids.
        let is_bare = tag.is_none() && number.starts_with(|c: char| c.is_ascii_digit());
        rough.push(Rough {
            name: Some(if is_bare { format!("task-{number}") } else { number.clone() }),
            parent: tag.map_or(Parent::Unsaid, |(_, feature)| Parent::Within(feature)),
            ..task(node, number, &scope)?
        });
        let Some(subtasks) = node.get("subtasks") else { continue };
        let subtasks = numbered(subtasks.list("subtasks")?, &format!("{number}."))?;
        let scope = scope.below(&scope.label(number), subtasks.iter().map(|(number, _)| number.clone()));
        for (number, node) in &subtasks {
            let parent = Parent::Within(place);
            rough.push(Rough { name: Some(number.clone()), parent, ..task(node, number, &scope)? });
        }
    }
    Ok(())
}

/// `nodes` with their numbers, each of which is there once. Some write the number of the whole, as `above`, in front.
fn numbered<'n, 't>(nodes: &'n [Node<'t>], above: &str) -> Result<Vec<(String, &'n Node<'t>)>, Wrong> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let number = |node: &'n Node<'t>| {
        node.table("a task")?;
        let id = node.get("id").ok_or_else(|| Wrong::new(node.at, "a task has no id"))?;
        let whole = id.word_or_numeral("id")?.text;
        let number = whole.strip_prefix(above).unwrap_or(&whole).to_owned();
        match places.insert(number.clone(), id.at) {
            Some(first) => Err(Wrong::new(id.at, format!("two tasks have the id {above}{number}")).also(first)),
            None => Ok((number, node)),
        }
    };
    nodes.iter().map(number).collect()
}

fn task(node: &Node<'_>, number: &str, scope: &Scope<'_>) -> Result<Rough, Wrong> {
    let after = node.get("dependencies").map(|dependencies| {
        let dependencies = dependencies.list("dependencies")?.iter();
        dependencies.map(|dependency| Ok(scope.meant(dependency.word_or_numeral("a dependency")?))).collect()
    });
    Ok(Rough {
        at: node.at,
        label: Some(scope.label(number)),
        after: after.transpose()?,
        content: content(node)?,
        ..Rough::default()
    })
}

fn content(node: &Node<'_>) -> Result<Content, Wrong> {
    let title = node.get("title").ok_or_else(|| Wrong::new(node.at, "a task has no title"))?;
    let mut content = Content { title: check::line(title.at, "title", title.text("title")?)?, ..Content::default() };
    let text = |key: &str| node.get(key).map_or(Ok(None), |text| long(text, key));
    let details = text("details")?.map(|details| format!("## Details\n\n{details}"));
    content.description =
        text("description")?.into_iter().chain(details).reduce(|all, part| format!("{all}\n\n{part}"));
    content.accept = text("testStrategy")?;
    if let Some(priority) = node.get("priority") {
        content.priority = Some(check::loose_priority(priority.at, priority.text("priority")?)?);
    }
    if let Some(status) = node.get("status") {
        content.status = Some(match status.text("status")? {
            // Nothing is left to do but to look at it.
            "review" => Status::InProgress,
            word @ ("deferred" | "blocked") => {
                content.blockers.push(format!("{word} in Task Master"));
                Status::Pending
            }
            word => check::loose_status(status.at, word)?,
        });
    }
    Ok(content)
}
