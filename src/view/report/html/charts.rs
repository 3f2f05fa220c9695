//! The drawings of the page, each in a box of its own that scrolls on a narrow screen.

use std::collections::{HashMap, HashSet};

use maud::{Markup, Render as _, html};

use super::scroll;
use crate::{
    domain::{
        id::TaskId,
        report::{Item, Report, TaskState},
        task_graph::{Chart, EdgeKind, Node},
    },
    view::{
        sanitize::plural,
        svg::{self, Drawing},
    },
};

/// The maximum number of rows in the timeline, and of tasks in the graph; the page says what is omitted.
const MOST: usize = 400;

/// How the plan grew and was done.
pub(super) fn burn_up(report: &Report) -> Markup {
    // What happened last is at its right.
    boxed("Burn-up", "scroll from-end", svg::burn::burn(&report.burn, report.at), "")
}

pub(super) fn timeline(report: &Report) -> Markup {
    let mut begun: Vec<&Item> = report
        .items()
        .filter(|item| item.started_at.is_some() && (item.was_worked_on() || !item.checkpoints.is_empty()))
        .collect();
    begun.sort_by_key(|item| (item.started_at, &item.id));
    let hidden = begun.len().saturating_sub(MOST);
    let mut note = "Bars show work, thin lines the time from start to end. Below them are checkpoints: ● verified, ✗ verification failed, ○ \
                    not verified. Times without work are compressed."
        .to_owned();
    if hidden > 0 {
        note.insert_str(0, &format!("The {MOST} tasks started last; {} earlier. ", plural(hidden, "task")));
    }
    boxed("Timeline", "scroll", svg::timeline::timeline(&begun[hidden..], report.at), &note)
}

fn boxed(title: &str, class: &str, drawing: Option<Drawing>, note: &str) -> Markup {
    html! {
        @if let Some(drawing) = drawing {
            section {
                h2 { (title) }
                @if !note.is_empty() { p { small { (note) } } }
                (scroll(title, class, &drawing.render()))
            } "\n"
        }
    }
}

/// The tasks that depend on others, or others on them; of very many those that are open.
pub(super) fn dependencies(report: &Report) -> Markup {
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
        joined.retain(|at| items[*at].state != TaskState::Completed);
        joined.truncate(MOST);
    }
    let shown: HashMap<usize, usize> = joined.iter().enumerate().map(|(place, at)| (*at, place)).collect();
    let mut seen = HashSet::new();
    let edges: Vec<(usize, usize, EdgeKind)> = edges
        .iter()
        .filter_map(|(from, to)| Some((*shown.get(from)?, *shown.get(to)?, EdgeKind::After)))
        .filter(|(from, to, _)| from != to && seen.insert((*from, *to)))
        .collect();
    let nodes: Vec<Node> =
        joined.iter().map(|at| Node::new(items[*at].id.clone(), items[*at].title.clone(), items[*at].state)).collect();
    if nodes.is_empty() {
        return html! {};
    }
    let alone = items.len() - all;
    let mut notes = Vec::new();
    let count = nodes.len();
    if count < all {
        notes.push(format!("{count} of {all} tasks: only open ones; git agent graph --all shows all."));
    }
    if alone > 0 {
        let verb = if alone == 1 { "is" } else { "are" };
        notes.push(format!("{} without dependencies or dependents {verb} not shown.", plural(alone, "task")));
    }
    boxed("Dependencies", "scroll", Some(svg::graph::graph(&Chart { nodes, edges })), &notes.join(" "))
}
