//! What is drawn of a plan: tasks as nodes, and what comes after what.

use std::collections::{HashMap, HashSet};

use super::{
    graph::{Graph, Obstacle},
    id::TaskId,
    report::TaskState,
    status::Status,
    time::Timestamp,
};
use crate::domain::table::Row;

/// The tasks and dependencies to draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// The tasks, dependencies first.
    pub nodes: Vec<Node>,
    /// Edges from a task to its dependents, as indexes into `nodes`; never from a node to itself.
    pub edges: Vec<(usize, usize, EdgeKind)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub id: TaskId,
    /// The title: one line.
    pub title: String,
    /// The state that its mark shows.
    pub state: TaskState,
    /// The feature that it is a subtask of, with its title.
    pub within: Option<(TaskId, String)>,
    /// Why it cannot be started, if it is pending.
    pub obstacles: Vec<Obstacle>,
}

/// The meaning of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeKind {
    /// The second task depends on the first.
    After,
    /// The second task is a feature, and the first a subtask of it.
    Part,
}

/// Which tasks to draw.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'a> {
    /// Only tasks in this feature, at any depth.
    pub parent: Option<&'a TaskId>,
    /// Include completed and cancelled tasks; otherwise only those that open tasks directly depend on.
    pub all: bool,
}

/// A feature with its title, or none; and its nodes.
pub type Group<'a> = (Option<&'a (TaskId, String)>, Vec<usize>);

impl Node {
    /// A node for a task that is not in the ledger.
    pub fn new(id: TaskId, title: String, state: TaskState) -> Self {
        Node { id, title, state, within: None, obstacles: Vec::new() }
    }

    fn of(graph: &Graph<'_>, row: Row<'_>, now: Timestamp) -> Self {
        let obstacles = match row.status() {
            Status::Pending => graph.obstacles(&row.summary(), now),
            // What blocks a task is in its way while it is in progress, too.
            Status::InProgress if row.blockers() > 0 => vec![Obstacle::Blocked(row.blockers())],
            _ => Vec::new(),
        };
        let state = match row.status() {
            Status::Pending if obstacles.iter().any(|one| matches!(one, Obstacle::Blocked(_))) => TaskState::Blocked,
            Status::Pending if obstacles.is_empty() => TaskState::Ready,
            Status::Pending => TaskState::Waiting,
            closed => TaskState::of(closed, &[]),
        };
        let within = row.parent().map(|parent| (parent.id(), parent.title().to_owned()));
        Node { id: row.id(), title: row.title().to_owned(), state, within, obstacles }
    }
}

impl Chart {
    /// The chart of the chosen tasks of `graph`.
    ///
    /// A feature stands for its parts and is not drawn, unless it comes after something, or something after it.
    pub fn new(graph: &Graph<'_>, choice: Choice<'_>, now: Timestamp) -> Self {
        let order = graph.in_order();
        let parent = choice.parent.map(|id| graph.table().position(id.as_str()));
        let is_within = |row: Row<'_>| parent.is_none_or(|parent| row.is_within(parent));
        let is_open = |row: &Row<'_>| choice.all || !row.status().is_closed();
        let rows: Vec<Row<'_>> = order.into_iter().filter(|row| row.exists() && is_within(*row)).collect();
        let mut wanted: HashSet<usize> = rows.iter().filter(|row| is_open(row)).map(|row| row.at()).collect();
        let joined: HashSet<usize> = rows
            .iter()
            .filter(|row| wanted.contains(&row.at()))
            .flat_map(|row| row.after().flatten().map(move |before| [before.at(), row.at()]))
            .flatten()
            .collect();
        wanted.retain(|at| !graph.is_feature(graph.table().row(*at)));
        wanted.extend(&joined);
        let rows: Vec<Row<'_>> = rows.into_iter().filter(|row| wanted.contains(&row.at())).collect();
        let places: HashMap<usize, usize> = rows.iter().enumerate().map(|(place, row)| (row.at(), place)).collect();
        let mut edges = Vec::new();
        for (to, row) in rows.iter().enumerate() {
            let before = row.after().flatten().filter_map(|before| places.get(&before.at()));
            edges.extend(before.map(|from| (*from, to, EdgeKind::After)));
            let feature = row.parent().and_then(|parent| places.get(&parent.at()));
            edges.extend(feature.map(|feature| (to, *feature, EdgeKind::Part)));
        }
        edges.retain(|(from, to, _)| from != to);
        Chart { nodes: rows.iter().map(|row| Node::of(graph, *row, now)).collect(), edges }
    }

    /// The nodes of each feature, and those without one; features in the order of their first node.
    pub fn by_feature(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group<'_>> = vec![(None, Vec::new())];
        let mut places: HashMap<&TaskId, usize> = HashMap::new();
        for (at, node) in self.nodes.iter().enumerate() {
            match &node.within {
                None => groups[0].1.push(at),
                Some(within) => {
                    let place = *places.entry(&within.0).or_insert(groups.len());
                    if place == groups.len() {
                        groups.push((Some(within), Vec::new()));
                    }
                    groups[place].1.push(at);
                }
            }
        }
        groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{summary::Summary, table::Table, task::Task};

    /// `"b after a"`, `"b in f"`, `"a done"`.
    fn chart(rows: &[&str], all: bool) -> (Vec<String>, Vec<(usize, usize, EdgeKind)>) {
        let id = |text: &str| TaskId::parse(text).unwrap();
        let row = |(age, row): (usize, &&str)| {
            let words: Vec<&str> = row.split(' ').collect();
            let mut task = Task::unknown(id(words[0]));
            task.created_at = Some(Timestamp::from_seconds(age as i64));
            for pair in words[1..].windows(2) {
                match pair[0] {
                    "after" => task.after.push(id(pair[1])),
                    "in" => task.parent = Some(id(pair[1])),
                    _ => {}
                }
            }
            if words.contains(&"done") {
                task.status = Status::Completed;
            }
            if words.contains(&"cancelled") {
                task.status = Status::Cancelled;
            }
            Summary::of(&task)
        };
        let rows: Vec<Summary> = rows.iter().enumerate().map(row).collect();
        let table = Table::of(&rows);
        let chart = Chart::new(&Graph::new(&table), Choice { parent: None, all }, Timestamp::EPOCH);
        (chart.nodes.iter().map(|node| format!("{} {}", node.id, node.state.as_str())).collect(), chart.edges)
    }

    #[test]
    fn what_is_done_is_there_if_something_open_comes_directly_after_it() {
        let rows = ["a done", "b after a done", "c after b", "d after c", "e done"];
        let (nodes, edges) = chart(&rows, false);
        assert_eq!(nodes, ["b completed", "c ready", "d waiting"]);
        assert_eq!(edges, [(0, 1, EdgeKind::After), (1, 2, EdgeKind::After)]);
        assert_eq!(chart(&rows, true).0.len(), 5);
    }

    #[test]
    fn a_feature_is_drawn_when_something_hangs_on_it() {
        let (nodes, _) = chart(&["f", "a in f", "b in f after a"], false);
        assert_eq!(nodes, ["a ready", "b waiting"]);
        let (nodes, edges) = chart(&["f", "a in f", "b in f", "z after f"], false);
        assert_eq!(nodes, ["f waiting", "a ready", "b ready", "z waiting"]);
        assert_eq!(edges, [(1, 0, EdgeKind::Part), (2, 0, EdgeKind::Part), (0, 3, EdgeKind::After)]);
    }

    #[test]
    fn a_task_whose_parts_are_all_cancelled_is_drawn() {
        let rows = ["f", "a in f cancelled", "b"];
        assert_eq!(chart(&rows, false).0, ["f ready", "b ready"]);
        assert_eq!(
            chart(&rows, true),
            (["f ready", "a cancelled", "b ready"].map(str::to_owned).to_vec(), vec![(1, 0, EdgeKind::Part)])
        );
    }

    #[test]
    fn cycles_are_drawn() {
        let (nodes, edges) = chart(&["a after b", "b after a", "c after c"], false);
        assert_eq!((nodes.len(), edges.len()), (3, 2));
    }
}
