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
    item::{Content, Parent, Rough, Word},
    node::{Node, What},
    place::Wrong,
};
use crate::core::status::Status;

/// The list that there is if nobody made others.
const MASTER: &str = "master";

/// Whether `node` is such a file, and not one of our own plans.
pub(super) fn is_it(node: &Node<'_>) -> bool {
    let has_tasks = |list: &Node<'_>| matches!(&list.what, What::List(items) if items.iter().any(is_task));
    match node.get("tasks") {
        Some(tasks) => has_tasks(tasks),
        None if is_list(node) => has_tasks(node),
        None => tags(node).any(|(_, tag)| tag.get("tasks").is_some_and(is_list)),
    }
}

fn is_list(node: &Node<'_>) -> bool {
    matches!(node.what, What::List(_))
}

fn is_task(node: &Node<'_>) -> bool {
    let is_numbered = node.get("id").is_some_and(|id| matches!(id.what, What::Number(_)));
    is_numbered || ["dependencies", "subtasks", "details", "testStrategy"].iter().any(|key| node.get(key).is_some())
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
    let mut known: HashMap<String, usize> = HashMap::new();
    for node in tasks.list("tasks")? {
        let (at, number) = number(node, "task")?;
        if let Some(first) = known.insert(number.clone(), at) {
            return Err(Wrong::new(at, format!("two tasks have the id {number}")).also(first));
        }
        let label = |number: &str| tag.map_or_else(|| number.to_owned(), |(tag, _)| format!("{tag}/{number}"));
        let place = rough.len();
        rough.push(Rough {
            at: node.at,
            label: Some(label(&number)),
            name: Some(if tag.is_some() { number.clone() } else { format!("task-{number}") }),
            parent: tag.map_or(Parent::Unsaid, |(_, feature)| Parent::Within(feature)),
            after: after(node, |word| label(word))?,
            content: content(node)?,
            ..Rough::default()
        });
        let Some(subtasks) = node.get("subtasks") else { continue };
        let mut parts: Vec<(String, &Node<'_>)> = Vec::new();
        for part in subtasks.list("subtasks")? {
            let (at, own) = self::number(part, "subtask")?;
            // Some write the number of the whole.
            let own = own.strip_prefix(&format!("{number}.")).map(str::to_owned).unwrap_or(own);
            if let Some((_, first)) = parts.iter().find(|(known, _)| *known == own) {
                return Err(Wrong::new(at, format!("two subtasks of {number} have the id {own}")).also(first.at));
            }
            parts.push((own, part));
        }
        // A number is the one of a subtask beside it; with a dot, or if there is none, that of a task.
        let meant = |word: &str| match parts.iter().any(|(own, _)| own == word) {
            true => label(&format!("{number}.{word}")),
            false => label(word),
        };
        for (own, part) in &parts {
            rough.push(Rough {
                at: part.at,
                label: Some(label(&format!("{number}.{own}"))),
                name: Some(own.clone()),
                parent: Parent::Within(place),
                after: after(part, meant)?,
                content: content(part)?,
                ..Rough::default()
            });
        }
    }
    Ok(())
}

/// The number that `node`, a `what`, has for an id, and where it stands.
fn number(node: &Node<'_>, what: &str) -> Result<(usize, String), Wrong> {
    node.table(&format!("a {what}"))?;
    let id = node.get("id").ok_or_else(|| Wrong::new(node.at, format!("a {what} has no id")))?;
    Ok((id.at, word(id, "id")?))
}

/// A number, or a text that is one.
fn word(node: &Node<'_>, name: &str) -> Result<String, Wrong> {
    match &node.what {
        What::Number(number) => Ok(number.to_string()),
        _ => Ok(node.text(name)?.trim().to_owned()),
    }
}

fn after(node: &Node<'_>, meant: impl Fn(&str) -> String) -> Result<Option<Vec<Word>>, Wrong> {
    let Some(dependencies) = node.get("dependencies") else { return Ok(None) };
    let words = dependencies
        .list("dependencies")?
        .iter()
        .map(|dependency| Ok(Word { at: dependency.at, text: meant(&word(dependency, "a dependency")?) }));
    words.collect::<Result<_, Wrong>>().map(Some)
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
