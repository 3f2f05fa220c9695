//! Lists of tasks as JSON: what `features.json`, `feature_list.json`, `prd.json` and to-do lists have in common.

use std::{borrow::Cow, collections::HashMap};

use super::{scope::Scope, task, task::Tool, words};
use crate::plans::{
    item::{Content, Parent, Rough, Word},
    json,
    left::Reading,
    node::{Node, What},
    position::Wrong,
};

/// The keys under which there are tasks.
const LISTS: &str = "features userStories user_stories stories todos plan tasks items issues subtasks subTasks sub_tasks children epics \
    milestones phases sprints backlog workItems work_items actionItems action_items stages";

/// Tables of tasks in the places of lists become lists: their keys are ids, or states (`{"todo": […], "done": […]}`).
pub(in super::super) fn normalize(node: &mut Node<'_>) {
    match &mut node.what {
        What::List(items) => items.iter_mut().for_each(normalize),
        What::Table(entries) => {
            for (key, value) in entries.iter_mut() {
                let is_list = LISTS.split(' ').any(|list| list == key.as_ref());
                if let (true, What::Table(inner)) = (is_list, &mut value.what) {
                    if !inner.is_empty() && inner.iter().all(|(_, task)| matches!(task.what, What::Table(_))) {
                        value.what = What::List(
                            std::mem::take(inner).into_iter().map(|(id, task)| with(task, "id", id)).collect(),
                        );
                    } else if !inner.is_empty()
                        && inner
                            .iter()
                            .all(|(state, tasks)| matches!(tasks.what, What::List(_)) && words::status(state).is_some())
                    {
                        value.what = What::List(std::mem::take(inner).into_iter().flat_map(of_state).collect());
                    }
                }
                normalize(value);
            }
        }
        _ => {}
    }
}

/// The tasks that stand below a state.
fn of_state<'t>((state, tasks): (Cow<'t, str>, Node<'t>)) -> Vec<Node<'t>> {
    match tasks.what {
        What::List(tasks) => tasks.into_iter().map(|task| with(task, "status", state.clone())).collect(),
        _ => Vec::new(),
    }
}

/// `task` with `key`, if it does not have it; a text is its title.
fn with<'t>(task: Node<'t>, key: &'static str, value: Cow<'t, str>) -> Node<'t> {
    let Node { at, what } = task;
    let entry = |value| (Cow::Borrowed(key), Node { at, what: What::Text(value) });
    let what = match what {
        What::Table(mut entries) => {
            if !entries.iter().any(|(known, _)| known == key) {
                entries.push(entry(value));
            }
            What::Table(entries)
        }
        What::Text(title) => What::Table(vec![("title".into(), Node { at, what: What::Text(title) }), entry(value)]),
        other => other,
    };
    Node { at, what }
}

/// Whether tasks are in `node`.
pub(super) fn has_parts(node: &Node<'_>) -> bool {
    parts(node).is_some_and(|parts| !parts.is_empty())
}

/// Whether `value` is a list of tasks, for its key.
pub(super) fn is_parts(key: &str, value: &Node<'_>) -> bool {
    matches!(value.what, What::List(_)) && LISTS.split(' ').any(|list| list == key)
}

/// The list that `node` is, or has.
pub(super) fn list<'n, 't>(node: &'n Node<'t>) -> Option<&'n [Node<'t>]> {
    match &node.what {
        What::List(items) => Some(items),
        What::Table(_) if node.get("feature").is_some_and(|name| matches!(name.what, What::Text(_))) => {
            Some(std::slice::from_ref(node))
        }
        What::Table(_) => parts(node),
        _ => None,
    }
}

fn parts<'n, 't>(node: &'n Node<'t>) -> Option<&'n [Node<'t>]> {
    LISTS.split(' ').find_map(|key| match &node.get(key)?.what {
        What::List(items) => Some(items.as_slice()),
        _ => None,
    })
}

/// How lists are read that say where each task stands, or leave it to its parts.
pub(super) const PLAN: Tool = Tool { name: "plan", has_no_ids: false, has_categories: false, is_flat: false };
/// How lists are read whose tasks have a category, and pass or do not.
pub(super) const CHECKED: Tool = Tool { has_categories: true, is_flat: true, ..PLAN };

/// Read the whole document `text`.
///
/// # Errors
///
/// [`Wrong`] for bad syntax, and where there is no list of tasks.
pub(super) fn read(text: &str, tool: Tool) -> Result<Reading, Wrong> {
    let mut node = json::parse_loose(text)?;
    normalize(&mut node);
    let node = &node;
    let tasks = list(node).ok_or_else(|| Wrong::new(node.at, "it contains no list of tasks"))?;
    let mut lists = Lists { tool, reading: Reading::default(), categories: HashMap::new() };
    if let (What::Table(entries), false) = (&node.what, std::ptr::eq(tasks, std::slice::from_ref(node))) {
        let of_itself = entries.iter().filter(|(key, value)| {
            !is_parts(key, value) && !matches!(key.as_ref(), "overall_progress" | "last_updated" | "schema" | "$schema")
        });
        for (_, value) in of_itself {
            lists.reading.leave(value.at, "metadata of the file is skipped");
        }
    }
    let scope = Scope::new(String::new(), numbers(tasks));
    for task in tasks {
        let above = lists.category(task);
        lists.task(task, above, &scope);
    }
    lists.reading.settle_before();
    Ok(lists.reading)
}

fn numbers(nodes: &[Node<'_>]) -> impl Iterator<Item = String> {
    nodes.iter().filter_map(|node| node.get("id")?.numeral())
}

/// What has been read of a document.
struct Lists {
    tool: Tool,
    reading: Reading,
    /// The features that categories are, by their ids or names.
    categories: HashMap<(String, bool), usize>,
}

impl Lists {
    /// The feature that the category of `task` is.
    fn category(&mut self, task: &Node<'_>) -> Option<usize> {
        let category = task.get("category").filter(|_| self.tool.has_categories)?;
        let (title, _) = self.reading.line(category.at, &words::text(category));
        if title.is_empty() {
            return None;
        }
        let id = task.get("category_id").and_then(|id| id.word("category_id").ok());
        let key = id.as_ref().map_or_else(|| (title.clone(), false), |id| (id.text.clone(), true));
        let items = &mut self.reading.items;
        Some(*self.categories.entry(key).or_insert_with(|| {
            let content = Content { title, ..Content::default() };
            items.push(Rough { at: category.at, id, content, is_foreign: true, ..Rough::default() });
            items.len() - 1
        }))
    }

    /// A task with its parts.
    fn task(&mut self, node: &Node<'_>, above: Option<usize>, scope: &Scope<'_>) {
        let Some(mut rough) = task::read(node, self.tool, &mut self.reading) else {
            // A group without a name: its tasks stand where it stands.
            for part in parts(node).unwrap_or_default() {
                self.task(part, above, scope);
            }
            return;
        };
        rough.label = rough.label.map(|number| scope.label(&number));
        rough.after = rough.after.map(|words| words.into_iter().map(|word: Word| scope.meant(word)).collect());
        if let Some(above) = above {
            rough.parent = Parent::Within(above);
        }
        let place = self.reading.items.len();
        let inner = rough.label.clone().unwrap_or_else(|| format!("#{place}"));
        self.reading.items.push(rough);
        let Some(parts) = parts(node) else { return };
        let scope = scope.below(&inner, numbers(parts));
        for part in parts {
            self.task(part, Some(place), &scope);
        }
    }
}
