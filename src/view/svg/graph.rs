//! A dependency graph in layers.

use maud::html;

use super::{
    Drawing, class,
    graph_layout::{Layers, NodePlace},
    mark, px,
};
use crate::{
    domain::task_graph::{Chart, EdgeKind},
    view::shorten,
};

const WIDTH: f64 = 208.0;
const HEIGHT: f64 = 38.0;
const COLUMN: f64 = 264.0;
const ROW: f64 = 50.0;
const MARGIN: f64 = 12.0;
/// How many columns of text a node has.
const TITLE: usize = 24;

/// Draw `chart`.
pub fn graph(chart: &Chart) -> Drawing {
    let layers = Layers::of_chart(chart);
    let has_back = layers.edges.iter().any(|edge| edge.is_back);
    let width = MARGIN * 2.0 + (layers.rows.len().max(1) - 1) as f64 * COLUMN + WIDTH;
    let height = MARGIN * 2.0 + (layers.breadth - 1.0).max(0.0) * ROW + HEIGHT + if has_back { 24.0 } else { 0.0 };
    let body = html! {
        defs {
            marker id="graph-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto" {
                path.head d="M0 0L8 4L0 8z" {}
            }
        } "\n"
        @for (route, (_, _, kind)) in layers.edges.iter().zip(&chart.edges) {
            @let (from, to) = (layers.nodes[route.from], layers.nodes[route.to]);
            @let path = if route.is_back { backwards(from, to, height) } else { forwards(from, &route.turns, to) };
            @let class = if route.is_back { "edge back" } else if *kind == EdgeKind::Part { "edge part" } else { "edge" };
            path class=(class) marker-end="url(#graph-head)" d=(path) {} "\n"
        }
        @for (node, place) in chart.nodes.iter().zip(&layers.nodes) {
            @let (x, y) = corner(*place);
            g class=(class(node.state)) {
                title { (node.id) " " (node.title) ": " (node.state.as_str().replace('_', " ")) }
                rect.node x=(px(x)) y=(px(y)) width=(WIDTH) height=(HEIGHT) rx="6" {}
                text.mark x=(px(x + 9.0)) y=(px(y + 16.0)) { (mark(node.state)) }
                text x=(px(x + 25.0)) y=(px(y + 16.0)) { (shorten(&node.title, TITLE)) }
                text.faint x=(px(x + 25.0)) y=(px(y + 30.0)) { (shorten(node.id.as_str(), TITLE + 6)) }
            } "\n"
        }
    };
    let description = format!(
        "{} tasks in {} layers, from the first on the left to the last on the right; {} lines lead \
         from a task to its dependents.",
        chart.nodes.len(),
        layers.rows.len(),
        chart.edges.len()
    );
    Drawing { name: "graph", width, height, title: "Dependencies", description, body }
}

fn corner(place: NodePlace) -> (f64, f64) {
    (MARGIN + place.layer as f64 * COLUMN, MARGIN + place.across * ROW)
}

/// A line to the right, through its turns.
fn forwards(from: NodePlace, turns: &[NodePlace], to: NodePlace) -> String {
    let (x, y) = corner(from);
    let (mut x, mut y) = (x + WIDTH, y + HEIGHT / 2.0);
    let mut path = format!("M{x:.1} {y:.1}");
    let mut go = |next_x: f64, next_y: f64, flat: f64| {
        let half = (next_x - x) / 2.0;
        path.push_str(&format!("C{:.1} {y:.1} {:.1} {next_y:.1} {next_x:.1} {next_y:.1}", x + half, next_x - half));
        if flat > 0.0 {
            path.push_str(&format!("H{:.1}", next_x + flat));
        }
        (x, y) = (next_x + flat, next_y);
    };
    for turn in turns {
        let (turn_x, turn_y) = corner(*turn);
        go(turn_x, turn_y + HEIGHT / 2.0, WIDTH);
    }
    let (to_x, to_y) = corner(to);
    go(to_x, to_y + HEIGHT / 2.0, 0.0);
    path
}

/// A line that closes a cycle: below everything that is between.
fn backwards(from: NodePlace, to: NodePlace, height: f64) -> String {
    let ((from_x, from_y), (to_x, to_y)) = (corner(from), corner(to));
    let (start, end) = (from_x + WIDTH / 2.0, to_x + WIDTH / 2.0);
    let low = (from_y.max(to_y) + HEIGHT + 40.0).min(height + 8.0);
    format!("M{start:.1} {:.1}C{start:.1} {low:.1} {end:.1} {low:.1} {end:.1} {:.1}", from_y + HEIGHT, to_y + HEIGHT)
}
