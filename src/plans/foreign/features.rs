//! `features.json`: features with subtasks, their states and files.
//!
//! ```json
//! {"feature": "Login", "subtasks": [{"name": "Form", "status": "completed", "files": ["src/form.rs"]}]}
//! ```

use serde_json::{Map, Value, json};

use super::{Fit, Foreign, keys, lists};
use crate::{
    domain::{progress::Progress, status::Status},
    plans::{
        item::{Item, Plan},
        node::{Node, What},
        parts::Parts,
    },
};

/// Features with subtasks.
pub(super) const FORMAT: Foreign = Foreign {
    name: "features",
    extensions: &[],
    fits,
    read: |text| lists::read(text, lists::PLAN),
    write: Some(write),
};

fn fits(node: &Node<'_>, tasks: &[Node<'_>]) -> Fit {
    let has = |node: &Node<'_>, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    match tasks.first() {
        Some(task) if has(task, &["feature", "subtasks"]) => Fit::Certain,
        // One issue of beads with its parts.
        _ if has(node, &["issue_type"]) => Fit::No,
        Some(task) if is_titled(task) || lists::has_parts(task) => Fit::Likely,
        _ if has(
            node,
            &["feature", "subtasks", "features", "phases", "milestones", "epics", "sprints", "backlog", "stages"],
        ) =>
        {
            Fit::Likely
        }
        _ => Fit::No,
    }
}

fn is_titled(node: &Node<'_>) -> bool {
    matches!(&node.what, What::Table(entries) if entries.iter().any(|(key, _)| keys::is_title(key)))
}

/// Subtasks are written in each other so deep; what is below that stands side by side.
const DEEPEST: usize = 20;

/// Write `plan`: every task that is not a part of another one is a feature.
fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let features: Vec<Value> = parts.tops().map(|top| feature(plan, &parts, top)).collect();
    format!("{:#}\n", json!({ "features": features }))
}

fn feature(plan: &Plan, parts: &Parts, at: usize) -> Value {
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

fn subtask(plan: &Plan, parts: &Parts, at: usize, depth: usize) -> Value {
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
