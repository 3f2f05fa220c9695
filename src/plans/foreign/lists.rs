//! Lists of tasks as JSON: `features.json`, `feature_list.json`, `prd.json` of Ralph, and the to-do lists that agents keep with their
//! own tools (`TodoWrite`, `update_plan`).
//!
//! ```json
//! {"feature": "Login", "subtasks": [{"name": "Form", "status": "completed", "files": ["src/form.rs"]}]}
//! [{"category": "functional", "description": "New chat button creates a conversation", "steps": ["Click it"], "passes": false}]
//! {"userStories": [{"id": "US-001", "title": "Log in", "acceptanceCriteria": ["It works"], "priority": 1, "passes": false}]}
//! {"todos": [{"content": "Fix the parser", "status": "in_progress", "activeForm": "Fixing the parser"}]}
//! ```

use std::collections::HashMap;

use super::{scope::Scope, task, task::Tool, words};
use crate::plans::{
    Format,
    item::{Content, Parent, Rough, Word},
    left::Reading,
    node::{Node, What},
    position::Wrong,
};

/// The keys under which there are tasks.
const LISTS: [&str; 14] = [
    "features",
    "userStories",
    "user_stories",
    "stories",
    "todos",
    "plan",
    "tasks",
    "items",
    "issues",
    "subtasks",
    "subTasks",
    "sub_tasks",
    "children",
    "epics",
];

/// Whether `value` is a list of tasks, for its key.
pub(super) fn is_parts(key: &str, value: &Node<'_>) -> bool {
    matches!(value.what, What::List(_)) && LISTS.contains(&key)
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
    LISTS.iter().find_map(|key| match &node.get(key)?.what {
        What::List(items) => Some(items.as_slice()),
        _ => None,
    })
}

/// Read the whole document that `node` is.
pub(super) fn read(format: Format, node: &Node<'_>) -> Result<Reading, Wrong> {
    let has_categories = matches!(format, Format::FeatureList | Format::Ralph);
    let tool = Tool { name: "plan", has_no_ids: format == Format::Todo, has_categories, is_flat: has_categories };
    let tasks = list(node).ok_or_else(|| Wrong::new(node.at, "there is no list of tasks in it"))?;
    let mut lists = Lists { tool, reading: Reading::default(), categories: HashMap::new() };
    if let (What::Table(entries), false) = (&node.what, std::ptr::eq(tasks, std::slice::from_ref(node))) {
        let of_itself = entries.iter().filter(|(key, value)| {
            !is_parts(key, value) && !matches!(key.as_ref(), "overall_progress" | "last_updated" | "schema" | "$schema")
        });
        for (_, value) in of_itself {
            lists.reading.leave(value.at, "what the file says of itself is not taken");
        }
    }
    let scope = Scope::new(String::new(), numbers(tasks));
    for task in tasks {
        let above = lists.category(task);
        lists.task(task, above, &scope);
    }
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
        let Some(mut rough) = task::read(node, self.tool, &mut self.reading) else { return };
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
