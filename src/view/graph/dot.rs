//! The language of Graphviz.

use super::label;
use crate::{
    domain::{
        report::TaskState,
        task_graph::{Chart, EdgeKind, Node},
    },
    view::sanitize,
};

/// `chart` in the language of Graphviz.
pub fn dot(chart: &Chart) -> String {
    let mut text =
        "digraph tasks {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n\
                    \x20 edge [color=\"#818b98\"];\n"
            .to_owned();
    for (feature, nodes) in chart.by_feature() {
        let indent = if feature.is_some() { "    " } else { "  " };
        if let Some((id, title)) = feature {
            let (name, title) = (quote(&format!("cluster_{id}")), quote(&sanitize::line(title)));
            text.push_str(&format!("  subgraph {name} {{\n    label={title};\n    color=\"#d1d9e0\";\n"));
        }
        for node in nodes.iter().map(|at| &chart.nodes[*at]) {
            text.push_str(&format!("{indent}{}\n", self::node(node)));
        }
        if feature.is_some() {
            text.push_str("  }\n");
        }
    }
    for (from, to, kind) in &chart.edges {
        let style = if *kind == EdgeKind::Part { " [style=dashed]" } else { "" };
        let (from, to) = (quote(chart.nodes[*from].id.as_str()), quote(chart.nodes[*to].id.as_str()));
        text.push_str(&format!("  {from} -> {to}{style};\n"));
    }
    text.push_str("}\n");
    text
}

fn node(node: &Node) -> String {
    let (line, fill) = match node.state {
        TaskState::Completed => ("#1a7f37", "#dafbe1"),
        TaskState::InProgress => ("#0969da", "#ddf4ff"),
        TaskState::Ready => ("#6639ba", "#fbefff"),
        TaskState::Waiting | TaskState::Cancelled => ("#59636e", "#f6f8fa"),
        TaskState::Blocked => ("#9a6700", "#fff8c5"),
        TaskState::Failed => ("#cf222e", "#ffebe9"),
    };
    // The line break is Graphviz's own escape.
    let label = format!("{}\\n{}", escape(&label(node)), escape(node.id.as_str()));
    format!("{} [label=\"{label}\", color=\"{line}\", fillcolor=\"{fill}\"];", quote(node.id.as_str()))
}

/// `text` as a string of the language.
fn quote(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
