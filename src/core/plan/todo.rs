//! The to-do list that an agent keeps for itself, as its tools have it: `TodoWrite`, `update_plan`.
//!
//! ```json
//! {"todos": [{"content": "Fix the parser", "status": "in_progress", "activeForm": "Fixing the parser"}]}
//! {"plan": [{"step": "Fix the parser", "status": "in_progress"}]}
//! ```
//!
//! Its ids are numbers of the moment, and mean nothing here.

use super::{
    check,
    item::{Content, Rough},
    node::{Node, What},
    place::Wrong,
};

/// What an item is called in one tool or the other.
const TITLES: [&str; 3] = ["content", "step", "description"];

/// Whether `node` is such a list.
pub(super) fn is_it(node: &Node<'_>) -> bool {
    let is_item = |node: &Node<'_>| node.get("status").is_some() && TITLES.iter().any(|key| node.get(key).is_some());
    list(node).is_some_and(|list| matches!(&list.what, What::List(items) if items.first().is_some_and(is_item)))
}

fn list<'n, 't>(node: &'n Node<'t>) -> Option<&'n Node<'t>> {
    match node.what {
        What::List(_) => Some(node),
        _ => node.get("todos").or_else(|| node.get("plan")),
    }
}

/// Read a whole document.
pub(super) fn read(node: &Node<'_>) -> Result<Vec<Rough>, Wrong> {
    let list = list(node).ok_or_else(|| Wrong::new(node.at, "there is no list: neither 'todos' nor 'plan'"))?;
    list.list("the list")?.iter().map(item).collect()
}

fn item(node: &Node<'_>) -> Result<Rough, Wrong> {
    node.table("an item")?;
    let title = TITLES.iter().find_map(|key| Some((*key, node.get(key)?)));
    let (key, title) = title.ok_or_else(|| Wrong::new(node.at, "an item has neither 'content' nor 'step'"))?;
    let mut content = Content { title: check::line(title.at, key, title.text(key)?)?, ..Content::default() };
    if let Some(status) = node.get("status") {
        content.status = Some(check::loose_status(status.at, status.text("status")?)?);
    }
    if let Some(priority) = node.get("priority") {
        content.priority = Some(check::loose_priority(priority.at, priority.text("priority")?)?);
    }
    Ok(Rough { at: node.at, content, ..Rough::default() })
}
