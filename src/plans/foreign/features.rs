//! `features.json`: features with subtasks, their states and files.
//!
//! ```json
//! {"feature": "Login", "subtasks": [{"name": "Form", "status": "completed", "files": ["src/form.rs"]}]}
//! ```

use serde_json::{Value, json};

use super::{Fit, Foreign, keys, lists};
use crate::{
    domain::{progress::Progress, status::Status},
    plans::{
        item::{Plan, PlanItem},
        native::{object, some},
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

/// Of a document whose tasks say nothing: what it calls them.
const LISTS: [&str; 9] =
    ["feature", "subtasks", "features", "phases", "milestones", "epics", "sprints", "backlog", "stages"];

fn fits(node: &Node<'_>, tasks: &[Node<'_>]) -> Fit {
    let has = |node: &Node<'_>, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    match tasks.first() {
        Some(task) if has(task, &["feature", "subtasks"]) => Fit::Certain,
        // One issue of beads with its parts.
        _ if has(node, &["issue_type"]) => Fit::No,
        Some(task) if is_titled(task) || lists::has_parts(task) => Fit::Likely,
        _ if has(node, &LISTS) => Fit::Likely,
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
    let PlanItem { id, content, after, .. } = &plan.items[at];
    let status_of = |at: usize| plan.items[at].content.status.unwrap_or_default();
    let leaves = parts.leaves(at, |part| status_of(part) != Status::Cancelled);
    let progress = Progress::of(leaves.into_iter().map(|leaf| (status_of(leaf), plan.items[leaf].content.estimate)));
    let updated = parts.below(at).chain([at]).filter_map(|part| plan.items[part].times.updated).max();
    let mut value = object([
        ("feature", json!(content.title)),
        ("id", json!(id)),
        ("status", json!(content.status.unwrap_or_default())),
        ("description", json!(content.description)),
        ("files", json!(content.files)),
        ("after", some(after.as_deref().unwrap_or_default())),
        ("subtasks", parts.of(at).iter().map(|part| subtask(plan, parts, *part, 1)).collect()),
        ("overall_progress", json!(progress.percent())),
        ("blockers", json!(content.blockers)),
    ]);
    value.insert("last_updated".to_owned(), json!(updated.map(|at| at.to_string())));
    Value::Object(value)
}

fn subtask(plan: &Plan, parts: &Parts, at: usize, depth: usize) -> Value {
    let PlanItem { id, content, after, .. } = &plan.items[at];
    let below: Vec<usize> = match depth {
        ..DEEPEST => parts.of(at).to_vec(),
        DEEPEST => parts.below(at).collect(),
        _ => Vec::new(),
    };
    let below: Vec<Value> = below.into_iter().map(|part| subtask(plan, parts, part, depth + 1)).collect();
    Value::Object(object([
        ("name", json!(content.title)),
        ("id", json!(id)),
        ("status", json!(content.status.unwrap_or_default())),
        ("files", json!(content.files.as_deref().unwrap_or_default())),
        ("description", json!(content.description)),
        ("after", some(after.as_deref().unwrap_or_default())),
        ("blockers", some(&content.blockers)),
        ("subtasks", some(&below)),
    ]))
}
