//! `git agent plan export`: tasks as a plan.

use std::{borrow::Cow, collections::HashSet};

use serde_json::Value;

use crate::{
    cmd::context::Ctx,
    domain::{
        graph::Graph,
        status::Status,
        table::Row,
        task::{DEFAULT_PRIORITY, Outcome, Task},
        text::{Text, escaped_json},
    },
    error::{Context as _, Error, Result, codes, exit},
    plans::{Content, Decided, Failed, Format, Item, Plan, Times},
    store::ledger::View,
    verbs::list::is_within,
    view::{
        json::ExportAnswer,
        sanitize::{self, plural},
    },
};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Tasks follow their dependencies. toml and json are complete; docs/plans.md describes what the other formats omit.")]
pub(super) struct Args {
    /// Format: toml, json, features, feature-list, markdown or beads (default: toml)
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Export only this task and its subtasks
    #[arg(long, alias = "feature", value_name = "TASK")]
    parent: Option<String>,
    /// Show only tasks in these states, separated by commas: pending, in_progress, completed, failed, cancelled
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = crate::cmd::list::state)]
    status: Vec<Status>,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<std::path::PathBuf>,
}

/// Run it.
pub(super) fn run(ctx: &Ctx, args: &Args) -> Result<u8> {
    let format = chosen(ctx, args)?;
    let write = format.writer().ok_or_else(|| {
        let message = format!("the plan format {} is only read, and not written", format.as_str());
        Error::new(codes::BAD_FORMAT, message).hint(super::known(|format| format.writer().is_some()))
    })?;
    let view = ctx.view()?;
    let plan = plan(&view, args)?;
    let text = write(&plan);
    // Text that a hostile note smuggled in is read by people and models; TOML escapes by itself.
    let text = match format {
        Format::Toml => Cow::Borrowed(text.as_str()),
        Format::Markdown => sanitize::lines(&text),
        _ => escaped_json(&text),
    };
    let away = refers_away(&plan);
    if away > 0 {
        let tasks = plural(away, "task");
        ctx.out.warn(format!("{tasks} of this plan name tasks that are not in it; it can be imported where those are"));
    }
    let Some(file) = &args.output else {
        ctx.out.print(&text)?;
        return Ok(exit::OK);
    };
    std::fs::write(file, &*text).or_environment(|| format!("cannot write '{}'", file.display()))?;
    let (shown, count) = (file.to_string_lossy(), plan.items.len());
    if ctx.out.is_json() {
        ctx.out.json(&ExportAnswer::new(&shown, format, count))?;
    } else {
        ctx.out.status(format!("Wrote {} to '{shown}'.", plural(count, "task")));
    }
    Ok(exit::OK)
}

/// The format that is asked for, or the one of the file.
fn chosen(ctx: &Ctx, args: &Args) -> Result<Format> {
    let wanted = args.format.as_deref().map(super::format).transpose()?;
    let to_stdout = args.output.is_none();
    match (wanted, &args.output) {
        (Some(format), _) if format != Format::Json && ctx.out.is_json() && to_stdout => {
            let message = format!("--json prints the json format, and --format says {}", format.as_str());
            Err(Error::new(codes::BAD_FORMAT, message).hint("leave one of them out, or write to a file with --output"))
        }
        (Some(format), _) => Ok(format),
        (None, None) if ctx.out.is_json() => Ok(Format::Json),
        (None, None) => Ok(Format::Toml),
        (None, Some(file)) => {
            let extension = file.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
            Ok(match extension.as_deref() {
                Some("json") => Format::Json,
                Some("jsonl") => Format::Beads,
                Some("md" | "markdown") => Format::Markdown,
                _ => Format::Toml,
            })
        }
    }
}

/// The tasks that are asked for, in an order in which they can be done.
fn plan(view: &View<'_>, args: &Args) -> Result<Plan> {
    let table = view.table()?;
    let graph = Graph::new(&table);
    let feature = args.parent.as_deref().map(|word| view.find(word)).transpose()?;
    let feature = feature.map(|feature| table.position(feature.id.as_str()));
    let is_in = |row: Row<'_>| feature.is_none_or(|at| Some(row.at()) == at || is_within(row, at));
    let is_wanted =
        |row: &Row<'_>| row.exists() && is_in(*row) && (args.status.is_empty() || args.status.contains(&row.status()));
    let mut items = Vec::new();
    for row in graph.in_order().into_iter().filter(is_wanted) {
        let id = row.id();
        let task = view.task(&id)?.ok_or_else(|| Error::bug(format!("task {id} is in the index only")))?;
        items.push(item(view, task));
    }
    Ok(Plan { items })
}

/// A task as a plan has it.
pub(super) fn item(view: &View<'_>, task: Task) -> Item {
    let text = |text: &Text| view.text(text);
    let result = task.result.as_ref().map(|result| match result {
        Outcome::Value(value) => value.clone(),
        Outcome::Stored(stored) => {
            let whole = text(stored);
            serde_json::from_str(&whole).unwrap_or(Value::String(whole))
        }
    });
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
        accept: task.accept.as_ref().map(text),
        estimate: task.estimate,
        blockers: task.blockers.iter().map(|blocker| text(&blocker.text)).collect(),
        result,
        failures: failed.collect(),
        decisions: decided.collect(),
        notes: task.notes.iter().map(|note| text(&note.text)).collect(),
        files: Some(task.files).filter(|files| !files.is_empty()),
        title: task.title,
    };
    let times = Times { created: task.created_at, updated: Some(task.updated_at), completed: task.completed_at };
    let after = Some(task.after).filter(|after| !after.is_empty());
    Item { at: 0, id: task.id, parent: task.parent.map(Some), after, content, times }
}

/// How many items name tasks that are not in `plan`.
fn refers_away(plan: &Plan) -> usize {
    let here: HashSet<_> = plan.items.iter().map(|item| &item.id).collect();
    let names = |item: &&Item| {
        let mut named = item.after.iter().flatten().chain(item.parent.iter().flatten());
        named.any(|id| !here.contains(id))
    };
    plan.items.iter().filter(names).count()
}
