//! `git agent list`: the tasks, filtered and sorted.

mod row_format;

pub(super) use row_format::Look;

use super::next::is_within;
use crate::{
    cmd::context::Ctx,
    domain::{graph::Graph, id::TaskId, status::Status, summary::Summary, table::Row, time::Timestamp},
    error::{Error, Result, codes, exit},
    store::ledger::View,
    view::json::{ListAnswer, TaskJson},
};

/// List tasks, except completed and cancelled ones by default
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Show only tasks in these states, separated by commas: pending, in_progress, completed, failed, cancelled
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = status)]
    status: Vec<Status>,
    /// Show only subtasks of this task
    #[arg(long, value_name = "TASK")]
    parent: Option<String>,
    /// Show only tasks claimed or last worked on by this actor
    #[arg(long = "by", alias = "worker", value_name = "ACTOR")]
    by: Option<String>,
    /// Show only tasks whose id, title or description contains TEXT, ignoring case
    #[arg(long, value_name = "TEXT")]
    search: Option<String>,
    /// Sort by id, title, status, priority, created or updated; a leading '-' reverses the order
    #[arg(long, value_name = "FIELD", default_value = "plan", allow_hyphen_values = true)]
    sort: String,
    /// Show at most N tasks
    #[arg(long, short = 'n', value_name = "N")]
    limit: Option<usize>,
    /// Show features and their subtasks as a tree
    #[arg(long)]
    tree: bool,
    /// Show tasks in all states
    #[arg(long, short = 'a', conflicts_with = "status")]
    all: bool,
    /// Print one JSON object per line, one per task
    #[arg(long)]
    jsonl: bool,
}

/// A state on the command line.
pub(super) fn status(word: &str) -> Result<Status, String> {
    let words = Status::ALL.map(Status::as_str).join(", ");
    Status::parse(word).ok_or_else(|| format!("the states are {words}"))
}

/// Run it.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let table = view.table()?;
    let graph = Graph::new(&table);
    let now = ctx.now();
    let mut chosen = choose(&view, &graph, &args)?;
    sort(&graph, &mut chosen, &args.sort)?;
    let count = chosen.len();
    chosen.truncate(args.limit.unwrap_or(usize::MAX));
    let chosen: Vec<Summary> = chosen.into_iter().map(Row::summary).collect();
    if args.jsonl {
        for task in tasks_json(&view, &graph, &chosen, now)? {
            ctx.out.json(&task)?;
        }
    } else if ctx.out.is_json() {
        ctx.out.json(&ListAnswer::new(tasks_json(&view, &graph, &chosen, now)?))?;
    } else {
        ctx.page()?;
        let text = if args.tree { tree(ctx, &graph, &chosen, now) } else { self::rows(ctx, &graph, &chosen, now) };
        ctx.out.print(&text)?;
        match count {
            0 if table.is_empty() => {
                ctx.out.status("There are no tasks.");
                if crate::sync::default_remote(ctx.repo()?)?.is_some() {
                    ctx.out.hint("if others have tasks, 'git agent sync' gets them; 'git agent add <title>' makes one");
                } else {
                    ctx.out.hint("'git agent add <title>' makes one");
                }
            }
            0 => ctx.out.status("No task is like that; 'git agent list --all' shows every task."),
            _ if count > chosen.len() => ctx.out.status(format!("… and {} more", count - chosen.len())),
            _ => {}
        }
    }
    Ok(exit::OK)
}

/// The rows that the options let through.
fn choose<'a>(view: &View<'_>, graph: &Graph<'a>, args: &Args) -> Result<Vec<Row<'a>>> {
    let table = graph.table();
    let parent = args.parent.as_deref().map(|word| view.find(word)).transpose()?;
    let parent = parent.map(|parent| table.position(parent.id.as_str()));
    let needle = args.search.as_ref().map(|text| text.to_lowercase());
    let mut chosen = Vec::new();
    for row in table.rows().filter(|row| row.exists()) {
        let in_state = match args.status.is_empty() {
            true => args.all || !row.status().is_closed(),
            false => args.status.contains(&row.status()),
        };
        let in_feature = parent.is_none_or(|parent| is_within(row, parent));
        let by_actor = args.by.as_deref().is_none_or(|by| is_by(row, by));
        if in_state && in_feature && by_actor && needle.as_deref().map_or(Ok(true), |needle| says(view, row, needle))? {
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
    if [row.id_str(), row.title()].iter().any(|text| text.to_lowercase().contains(needle)) {
        return Ok(true);
    }
    let task = view.task(&row.id())?;
    let description = task.and_then(|task| task.description).map(|text| view.text(&text).to_lowercase());
    Ok(description.is_some_and(|text| text.contains(needle)))
}

/// Sort by `field`, the other way round with a leading `-`.
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
        "plan" => {
            // What goes on, then what failed, then the rest in the order in which it can be done.
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

/// The tasks of `rows` in full.
pub(super) fn tasks_json(
    view: &View<'_>,
    graph: &Graph<'_>,
    rows: &[Summary],
    now: Timestamp,
) -> Result<Vec<TaskJson>> {
    let mut tasks = Vec::with_capacity(rows.len());
    for row in rows {
        let task = view.task(&row.id)?.ok_or_else(|| Error::bug(format!("task {} is in the index only", row.id)))?;
        tasks.push(TaskJson::new(view, &task, graph, now));
    }
    Ok(tasks)
}

/// One line a task.
pub(super) fn rows(ctx: &Ctx, graph: &Graph<'_>, rows: &[Summary], now: Timestamp) -> String {
    let look = Look::new(ctx, rows);
    rows.iter().map(|row| look.line(graph, row, now)).collect()
}

/// Features with their parts below them.
fn tree(ctx: &Ctx, graph: &Graph<'_>, rows: &[Summary], now: Timestamp) -> String {
    let look = Look::new(ctx, rows);
    let shown: std::collections::HashSet<&TaskId> = rows.iter().map(|row| &row.id).collect();
    let mut parts: std::collections::HashMap<Option<&TaskId>, Vec<&Summary>> = std::collections::HashMap::new();
    for row in rows {
        let parent = row.parent.as_ref().filter(|parent| shown.contains(parent) && **parent != row.id);
        parts.entry(parent).or_default().push(row);
    }
    let mut text = String::new();
    let mut open: Vec<(&Summary, usize)> =
        parts.remove(&None).unwrap_or_default().into_iter().rev().map(|row| (row, 0)).collect();
    while let Some((row, depth)) = open.pop() {
        text.push_str(&look.branch(graph, row, depth, now));
        open.extend(parts.remove(&Some(&row.id)).unwrap_or_default().into_iter().rev().map(|row| (row, depth + 1)));
    }
    // Parts of each other: a circle that came by a merge. Shown all the same.
    let left: std::collections::HashSet<&TaskId> = parts.values().flatten().map(|row| &row.id).collect();
    let rest: Vec<&Summary> = rows.iter().filter(|row| left.contains(&row.id)).collect();
    text + &rest.iter().map(|row| look.branch(graph, row, 0, now)).collect::<String>()
}
