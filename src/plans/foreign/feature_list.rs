//! `feature_list.json`: descriptions with steps that pass or do not.
//!
//! ```json
//! [{"category": "functional", "description": "New chat button creates a conversation", "steps": ["Click it"], "passes": false}]
//! ```

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::{Fit, Foreign, lists};
use crate::{
    domain::{criteria, id::TaskId, status::Status},
    plans::{
        item::{Plan, PlanItem},
        native::object,
        node::Node,
    },
};

/// A list of features that pass or do not.
pub(super) const FORMAT: Foreign = Foreign {
    name: "feature-list",
    extensions: &[],
    fits,
    read: |text| lists::read(text, lists::CHECKED),
    write: Some(write),
};

fn fits(_: &Node<'_>, tasks: &[Node<'_>]) -> Fit {
    match tasks.first() {
        Some(task) if task.get("passes").is_some() => Fit::Certain,
        Some(task) if task.get("steps").is_some() => Fit::Likely,
        _ => Fit::No,
    }
}

/// Write `plan`: every task without parts, except cancelled ones, with its feature for a category. Cancelled ones are no longer features.
fn write(plan: &Plan) -> String {
    let parts = plan.parts();
    let titles: HashMap<_, &str> = plan.items.iter().map(|item| (&item.id, item.content.title.as_str())).collect();
    let is_kept = |at: &usize| plan.items[*at].content.status != Some(Status::Cancelled);
    let leaves = (0..plan.items.len()).filter(|at| is_kept(at) && !parts.of(*at).iter().any(is_kept));
    let written: Vec<&PlanItem> = leaves.map(|at| &plan.items[at]).collect();
    // A list that is there is the whole list, and nothing is said of the others here.
    let named: HashSet<&TaskId> =
        written.iter().flat_map(|item| item.parent.iter().flatten().chain([&item.id])).collect();
    let entries = written.iter().map(|item| {
        let content = &item.content;
        let feature = item.parent.iter().flatten().next().filter(|id| titles.contains_key(id));
        // What a description has beyond its first line would be the title's second.
        let whole = content.description.as_ref().filter(|text| text.lines().next() == Some(&content.title));
        let accept = content.accept.as_deref().unwrap_or_default();
        let steps: Vec<String> = match criteria::is_list(accept) {
            true => criteria::of(accept, &Default::default()).into_iter().map(|criterion| criterion.text).collect(),
            false => accept.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect(),
        };
        Value::Object(object([
            ("category", json!(feature.map(|id| titles[id]))),
            ("category_id", json!(feature)),
            ("description", json!(whole.unwrap_or(&content.title))),
            ("steps", json!(steps)),
            ("passes", json!(content.status == Some(Status::Completed))),
            ("id", json!(item.id)),
            ("after", json!(item.after.as_ref().filter(|after| after.iter().all(|id| named.contains(id))))),
        ]))
    });
    format!("{:#}\n", Value::Array(entries.collect()))
}
