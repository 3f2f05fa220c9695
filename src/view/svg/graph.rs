//! A dependency graph in layers.

use std::fmt::Write as _;

use super::{class, escape, mark, open};
use crate::{
    domain::task_graph::{Chart, Kind},
    view::{
        shorten,
        svg::graph_layout::{Layers, Place},
    },
};

const WIDTH: f64 = 208.0;
const HEIGHT: f64 = 38.0;
const COLUMN: f64 = 264.0;
const ROW: f64 = 50.0;
const MARGIN: f64 = 12.0;
/// So many columns of text are in a node.
const TITLE: usize = 24;

/// The drawing of `chart`, called `name` in its document.
pub fn graph(name: &str, chart: &Chart) -> String {
    let (nodes, edges) = (&chart.nodes, &chart.edges);
    let layers = chart.layers();
    let width = MARGIN * 2.0 + (layers.rows.len().max(1) - 1) as f64 * COLUMN + WIDTH;
    let height =
        MARGIN * 2.0 + (layers.breadth - 1.0).max(0.0) * ROW + HEIGHT + if has_back(&layers) { 24.0 } else { 0.0 };
    let description = format!(
        "{} tasks in {} layers, from what can be done first on the left to what comes last on the right; {} lines lead from a \
         task to those that come after it.",
        nodes.len(),
        layers.rows.len(),
        edges.len()
    );
    let mut svg = open(name, width, height, "Dependencies", &description);
    writeln!(
        svg,
        "<defs><marker id=\"{name}-head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>"
    )
    .unwrap_or_default();
    for (route, (_, _, kind)) in layers.edges.iter().zip(edges) {
        let (from, to) = (layers.nodes[route.from], layers.nodes[route.to]);
        let path = if route.is_back { backwards(from, to, height) } else { forwards(from, &route.turns, to) };
        let class = match (route.is_back, kind) {
            (true, _) => "edge back",
            (false, Kind::Part) => "edge part",
            (false, Kind::After) => "edge",
        };
        writeln!(svg, "<path class=\"{class}\" marker-end=\"url(#{name}-head)\" d=\"{path}\"/>").unwrap_or_default();
    }
    for (node, place) in nodes.iter().zip(&layers.nodes) {
        let (x, y) = corner(*place);
        let (title, id) = (escape(&shorten(&node.title, TITLE)), escape(&shorten(node.id.as_str(), TITLE + 6)));
        writeln!(
            svg,
            "<g class=\"{class}\"><title>{id} {whole}: {state}</title><rect class=\"node\" x=\"{x:.1}\" y=\"{y:.1}\" \
             width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/><text class=\"mark\" x=\"{mark_x:.1}\" y=\"{first:.1}\">{mark}</text>\
             <text x=\"{text_x:.1}\" y=\"{first:.1}\">{title}</text><text class=\"faint\" x=\"{text_x:.1}\" \
             y=\"{second:.1}\">{id}</text></g>",
            class = class(node.state),
            whole = escape(&node.title),
            state = node.state.as_str().replace('_', " "),
            mark = mark(node.state),
            mark_x = x + 9.0,
            text_x = x + 25.0,
            first = y + 16.0,
            second = y + 30.0,
        )
        .unwrap_or_default();
    }
    svg.push_str("</svg>\n");
    svg
}

fn has_back(layers: &Layers) -> bool {
    layers.edges.iter().any(|edge| edge.is_back)
}

fn corner(place: Place) -> (f64, f64) {
    (MARGIN + place.layer as f64 * COLUMN, MARGIN + place.across * ROW)
}

/// A line to the right, through its turns.
fn forwards(from: Place, turns: &[Place], to: Place) -> String {
    let (x, y) = corner(from);
    let (mut x, mut y) = (x + WIDTH, y + HEIGHT / 2.0);
    let mut path = format!("M{x:.1} {y:.1}");
    let mut go = |next_x: f64, next_y: f64, flat: f64| {
        let half = (next_x - x) / 2.0;
        write!(path, "C{:.1} {y:.1} {:.1} {next_y:.1} {next_x:.1} {next_y:.1}", x + half, next_x - half)
            .unwrap_or_default();
        if flat > 0.0 {
            write!(path, "H{:.1}", next_x + flat).unwrap_or_default();
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

/// A line that closes a circle: below everything that is between.
fn backwards(from: Place, to: Place, height: f64) -> String {
    let ((from_x, from_y), (to_x, to_y)) = (corner(from), corner(to));
    let (start, end) = (from_x + WIDTH / 2.0, to_x + WIDTH / 2.0);
    let low = (from_y.max(to_y) + HEIGHT + 40.0).min(height + 8.0);
    format!("M{start:.1} {:.1}C{start:.1} {low:.1} {end:.1} {low:.1} {end:.1} {:.1}", from_y + HEIGHT, to_y + HEIGHT)
}
