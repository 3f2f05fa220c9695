//! Tasks as a plan.

use std::{borrow::Cow, collections::HashSet};

use crate::{
    domain::{
        graph::Graph,
        status::Status,
        table::Row,
        task::{DEFAULT_PRIORITY, Task},
        text::{Text, escaped_json, plural, visible},
    },
    error::{Error, Result, codes},
    plans::{Content, Decided, Failed, Format, Plan, PlanItem, Times},
    store::ledger::View,
    verbs::Caller,
};

/// Which tasks to export, and in which format.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// The format to write.
    pub format: Format,
    /// Only this task and its subtasks.
    pub parent: Option<String>,
    /// Only tasks in these states; all if empty.
    pub status: Vec<Status>,
    /// Only tasks that have all of these labels.
    pub labels: Vec<String>,
}

/// An exported plan.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The content of the file.
    pub text: String,
    /// The number of exported tasks.
    pub count: usize,
}

/// Write tasks as a plan, in an order in which they can be done.
///
/// # Errors
///
/// `bad-format` for a format that is only read, `task-not-found` for the parent.
pub fn export(caller: &Caller, request: &ExportRequest) -> Result<Exported> {
    let format = request.format;
    let write = format.writer().ok_or_else(|| {
        let message = format!("plan format {} can only be read, not written", format.as_str());
        Error::new(codes::BAD_FORMAT, message).hint(super::known(super::is_written))
    })?;
    let view = caller.view()?;
    let plan = plan(&view, request)?;
    let text = write(&plan);
    // Text that a hostile note smuggled in is read by people and models; TOML escapes by itself.
    let text = match format {
        Format::Toml => Cow::Borrowed(text.as_str()),
        Format::Markdown => visible(&text, &['\n', '\t']),
        _ => escaped_json(&text),
    };
    let away = refers_away(&plan);
    if away > 0 {
        let tasks = plural(away, "task");
        caller.warn(format!(
            "{tasks} of this plan name tasks that are not in it; it can be imported only where those exist"
        ));
    }
    Ok(Exported { text: text.into_owned(), count: plan.items.len() })
}

/// The tasks that are asked for, in an order in which they can be done.
fn plan(view: &View<'_>, request: &ExportRequest) -> Result<Plan> {
    let table = view.table()?;
    let graph = Graph::new(&table);
    let feature = request.parent.as_deref().map(|word| view.find(word)).transpose()?;
    let feature = feature.map(|feature| table.position(feature.id.as_str()));
    let is_in = |row: Row<'_>| feature.is_none_or(|at| Some(row.at()) == at || row.is_within(at));
    let is_wanted = |row: &Row<'_>| {
        row.exists()
            && is_in(*row)
            && row.has_labels(&request.labels)
            && (request.status.is_empty() || request.status.contains(&row.status()))
    };
    let mut items = Vec::new();
    for row in graph.in_order().into_iter().filter(is_wanted) {
        let id = row.id();
        let task = view.task(&id)?.ok_or_else(|| Error::bug(format!("task {id} is only in the task index")))?;
        items.push(item(view, task));
    }
    Ok(Plan { items })
}

/// A task as a plan has it.
pub(super) fn item(view: &View<'_>, task: Task) -> PlanItem {
    let text = |text: &Text| view.text(text);
    let failed =
        task.failures.iter().map(|failure| Failed { reason: text(&failure.reason), kind: failure.kind.clone() });
    let decided = task
        .decisions
        .iter()
        .map(|decision| Decided { text: text(&decision.text), why: decision.why.as_ref().map(text) });
    let content = Content {
        description: task.description.as_ref().map(text),
        status: Some(task.status),
        priority: Some(task.priority).filter(|priority| *priority != DEFAULT_PRIORITY),
        accept: task.accept_text(text),
        estimate: task.estimate,
        blockers: task.blockers.iter().map(|blocker| text(&blocker.text)).collect(),
        result: task.result.as_ref().map(|result| result.value(text)),
        failures: failed.collect(),
        decisions: decided.collect(),
        notes: task.notes.iter().map(|note| text(&note.text)).collect(),
        labels: Some(task.labels).filter(|labels| !labels.is_empty()),
        refs: Some(task.refs).filter(|refs| !refs.is_empty()),
        files: Some(task.files).filter(|files| !files.is_empty()),
        title: task.title,
    };
    let times = Times { created: task.created_at, updated: Some(task.updated_at), completed: task.completed_at };
    let after = Some(task.after).filter(|after| !after.is_empty());
    PlanItem { at: 0, id: task.id, parent: task.parent.map(Some), after, content, times }
}

/// How many items name tasks that are not in `plan`.
fn refers_away(plan: &Plan) -> usize {
    let here: HashSet<_> = plan.items.iter().map(|item| &item.id).collect();
    let names = |item: &&PlanItem| {
        let mut named = item.after.iter().flatten().chain(item.parent.iter().flatten());
        named.any(|id| !here.contains(id))
    };
    plan.items.iter().filter(names).count()
}
