//! The tasks, filtered and sorted.

use super::Caller;
use crate::{
    domain::{
        graph::{Graph, Obstacle},
        progress::Progress,
        status::Status,
        summary::Summary,
        table::{Row, Table},
        time::Timestamp,
    },
    error::{Error, Result, codes},
    store::ledger::View,
};

/// Which tasks to list, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only tasks in these states; if empty, all except completed and cancelled ones, unless `all` is set.
    pub states: Vec<Status>,
    /// Include completed and cancelled tasks.
    pub all: bool,
    /// Only subtasks of this task, at any depth.
    pub parent: Option<String>,
    /// Only tasks claimed or last worked on by this actor, with or without its host.
    pub by: Option<String>,
    /// Only tasks that have all of these labels.
    pub labels: Vec<String>,
    /// Only tasks that contain this text anywhere, ignoring case: id, title, description, acceptance, labels, references, blockers,
    /// reasons of failures, notes or decisions.
    pub search: Option<String>,
    /// `plan` (or nothing), `id`, `title`, `status`, `priority`, `created` or `updated`; a leading `-` reverses the order.
    pub sort: String,
    /// List at most this many tasks; `None`: all.
    pub limit: Option<usize>,
    /// Compute the progress of features as well.
    pub progress: bool,
}

/// The matching tasks.
pub struct List<'a> {
    /// The ledger, and the table of all its tasks.
    pub view: View<'a>,
    /// All tasks of [`List::view`].
    pub table: Table,
    /// The matching tasks, up to the limit.
    pub tasks: Vec<ListedTask>,
    /// The number of matching tasks, including those beyond the limit.
    pub matching: usize,
}

/// A task in a list.
pub struct ListedTask {
    /// Its row in the table.
    pub task: Summary,
    /// Why it cannot be started, if it is pending.
    pub obstacles: Vec<Obstacle>,
    /// The progress of its subtasks, if it has any.
    pub progress: Option<Progress>,
}

impl ListedTask {
    /// A task that can be started.
    pub fn ready(task: Summary) -> Self {
        ListedTask { task, obstacles: Vec::new(), progress: None }
    }

    /// The task of `row`; with its `progress` if that is asked for.
    fn new(graph: &Graph<'_>, row: Row<'_>, progress: bool, now: Timestamp) -> Self {
        let task = row.summary();
        let is_pending = task.status == Status::Pending;
        let obstacles = if is_pending { graph.obstacles(&task, now) } else { Vec::new() };
        let progress = (progress && graph.is_feature(row)).then(|| graph.progress(row));
        let progress = progress.filter(|progress| progress.total > 0);
        ListedTask { task, obstacles, progress }
    }
}

/// The tasks that match `request`. Writes nothing.
///
/// # Errors
///
/// `bad-sort`; `task-not-found`, `task-ambiguous` for the parent.
pub fn list<'a>(caller: &'a Caller, request: &Request) -> Result<List<'a>> {
    let (view, now) = (caller.view()?, caller.now());
    let table = view.table()?;
    let graph = Graph::new(&table);
    let mut chosen = choose(&view, &table, request)?;
    sort(&graph, &mut chosen, &request.sort)?;
    let matching = chosen.len();
    chosen.truncate(request.limit.unwrap_or(usize::MAX));
    let tasks = chosen.into_iter().map(|row| ListedTask::new(&graph, row, request.progress, now)).collect();
    drop(graph);
    Ok(List { view, table, tasks, matching })
}

fn choose<'t>(view: &View<'_>, table: &'t Table, request: &Request) -> Result<Vec<Row<'t>>> {
    let parent = request.parent.as_deref().map(|word| view.find(word)).transpose()?;
    let parent = parent.map(|parent| table.position(parent.id.as_str()));
    let needle = request.search.as_ref().map(|text| text.to_lowercase());
    let mut chosen = Vec::new();
    for row in table.rows().filter(|row| row.exists()) {
        let in_state = if request.states.is_empty() {
            request.all || !row.status().is_closed()
        } else {
            request.states.contains(&row.status())
        };
        let in_feature = parent.is_none_or(|parent| row.is_within(parent));
        let by_actor = request.by.as_deref().is_none_or(|by| is_by(row, by));
        let in_sight = in_state && in_feature && by_actor && row.has_labels(&request.labels);
        if in_sight && needle.as_deref().map_or(Ok(true), |needle| says(view, row, needle))? {
            chosen.push(row);
        }
    }
    Ok(chosen)
}

/// Whether `name` (with or without its host) holds the task or worked on it last.
fn is_by(row: Row<'_>, name: &str) -> bool {
    let is = |actor: &str| actor == name || actor.strip_prefix(name).is_some_and(|rest| rest.starts_with('@'));
    row.holder().is_some_and(is) || row.actor().is_some_and(is)
}

/// Whether the task's words contain `needle`, which is in lower case.
fn says(view: &View<'_>, row: Row<'_>, needle: &str) -> Result<bool> {
    if [row.id_str(), row.title()].into_iter().chain(row.labels()).any(|text| text.to_lowercase().contains(needle)) {
        return Ok(true);
    }
    let Some(task) = view.task(&row.id())? else { return Ok(false) };
    let decided = task.decisions.iter().flat_map(|decision| [Some(&decision.text), decision.why.as_ref()]).flatten();
    let obstacles = task.blockers.iter().map(|blocker| &blocker.text);
    let failures = task.failures.iter().map(|failure| &failure.reason);
    let notes = task.notes.iter().map(|note| &note.text);
    let mut texts =
        task.description.iter().chain(&task.accept).chain(decided).chain(notes).chain(obstacles).chain(failures);
    let in_refs = task.refs.iter().any(|word| word.to_lowercase().contains(needle));
    Ok(in_refs || texts.any(|text| view.text(text).to_lowercase().contains(needle)))
}

/// What tasks can be sorted by.
pub const FIELDS: [&str; 7] = ["plan", "id", "title", "status", "priority", "created", "updated"];

/// Sort by `field`, in reverse with a leading `-`.
fn sort(graph: &Graph<'_>, rows: &mut Vec<Row<'_>>, field: &str) -> Result<()> {
    let (field, reverse) = field.strip_prefix('-').map_or((field, false), |field| (field, true));
    let order = |status: Status| match status {
        Status::InProgress => 0,
        Status::Failed => 1,
        Status::Pending => 2,
        Status::Completed => 3,
        Status::Cancelled => 4,
    };
    match field {
        "plan" | "" => {
            // What is in progress, then what failed, then the rest in the order in which it can be done.
            rows.sort_unstable_by_key(|row| (order(row.status()), row.priority(), graph.place(*row)));
        }
        "id" => rows.sort_unstable_by_key(|row| row.id_str()),
        "title" => rows.sort_unstable_by_key(|row| (row.title(), row.id_str())),
        "status" => rows.sort_unstable_by_key(|row| (order(row.status()), row.id_str())),
        "priority" => rows.sort_unstable_by_key(|row| (row.priority(), row.created_at(), row.id_str())),
        "created" => rows.sort_unstable_by_key(|row| (row.created_at(), row.id_str())),
        "updated" => rows.sort_unstable_by_key(|row| (row.updated_at(), row.id_str())),
        other => {
            return Err(Error::new(codes::BAD_SORT, format!("cannot sort by '{}'", other.escape_debug()))
                .hint("sort by id, title, status, priority, created or updated"));
        }
    }
    if reverse {
        rows.reverse();
    }
    Ok(())
}
