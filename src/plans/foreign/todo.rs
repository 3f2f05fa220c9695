//! The to-do lists that agents keep with their own tools (`TodoWrite`, `update_plan`). Only read.
//!
//! ```json
//! {"todos": [{"content": "Fix the parser", "status": "in_progress", "activeForm": "Fixing the parser"}]}
//! ```

use super::{Fit, Foreign, lists, task::Tool};
use crate::plans::node::{Node, What};

/// The to-do list of an agent.
pub(super) const FORMAT: Foreign = Foreign {
    name: "todo",
    extensions: &[],
    fits,
    read: |text| lists::read(text, Tool { has_no_ids: true, ..lists::PLAN }),
    write: None,
};

fn fits(node: &Node<'_>, tasks: &[Node<'_>]) -> Fit {
    let has = |node: &Node<'_>, keys: &[&str]| keys.iter().any(|key| node.get(key).is_some());
    let is_todo = |task: &Node<'_>| {
        has(task, &["status"])
            && (has(task, &["content", "step"])
                || (!has(task, &["title", "name", "feature", "subject"]) && has(task, &["description"])))
    };
    let is_list = matches!(node.what, What::List(_)) || has(node, &["todos", "plan"]);
    if is_list && tasks.first().is_some_and(is_todo) { Fit::Certain } else { Fit::No }
}
