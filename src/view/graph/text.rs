//! The layers of a chart, one below the other; what a task comes after is said behind it.
//!
//! Lines drawn between columns of text cross each other from a dozen tasks on, and 80 columns hold three layers. A number in
//! front says which layer it is: everything in it can be done at the same time, when the ones above are done.

use crate::{
    domain::{
        graph::{Obstacle, show_cycle},
        report::TaskState,
        status::Status,
        task_graph::{Chart, EdgeKind, Node},
    },
    view::{
        ListRow, Style, id_width, sanitize,
        svg::{graph_layout::Layers, mark},
    },
};

/// `chart` as text, painted by `style`, in lines of `width` columns if there is a width; `cycles` are named below.
pub fn text(chart: &Chart, cycles: &[Vec<crate::domain::id::TaskId>], style: Style, width: Option<usize>) -> String {
    let layers = Layers::of_chart(chart);
    let ids = id_width(chart.nodes.iter().map(|node| node.id.as_str()), width);
    let numbers = layers.rows.len().to_string().len();
    let mut before: Vec<Vec<(usize, EdgeKind)>> = vec![Vec::new(); chart.nodes.len()];
    for (from, to, kind) in &chart.edges {
        before[*to].push((*from, *kind));
    }
    let mut page = String::new();
    for (layer, row) in layers.rows.iter().enumerate() {
        // For a drawing they are in the order in which lines cross least; in a list that is no order.
        let mut row = row.clone();
        row.sort_unstable();
        if layer > 0 {
            page.push('\n');
        }
        for (place, at) in row.iter().enumerate() {
            let node = &chart.nodes[*at];
            let number = if place == 0 { (layer + 1).to_string() } else { String::new() };
            let mark = (node_mark(node), |style: Style, text: &str| painted(style, node.state, text));
            let line = ListRow::of_task(style, mark, " ", (node.id.as_str(), ids), &node.title);
            let line = line.remarks(&remarks(chart, node, &before[*at]).join(", "), width);
            page.push_str(&line.first(&format!("{number:>numbers$} "), Style::faint).render(width));
        }
    }
    for cycle in cycles {
        page.push_str(&format!("\nDependency cycle: {}\n", sanitize::line(&show_cycle(cycle))));
    }
    if !chart.nodes.is_empty() {
        page.push_str(&legend(chart, style));
    }
    page
}

/// The mark of a node: that of a blocked task, also where it is in progress.
fn node_mark(node: &Node) -> &'static str {
    let is_blocked = node.obstacles.iter().any(|obstacle| matches!(obstacle, Obstacle::Blocked(_)));
    mark(if is_blocked { TaskState::Blocked } else { node.state })
}

/// Its dependencies and other obstacles.
fn remarks(chart: &Chart, node: &Node, before: &[(usize, EdgeKind)]) -> Vec<String> {
    let ids = |wanted: EdgeKind| {
        let ids = before.iter().filter(|(_, kind)| *kind == wanted).map(|(from, _)| chart.nodes[*from].id.as_str());
        ids.collect::<Vec<_>>().join(", ")
    };
    let mut remarks = Vec::new();
    for (what, ids) in [("after", ids(EdgeKind::After)), ("consists of", ids(EdgeKind::Part))] {
        if !ids.is_empty() {
            remarks.push(format!("{what} {ids}"));
        }
    }
    for obstacle in &node.obstacles {
        match obstacle {
            Obstacle::Blocked(count) => remarks.push(format!("{} open", sanitize::plural(*count as usize, "blocker"))),
            Obstacle::PutOff(until) => remarks.push(format!("paused until {}", until.to_minute())),
            Obstacle::Claimed { by, .. } => remarks.push(format!("held by {by}")),
            Obstacle::Cancelled(feature) => remarks.push(format!("{feature} is cancelled")),
            Obstacle::Waits { on, status: None, .. } => remarks.push(format!("{on} is not in this ledger")),
            _ => {}
        }
    }
    remarks
}

/// The marks in use, and their meaning.
fn legend(chart: &Chart, style: Style) -> String {
    let used = TaskState::ALL.into_iter().filter(|state| chart.nodes.iter().any(|node| node.state == *state));
    let words = used.map(|state| {
        format!("{} {}", painted(style, state, mark(state)), style.faint(&state.as_str().replace('_', " ")))
    });
    format!("\n{}\n", words.collect::<Vec<_>>().join("  "))
}

fn painted(style: Style, state: TaskState, text: &str) -> String {
    match state {
        TaskState::Completed => style.status(Status::Completed, text),
        TaskState::InProgress => style.status(Status::InProgress, text),
        TaskState::Failed | TaskState::Blocked => style.bad(text),
        TaskState::Ready => style.strong(text),
        TaskState::Waiting | TaskState::Cancelled => style.faint(text),
    }
}
