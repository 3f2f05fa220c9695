//! The answer of `graph`.

use super::{JsonForm as _, json};
use crate::{
    domain::{
        id::TaskId,
        task_graph::{Chart, EdgeKind, Node},
    },
    view::svg::graph_layout::Layers,
};

json! {
    /// The answer of `graph`.
    pub struct GraphAnswer from chart: &Chart, cycles: Vec<Vec<TaskId>>, drawn: Option<String> {
        /// The tasks, dependencies first.
        nodes: Vec<NodeJson> = chart
            .nodes
            .iter()
            .zip(Layers::of_chart(chart).nodes)
            .map(|(node, place)| NodeJson::new(node, place.layer))
            .collect(),
        edges: Vec<EdgeJson> = chart.edges.iter().map(|edge| EdgeJson::new(edge, chart)).collect(),
        /// One cycle for each group of tasks that wait for each other.
        cycles: Vec<Vec<String>> = cycles.to_json(),
        /// With `--format dot`, `mermaid` or `svg`: the chart in that format.
        text: Option<String> = drawn,
    }

    struct NodeJson from node: &Node, place: usize {
        id: String,
        title: String,
        /// `completed`, `in_progress`, `ready`, `waiting`, `blocked`, `failed` or `cancelled`.
        state: &'static str = node.state.as_str(),
        parent: Option<String> = node.within.as_ref().map(|(id, _)| id.to_string()),
        /// From 0; every task depends on one in the previous layer.
        layer: usize = place,
    }

    struct EdgeJson from edge: &(usize, usize, EdgeKind), chart: &Chart {
        /// The id of the task that comes first.
        from: String = chart.nodes[edge.0].id.to_string(),
        /// The id of the task that depends on it.
        to: String = chart.nodes[edge.1].id.to_string(),
        /// `after`, or `part` from a subtask to its feature.
        kind: &'static str = match edge.2 {
            EdgeKind::After => "after",
            EdgeKind::Part => "part",
        },
    }
}
