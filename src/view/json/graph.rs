//! The answer of `graph`.

use schemars::JsonSchema;
use serde::Serialize;

use super::SCHEMA;
use crate::domain::{
    id::TaskId,
    task_graph::{Chart, EdgeKind},
};

/// `graph`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GraphAnswer {
    schema: u32,
    /// In the order in which they can be done.
    nodes: Vec<NodeJson>,
    edges: Vec<EdgeJson>,
    /// One circle for every group of tasks that wait for each other.
    cycles: Vec<Vec<String>>,
    /// With `--format dot`, `mermaid` or `svg`: the chart in that format.
    text: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NodeJson {
    id: String,
    title: String,
    /// `completed`, `in_progress`, `ready`, `waiting`, `blocked`, `failed` or `cancelled`.
    state: &'static str,
    parent: Option<String>,
    /// From 0; everything in a layer comes after something in the layer before it.
    layer: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EdgeJson {
    /// The task that comes first.
    from: String,
    /// The task that depends on it.
    to: String,
    /// `after`, or `part` from a task to the feature that it is a part of.
    kind: &'static str,
}

impl GraphAnswer {
    /// The answer with `chart`, its `cycles`, and its `text` in another format.
    pub fn new(chart: &Chart, cycles: Vec<Vec<TaskId>>, text: Option<String>) -> Self {
        let places = crate::view::svg::graph_layout::Layers::of_chart(chart).nodes;
        let nodes = chart.nodes.iter().zip(places).map(|(node, place)| NodeJson {
            id: node.id.to_string(),
            title: node.title.clone(),
            state: node.state.as_str(),
            parent: node.within.as_ref().map(|(id, _)| id.to_string()),
            layer: place.layer,
        });
        let edges = chart.edges.iter().map(|(from, to, kind)| EdgeJson {
            from: chart.nodes[*from].id.to_string(),
            to: chart.nodes[*to].id.to_string(),
            kind: match kind {
                EdgeKind::After => "after",
                EdgeKind::Part => "part",
            },
        });
        let cycles = cycles.iter().map(|cycle| cycle.iter().map(ToString::to_string).collect());
        GraphAnswer { schema: SCHEMA, nodes: nodes.collect(), edges: edges.collect(), cycles: cycles.collect(), text }
    }
}
