//! `feature_list.json`: what an application has to do, each with the steps that show it and whether they pass.
//!
//! ```json
//! [{"category": "functional", "description": "New chat button creates a conversation", "steps": ["Click it"], "passes": false}]
//! ```
//!
//! A category is a feature, the description is the title, the steps are the acceptance text, one a line.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::{
    check, features,
    item::{Content, Item, Parent, Plan, Rough},
    node::Node,
    place::Wrong,
};
use crate::core::{id::TaskId, status::Status};

/// Read a whole document.
pub(super) fn read(node: &Node<'_>) -> Result<Vec<Rough>, Wrong> {
    let entries = match node.get("features") {
        Some(features) => features.list("features")?,
        None => node.list("the feature list")?,
    };
    let mut rough: Vec<Rough> = Vec::new();
    let mut categories: HashMap<(String, bool), usize> = HashMap::new();
    for entry in entries {
        entry.table("a feature")?;
        let parent = match entry.get("category") {
            None => Parent::Unsaid,
            Some(category) => {
                let title = check::line(category.at, "category", category.text("category")?)?;
                let id = entry.get("category_id").map(|id| id.word("category_id")).transpose()?;
                let key = id.as_ref().map_or_else(|| (title.clone(), false), |id| (id.text.clone(), true));
                let place = *categories.entry(key).or_insert(rough.len());
                if place == rough.len() {
                    let content = Content { title, ..Content::default() };
                    rough.push(Rough { at: category.at, id, content, ..Rough::default() });
                }
                Parent::Within(place)
            }
        };
        let item = feature(entry, parent)?;
        rough.push(item);
    }
    // One that has an id is a task that somebody exported: what is in the list need not be all of it.
    for place in categories.into_iter().filter_map(|((_, has_id), place)| (!has_id).then_some(place)) {
        rough[place].content.status = features::follows(&rough, place);
    }
    Ok(rough)
}

fn feature(entry: &Node<'_>, parent: Parent) -> Result<Rough, Wrong> {
    let described = entry.get("description").ok_or_else(|| Wrong::new(entry.at, "a feature has no description"))?;
    let text = described.text("description")?.trim();
    let first = text.lines().next().unwrap_or_default();
    let mut content = Content { title: check::line(described.at, "description", first)?, ..Content::default() };
    if first.len() < text.len() {
        content.description = check::lines(described.at, "description", text)?;
    }
    if let Some(steps) = entry.get("steps") {
        let steps = steps.texts("steps")?;
        let steps = steps.into_iter().map(|(at, step)| check::line(at, "step", step)).collect::<Result<Vec<_>, _>>()?;
        content.accept = (!steps.is_empty()).then(|| steps.join("\n"));
    }
    let passes = entry.get("passes").map_or(Ok(false), |passes| passes.flag("passes"))?;
    content.status = Some(if passes { Status::Completed } else { Status::Pending });
    let (id, label) = check::id_or_label(entry)?;
    Ok(Rough { at: entry.at, id, label, parent, after: entry.after()?, content, ..Rough::default() })
}

/// Write `plan`: every task without parts, with its feature for a category. Cancelled ones are no features any more.
pub(super) fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let titles: HashMap<_, &str> = plan.items.iter().map(|item| (&item.id, item.content.title.as_str())).collect();
    let leaves = (0..plan.items.len()).filter(|at| parts.of(*at).is_empty()).map(|at| &plan.items[at]);
    let written: Vec<&Item> = leaves.filter(|item| item.content.status != Some(Status::Cancelled)).collect();
    // A list that is there is the whole list, and nothing is said of the others here.
    let named: HashSet<&TaskId> =
        written.iter().flat_map(|item| item.parent.iter().flatten().chain([&item.id])).collect();
    let entries = written.iter().map(|item| {
        let content = &item.content;
        let mut entry = Map::new();
        let feature = item.parent.as_ref().and_then(Option::as_ref).and_then(|id| titles.get(id));
        if let (Some(title), Some(id)) = (feature, item.parent.as_ref().and_then(Option::as_ref)) {
            entry.insert("category".to_owned(), json!(title));
            entry.insert("category_id".to_owned(), json!(id));
        }
        // What a description has beyond its first line would be the title's second.
        let whole = content.description.as_ref().filter(|text| text.lines().next() == Some(&content.title));
        entry.insert("description".to_owned(), json!(whole.unwrap_or(&content.title)));
        let steps = content.accept.as_deref().unwrap_or_default().lines().filter(|line| !line.trim().is_empty());
        entry.insert("steps".to_owned(), steps.map(str::trim).collect());
        entry.insert("passes".to_owned(), json!(content.status == Some(Status::Completed)));
        entry.insert("id".to_owned(), json!(item.id));
        if let Some(after) = item.after.as_ref().filter(|after| after.iter().all(|id| named.contains(id))) {
            entry.insert("after".to_owned(), json!(after));
        }
        Value::Object(entry)
    });
    format!("{:#}\n", Value::Array(entries.collect()))
}
