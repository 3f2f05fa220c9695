//! A chart in text, for a terminal and for other programs; as a picture it is in [`super::svg::graph`].

mod dot;
mod mermaid;
mod text;

pub use dot::dot;
pub use mermaid::mermaid;
pub use text::text;

use super::svg::mark;
use crate::{domain::task_graph::Node, view::sanitize};

fn label(node: &Node) -> String {
    format!("{} {}", mark(node.state), sanitize::line(&node.title))
}
