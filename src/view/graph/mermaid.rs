//! Mermaid, which forges draw in Markdown.

use super::label;
use crate::{
    domain::task_graph::{Chart, EdgeKind},
    view::{sanitize, svg::class},
};

const CLASSES: &str = "  classDef done stroke:#1a7f37
  classDef busy stroke:#0969da,stroke-width:2px
  classDef ready stroke:#6639ba
  classDef wait stroke:#818b98,stroke-dasharray:4 3
  classDef block stroke:#9a6700,stroke-width:2px
  classDef bad stroke:#cf222e,stroke-width:2px
";

/// `chart` as a Mermaid flowchart.
pub fn mermaid(chart: &Chart) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (number, (feature, nodes)) in chart.by_feature().into_iter().enumerate() {
        let indent = if feature.is_some() { "    " } else { "  " };
        if let Some((_, title)) = feature {
            text.push_str(&format!("  subgraph f{number} [\"{}\"]\n", escape(&sanitize::line(title))));
        }
        for at in nodes {
            let node = &chart.nodes[at];
            let (label, id) = (escape(&label(node)), escape(node.id.as_str()));
            text.push_str(&format!("{indent}n{at}[\"{label}<br>{id}\"]:::{}\n", class(node.state)));
        }
        if feature.is_some() {
            text.push_str("  end\n");
        }
    }
    for (from, to, kind) in &chart.edges {
        let arrow = if *kind == EdgeKind::Part { "-.->" } else { "-->" };
        text.push_str(&format!("  n{from} {arrow} n{to}\n"));
    }
    text.push_str(CLASSES);
    text
}

/// `text` between the quotes of a label: neither markup of Mermaid, of Markdown nor of HTML.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '*' | '_' | '[' | ']' | '{' | '}' | '~' => {
                escaped.push_str(&format!("#{};", c as u32));
            }
            _ => escaped.push(c),
        }
    }
    escaped
}
