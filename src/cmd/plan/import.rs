//! `git agent plan import`: the difference between a plan and the ledger, as events, in one commit of the ledger.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use super::{export, source::Source};
use crate::{
    cmd::{context::Ctx, task_change},
    domain::{
        event::{Payload, Start},
        id::TaskId,
        status::Status,
        table::{Row, Table},
        task::Task,
        time::Timestamp,
    },
    error::{Result, exit},
    plans::{self, Change, Difference, Format, Item, Known, Left, Plan},
    store::ledger::{self, Author, Draft, View},
    verbs::list::is_within,
    view::{
        json::ImportAnswer,
        sanitize::{self, plural},
        shorten,
    },
};

/// How many kinds of things that were not taken are told.
const WARNED: usize = 10;

/// How many tasks of a kind are named when they have been imported.
const NAMED: usize = 10;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Tasks without an id get one derived from their name, the same on each import. A task that has progressed further than \
the plan says is kept as it is. docs/plans.md describes the formats.")]
pub(super) struct Args {
    /// Plan file; '-' reads standard input
    #[arg(value_name = "FILE")]
    file: String,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Format of the plan: toml, json, features, feature-list, markdown, beads, task-master, todo or ralph (default:
    /// detected)
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
    /// Make the top-level tasks of the plan subtasks of TASK, and prefix generated ids with its id
    #[arg(long, alias = "feature", value_name = "TASK")]
    parent: Option<String>,
    /// Update titles even of tasks that have been started or completed under another title
    #[arg(long)]
    force: bool,
}

/// What an import decides.
struct Decision {
    draft: Draft,
    difference: Difference,
    left: Vec<Left>,
}

/// Run it.
pub(super) fn run(ctx: &Ctx, args: &Args) -> Result<u8> {
    let wanted = args.format.as_deref().map(super::format).transpose()?;
    let source = Source::read(&args.file)?;
    let format = source.format(wanted)?;
    let repo = ctx.repo()?;
    let (decided, commit) = if args.dry_run {
        (decide(ctx, &ctx.view()?, &source, format, args)?, None)
    } else {
        let actor = ctx.actor()?;
        // A millisecond an event, up to now: lists go by age, and so the tasks stay in the order of the plan.
        let at = Cell::new(i64::MAX);
        let now = || {
            at.set(at.get().saturating_add(1));
            Timestamp::from_millis(at.get()).min(ctx.now())
        };
        let (written, decided) =
            ledger::write(repo, &Author { actor: &actor, now: &now, is_held_to_it: true }, |view| {
                let mut decided = decide(ctx, view, &source, format, args)?;
                let draft = std::mem::replace(&mut decided.draft, Draft::nothing());
                at.set(ctx.now().millis() - i64::try_from(draft.events.len()).unwrap_or(0));
                Ok((draft, decided))
            })?;
        (decided, written.commit)
    };
    let (difference, left) = (decided.difference, source.left(&decided.left));
    for kind in left.iter().take(WARNED) {
        let first = kind.first.join(", ");
        ctx.out.warn(match kind.count {
            1 => format!("{}:{first}: {}", args.file, kind.what),
            count => format!(
                "{}: {} ({count} times: {first}{})",
                args.file,
                kind.what,
                if count > kind.first.len() { ", …" } else { "" }
            ),
        });
    }
    if left.len() > WARNED {
        ctx.out
            .warn(format!("{} more kinds of things are not taken as they are; --json lists them", left.len() - WARNED));
    }
    if ctx.out.is_json() {
        ctx.out.json(&ImportAnswer::new(&difference, left, format, args.dry_run, commit))?;
        return Ok(exit::OK);
    }
    if args.dry_run {
        ctx.page()?;
    }
    if !ctx.out.is_quiet() {
        let most = if args.dry_run { usize::MAX } else { NAMED };
        ctx.out.print(&page(&difference, args.dry_run, most))?;
    }
    if commit.is_some() {
        ctx.out.hint("what is not wanted: 'git agent cancel <task>'; 'git agent edit <task>' changes what a task says");
    }
    Ok(exit::OK)
}

/// The events that bring the ledger of `view` to what the plan says.
fn decide(ctx: &Ctx, view: &View<'_>, source: &Source, format: Format, args: &Args) -> Result<Decision> {
    let table = view.table()?;
    let mut reading = source.reading(format)?;
    let parent = args.parent.as_deref().map(|word| view.find(word)).transpose()?.map(|task| task.id);
    if let Some(parent) = &parent {
        plans::put_below(&mut reading.items, parent);
    }
    let (plan, left) = plans::settle(reading, &table).map_err(|wrong| source.refuse(wrong))?;
    let (us, now) = (ctx.holder()?, ctx.now());
    let repo = ctx.repo()?;
    let head = repo.head()?;
    let start = Start {
        base: head.commit.map(|id| id.to_string()),
        branch: head.branch_name(),
        lease: Some(repo.settings().lease()),
        force: false,
    };
    let must_verify = repo.settings().require_verify();
    let file = source.path(repo.work_dir());
    let (mut draft, mut difference) = (Draft::nothing(), Difference::default());
    let count = plan.items.len();
    if let Some(file) = &file {
        difference.missing = missing(view, &table, &plan, file, parent.as_ref())?;
    }
    let mut echo = echo(view, &table, &plan, format)?;
    for mut item in plan.items {
        if !table.get(&item.id).is_some_and(Row::exists) {
            let (id, parent) = (item.id.clone(), item.parent.clone().flatten());
            difference.added.push((id.clone(), item.content.title.clone(), parent));
            let payloads = plans::create(item, &start, file.as_deref());
            draft.events.extend(payloads.into_iter().map(|payload| (id.clone(), payload)));
            continue;
        }
        let events = view.events(&item.id)?.events;
        let task = Task::from_events(item.id.clone(), &events);
        if let Some(echo) = echo.remove(&item.id) {
            item.silence(echo, &task.title);
        }
        difference.renamed.extend(Change::renamed(&item, &task).filter(|_| !args.force));
        let text = |text: &_| view.text(text);
        let known = Known { task: &task, events: &events, text: &text, us: &us, now, start: &start, must_verify };
        let mut change = Change::of(&item, &known);
        if change.fields.is_empty() && change.kept.is_none() {
            difference.unchanged += 1;
            continue;
        }
        let payloads = std::mem::take(&mut change.payloads);
        draft.events.extend(payloads.into_iter().map(|payload| (item.id.clone(), payload)));
        difference.known.push((item.id, task.title, change));
    }
    if !difference.renamed.is_empty() {
        return Err(source.renames(&difference.renamed));
    }
    draft.is_bulk = true;
    draft.message = format!("import a plan of {}", plural(count, "task"));
    Ok(Decision { draft, difference, left })
}

/// What an export of the tasks of `plan` would say in `format`, by task, where that need not be all of what the ledger has.
fn echo(view: &View<'_>, table: &Table, plan: &Plan, format: Format) -> Result<HashMap<TaskId, Item>> {
    let Some(write) = format.writer().filter(|_| !format.is_ours()) else { return Ok(HashMap::new()) };
    let mut there = Plan::default();
    for item in plan.items.iter().filter(|item| table.get(&item.id).is_some_and(Row::exists)) {
        there.items.extend(view.task(&item.id)?.map(|task| export::item(view, task)));
    }
    let read = format.read(&write(&there)).and_then(|reading| plans::settle(reading, table));
    // What cannot be read again says nothing.
    let (echo, _) = read.unwrap_or_default();
    Ok(echo.items.into_iter().map(|item| (item.id.clone(), item)).collect())
}

/// The tasks that were imported from `file` before, below `parent` if it is given, and that `plan` does not have any more.
fn missing(
    view: &View<'_>,
    table: &Table,
    plan: &Plan,
    file: &str,
    parent: Option<&TaskId>,
) -> Result<Vec<(TaskId, String)>> {
    let here: HashSet<&str> = plan.items.iter().map(|item| item.id.as_str()).collect();
    let parent = parent.and_then(|parent| table.position(parent.as_str()));
    let is_gone = |row: &Row<'_>| {
        row.exists()
            && row.status() != Status::Cancelled
            && !here.contains(row.id_str())
            && (parent.is_none() || is_within(*row, parent))
    };
    let mut missing = Vec::new();
    for row in table.rows().filter(is_gone) {
        let events = view.events(&row.id())?.events;
        let created = events.iter().find_map(|event| match &event.payload {
            Payload::Create(create) => Some(create),
            _ => None,
        });
        if created.is_some_and(|create| create.plan.as_deref() == Some(file)) {
            missing.push((row.id(), row.title().to_owned()));
        }
    }
    Ok(missing)
}

/// What changes, for people: at most `most` tasks of a kind.
fn page(difference: &Difference, dry_run: bool, most: usize) -> String {
    let mut text = String::new();
    let mut say = |line: String| {
        text.push_str(&sanitize::line(&line));
        text.push('\n');
    };
    let added = difference.added.len();
    for (id, title, feature) in difference.added.iter().take(most) {
        let part = feature.as_ref().map(|feature| format!(", a part of {feature}")).unwrap_or_default();
        say(format!("+ {}{part}", task_change::named(id, title)));
    }
    if added > most {
        say(format!("+ … and {} more", added - most));
    }
    let changed = difference.changed().count();
    for (id, title, change) in difference.changed().take(most) {
        say(format!("~ {}", task_change::named(id, title)));
        for field in &change.fields {
            let (before, after) = (shorten(&field.before, 60), shorten(&field.after, 60));
            match before.is_empty() {
                true => say(format!("    {}: {after}", field.name)),
                false => say(format!("    {}: {before} -> {after}", field.name)),
            }
        }
    }
    if changed > most {
        say(format!("~ … and {} more", changed - most));
    }
    let kept = difference.kept().count();
    for (id, title, why) in difference.kept().take(most) {
        say(format!("= {}, kept: {why}", task_change::named(id, title)));
    }
    if kept > most {
        say(format!("= … and {} more", kept - most));
    }
    let missing = difference.missing.len();
    for (id, title) in difference.missing.iter().take(most) {
        say(format!("- {}, no longer in this file", task_change::named(id, title)));
    }
    if missing > most {
        say(format!("- … and {} more", missing - most));
    }
    say(sum(added, changed, kept, difference.unchanged, dry_run));
    text
}

/// What happens, in one line.
fn sum(added: usize, changed: usize, kept: usize, unchanged: usize, dry_run: bool) -> String {
    let are = |count: usize, what: &str| match count {
        0 => String::new(),
        1 => format!(", 1 is {what}"),
        _ => format!(", {count} are {what}"),
    };
    let rest = are(unchanged, "as the plan says") + &are(kept, "kept as it is here");
    match (added + changed, dry_run) {
        (0, _) if rest.is_empty() => "The plan is empty: nothing to do.".to_owned(),
        (0, _) => format!("Nothing to do{rest}."),
        (_, true) => format!("Would add {} and change {changed}{rest}.", plural(added, "task")),
        (_, false) => format!("Added {} and changed {changed}{rest}.", plural(added, "task")),
    }
}
