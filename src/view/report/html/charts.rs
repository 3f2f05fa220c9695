//! The drawings of the page, each in a box of its own that scrolls on a narrow screen.

use std::collections::{HashMap, HashSet};

use crate::{
    domain::{
        id::TaskId,
        report::{Item, Report, State},
        task_graph::{Chart, Kind, Node},
    },
    view::{
        sanitize::plural,
        svg::{self, burn::burn, graph::graph},
    },
};

/// A page has so many rows in its timeline, and so many tasks in its graph, and says what it leaves out.
const MOST: usize = 400;

/// How the plan grew and was done.
pub(super) fn burn_up(report: &Report) -> String {
    // What happened last is at its right.
    boxed("Burn-up", "scroll from-end", burn("burn", &report.burn, report.at), String::new())
}

/// What was done when.
pub(super) fn timeline(report: &Report) -> String {
    let mut begun: Vec<&Item> = report
        .items()
        .filter(|item| item.started_at.is_some() && (item.was_worked_on() || !item.checkpoints.is_empty()))
        .collect();
    begun.sort_by_key(|item| (item.started_at, &item.id));
    let hidden = begun.len().saturating_sub(MOST);
    let note = match hidden {
        0 => String::new(),
        _ => format!("The {MOST} tasks that were started last; {} before.", plural(hidden, "task")),
    };
    let key = "Bars are work, the thin line is from start to end. Below them are checkpoints: ● verified, ✗ verification failed, ○ not \
               verified. Times in which nobody worked take little room.";
    let note = if note.is_empty() { key.to_owned() } else { format!("{note} {key}") };
    boxed("Timeline", "scroll", svg::timeline::timeline("timeline", &begun[hidden..], report.at), note)
}

fn boxed(title: &str, class: &str, svg: String, note: String) -> String {
    if svg.is_empty() {
        return svg;
    }
    let note = if note.is_empty() { note } else { format!("<p><small>{note}</small></p>\n") };
    format!(
        "<section>\n<h2>{title}</h2>\n{note}<div class=\"{class}\" tabindex=\"0\" role=\"region\" aria-label=\"{title}\">\n\
         {svg}</div>\n</section>\n"
    )
}

/// The tasks that depend on others, or others on them; of very many those that are open.
pub(super) fn dependencies(report: &Report) -> String {
    let items: Vec<&Item> = report.items().collect();
    let places: HashMap<&TaskId, usize> = items.iter().enumerate().map(|(at, item)| (&item.id, at)).collect();
    let edges: Vec<(usize, usize)> = items
        .iter()
        .enumerate()
        .flat_map(|(at, item)| item.after.iter().filter_map(|id| places.get(id)).map(move |from| (*from, at)))
        .collect();
    let mut joined: Vec<usize> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
    joined.sort_unstable();
    joined.dedup();
    let all = joined.len();
    if all > MOST {
        joined.retain(|at| items[*at].state != State::Completed);
        joined.truncate(MOST);
    }
    let shown: HashMap<usize, usize> = joined.iter().enumerate().map(|(place, at)| (*at, place)).collect();
    let mut seen = HashSet::new();
    let edges: Vec<(usize, usize, Kind)> = edges
        .iter()
        .filter_map(|(from, to)| Some((*shown.get(from)?, *shown.get(to)?, Kind::After)))
        .filter(|(from, to, _)| from != to && seen.insert((*from, *to)))
        .collect();
    let nodes: Vec<Node> =
        joined.iter().map(|at| Node::new(items[*at].id.clone(), items[*at].title.clone(), items[*at].state)).collect();
    if nodes.is_empty() {
        return String::new();
    }
    let alone = items.len() - all;
    let mut notes = Vec::new();
    let count = nodes.len();
    if count < all {
        notes.push(format!("{count} of {all} tasks, those that are open; git agent graph shows all."));
    }
    if alone > 0 {
        let verb = if alone == 1 { "depends" } else { "depend" };
        notes.push(format!("{} {verb} on nothing that is listed here, and nothing on them.", plural(alone, "task")));
    }
    boxed("Dependencies", "scroll", graph("graph", &Chart { nodes, edges }), notes.join(" "))
}
