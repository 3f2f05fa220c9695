//! `features.json`: features with their subtasks.
//!
//! ```json
//! {"feature": "Login", "subtasks": [{"name": "Form", "status": "completed", "files": ["src/form.rs"]}],
//!  "overall_progress": 100, "blockers": [], "last_updated": "2026-11-22T14:35:00.000Z"}
//! ```
//!
//! One such object, a list of them, or `{"features": […]}`. `overall_progress` and `last_updated` follow from the rest.

use serde_json::{Map, Value, json};

use super::{
    check,
    item::{Content, Item, Parent, Plan, Rough},
    node::{Node, What},
    place::Wrong,
    scope::Scope,
};
use crate::core::{progress::Progress, status::Status};

/// Subtasks are written in each other so deep; what is below that stands side by side.
const DEEPEST: usize = 20;

/// Read a whole document.
pub(super) fn read(node: &Node<'_>) -> Result<Vec<Rough>, Wrong> {
    let mut rough = Vec::new();
    let features = match &node.what {
        What::List(items) => items.as_slice(),
        _ => match node.get("features") {
            Some(features) => features.list("features")?,
            None => std::slice::from_ref(node),
        },
    };
    let scope = Scope::new(String::new(), numbers(features));
    for feature in features {
        item(feature, Parent::Unsaid, &scope, &mut rough)?;
    }
    Ok(rough)
}

fn numbers(nodes: &[Node<'_>]) -> impl Iterator<Item = String> {
    nodes.iter().filter_map(|node| node.get("id")?.numeral())
}

/// A feature, or a subtask that may have subtasks of its own.
fn item(node: &Node<'_>, parent: Parent, scope: &Scope<'_>, rough: &mut Vec<Rough>) -> Result<(), Wrong> {
    node.table("a feature")?;
    let name = ["feature", "name", "title"].iter().find_map(|key| Some((*key, node.get(key)?)));
    let (key, name) = name.ok_or_else(|| Wrong::new(node.at, "this has no name: neither 'feature' nor 'name'"))?;
    let mut content = Content { title: check::line(name.at, key, name.text(key)?)?, ..Content::default() };
    if let Some(text) = node.get("description") {
        content.description = check::lines(text.at, "description", text.text("description")?)?;
    }
    if let Some(status) = node.get("status") {
        let word = status.text("status")?;
        // Waits for something, and does not say for what.
        if word.eq_ignore_ascii_case("blocked") {
            content.status = Some(Status::Pending);
            if node.get("blockers").is_none() {
                content.blockers.push("the plan does not say why".to_owned());
            }
        } else {
            content.status = Some(check::loose_status(status.at, word)?);
        }
    }
    if let Some(files) = node.get("files") {
        let files = files.texts("files")?.into_iter().map(|(at, path)| check::path(at, path));
        content.files = Some(files.collect::<Result<_, _>>()?);
    }
    if let Some(blockers) = node.get("blockers") {
        for (at, text) in blockers.texts("blockers")? {
            content.blockers.push(check::line(at, "blocker", text)?);
        }
    }
    let (id, label) = check::id_or_label(node)?;
    let label = label.map(|number| scope.label(&number));
    let after = node.after()?.map(|words| words.into_iter().map(|word| scope.meant(word)).collect());
    let place = rough.len();
    let inner = label.clone().unwrap_or_else(|| format!("#{place}"));
    rough.push(Rough { at: node.at, id, label, parent, after, content, ..Rough::default() });
    if let Some(subtasks) = node.get("subtasks") {
        let subtasks = subtasks.list("subtasks")?;
        let scope = scope.below(&inner, numbers(subtasks));
        for subtask in subtasks {
            match &subtask.what {
                What::Text(name) => {
                    let title = check::line(subtask.at, "name", name)?;
                    let content = Content { title, ..Content::default() };
                    let parent = Parent::Within(place);
                    rough.push(Rough { at: subtask.at, parent, content, ..Rough::default() });
                }
                _ => item(subtask, Parent::Within(place), &scope, rough)?,
            }
        }
        if rough[place].content.status.is_none() {
            rough[place].content.status = follows(rough, place);
        }
    }
    Ok(())
}

/// The state of a feature that does not say: completed when nothing of it is left to do.
pub(super) fn follows(rough: &[Rough], feature: usize) -> Option<Status> {
    let parts = rough.iter().filter(|part| part.parent == Parent::Within(feature));
    let states: Vec<Status> = parts.map(|part| part.content.status.unwrap_or_default()).collect();
    let is_done = states.contains(&Status::Completed) && states.iter().all(|status| status.is_closed());
    is_done.then_some(Status::Completed)
}

/// Write `plan`: every task that is not a part of another one is a feature.
pub(super) fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let features: Vec<Value> = parts.tops().map(|top| feature(plan, &parts, top)).collect();
    format!("{:#}\n", json!({ "features": features }))
}

fn feature(plan: &Plan, parts: &super::parts::Parts, at: usize) -> Value {
    let item = &plan.items[at];
    let mut value = Map::new();
    let mut put = |key: &str, entry: Value| value.insert(key.to_owned(), entry);
    put("feature", json!(item.content.title));
    put("id", json!(item.id));
    put("status", json!(item.content.status.unwrap_or_default()));
    if let Some(description) = &item.content.description {
        put("description", json!(description));
    }
    if let Some(files) = &item.content.files {
        put("files", json!(files));
    }
    if let Some(after) = item.after.as_ref().filter(|after| !after.is_empty()) {
        put("after", json!(after));
    }
    put("subtasks", parts.of(at).iter().map(|part| subtask(plan, parts, *part, 1)).collect());
    let status_of = |at: usize| plan.items[at].content.status.unwrap_or_default();
    let leaves = parts.leaves(at, |part| status_of(part) != Status::Cancelled);
    let progress = Progress::of(leaves.into_iter().map(|leaf| (status_of(leaf), plan.items[leaf].content.estimate)));
    put("overall_progress", json!(progress.percent()));
    put("blockers", json!(item.content.blockers));
    let updated = parts.below(at).filter_map(|part| plan.items[part].times.updated).chain(item.times.updated).max();
    put("last_updated", json!(updated.map(|at| at.to_string())));
    Value::Object(value)
}

fn subtask(plan: &Plan, parts: &super::parts::Parts, at: usize, depth: usize) -> Value {
    let Item { id, content, after, .. } = &plan.items[at];
    let mut value = Map::new();
    let mut put = |key: &str, entry: Value| value.insert(key.to_owned(), entry);
    put("name", json!(content.title));
    put("id", json!(id));
    put("status", json!(content.status.unwrap_or_default()));
    put("files", json!(content.files.as_deref().unwrap_or_default()));
    if let Some(description) = &content.description {
        put("description", json!(description));
    }
    if let Some(after) = after.as_ref().filter(|after| !after.is_empty()) {
        put("after", json!(after));
    }
    if !content.blockers.is_empty() {
        put("blockers", json!(content.blockers));
    }
    let below: Vec<usize> = if depth < DEEPEST { parts.of(at).to_vec() } else { parts.below(at).collect() };
    if !below.is_empty() && depth <= DEEPEST {
        put("subtasks", below.into_iter().map(|part| subtask(plan, parts, part, depth + 1)).collect());
    }
    Value::Object(value)
}
