//! What other tools write: read with all that it contains, whatever that is, and written as far as it has places.
//!
//! [`read`] refuses only what is no such file at all. What it cannot take is in [`Reading::left`].

pub(super) mod beads;
mod lists;
mod scope;
mod task;
mod task_master;
pub(super) mod words;
pub(super) mod write;

use super::{
    Format,
    item::{Parent, Rough},
    json,
    left::Reading,
    node::{Node, What},
};
use crate::{domain::status::Status, plans::position::Wrong};

/// Read `text`, which another tool wrote in `format`.
///
/// # Errors
///
/// [`Wrong`] for bad syntax, and where there is no list of tasks.
pub(super) fn read(format: Format, text: &str) -> Result<Reading, Wrong> {
    let mut reading = match format {
        Format::Beads => beads::read(text)?,
        Format::TaskMaster => task_master::read(&json::parse_loose(text)?)?,
        _ => lists::read(format, &json::parse_loose(text)?)?,
    };
    follow(&mut reading.items);
    Ok(reading)
}

/// A feature that does not say where it stands is completed when nothing of it is left to do.
pub(super) fn follow(items: &mut [Rough]) {
    // Whether a part is completed, and whether one is open. Parts stand behind what they are parts of.
    let mut parts = vec![(false, false); items.len()];
    for at in (0..items.len()).rev() {
        let status = &mut items[at].content.status;
        if let (None, (true, false)) = (*status, parts[at]) {
            *status = Some(Status::Completed);
        }
        let status = status.unwrap_or_default();
        if let Parent::Within(above) = items[at].parent {
            parts[above].0 |= status == Status::Completed;
            parts[above].1 |= !status.is_closed();
        }
    }
}

/// Which format of another tool `node` is in; `None` if it is like none.
pub(super) fn shape_of(node: &Node<'_>) -> Option<Format> {
    let has = |node: &Node<'_>, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    let items = lists::list(node).unwrap_or_default();
    let first = items.iter().find(|item| matches!(item.what, What::Table(_)));
    let is_list = matches!(node.what, What::List(_));
    if task_master::is_it(node) && (!is_list || first.is_some_and(|task| has(task, &["testStrategy", "details"]))) {
        return Some(Format::TaskMaster);
    }
    if has(node, &["userStories", "user_stories", "stories"]) {
        return Some(Format::Ralph);
    }
    let is_todo = |task: &Node<'_>| {
        has(task, &["status"])
            && (has(task, &["content", "step"])
                || (!has(task, &["title", "name", "feature"]) && has(task, &["description"])))
    };
    match first {
        Some(task) if has(task, &["passes"]) => Some(Format::FeatureList),
        Some(task) if has(task, &["feature", "subtasks"]) => Some(Format::Features),
        Some(task) if is_list && has(task, &["issue_type", "dependencies"]) => Some(Format::Beads),
        Some(task) if is_todo(task) && (is_list || has(node, &["todos", "plan"])) => Some(Format::Todo),
        Some(task) if has(task, &["steps"]) => Some(Format::FeatureList),
        _ if has(node, &["issue_type"]) => Some(Format::Beads),
        Some(task) if is_titled(task) => Some(Format::Features),
        _ if has(node, &["feature", "subtasks", "features"]) => Some(Format::Features),
        _ => None,
    }
}

fn is_titled(node: &Node<'_>) -> bool {
    let What::Table(entries) = &node.what else { return false };
    entries.iter().any(|(key, _)| task::is_title(key))
}
