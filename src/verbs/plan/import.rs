//! The difference between a plan and the ledger, as events, in one commit of the ledger.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use super::{LeftKind, PlanSource, export};
use crate::{
    domain::{
        event::{Event, Payload, Start},
        id::TaskId,
        status::Status,
        table::{Row, Table},
        task::Task,
        text::plural,
        time::Timestamp,
    },
    error::Result,
    git::ObjectId,
    plans::{self, Difference, Format, KnownTask, Left, Plan, PlanItem, TaskChange},
    store::ledger::{self, Draft, EventAuthor, View},
    verbs::Caller,
};

/// A plan to import.
pub struct ImportRequest {
    /// The text of the plan, and its file.
    pub source: PlanSource,
    /// Its format; detected if not given.
    pub format: Option<Format>,
    /// The feature that the top-level tasks become subtasks of; generated ids start with its id.
    pub parent: Option<String>,
    /// Update titles even of tasks that were started or completed under another title.
    pub force: bool,
    /// Only compute the changes.
    pub dry_run: bool,
}

/// The result of [`import`].
pub struct Imported {
    /// The format of the plan.
    pub format: Format,
    /// The differences between the plan and the ledger.
    pub difference: Difference,
    /// Parts of the plan that were changed or skipped.
    pub left: Vec<LeftKind>,
    /// The commit of the ledger; `None` if nothing was written.
    pub commit: Option<ObjectId>,
}

struct Decision {
    draft: Draft,
    difference: Difference,
    left: Vec<Left>,
}

/// Make the ledger say what a plan says; twice is the same as once.
///
/// # Errors
///
/// `unknown-plan-format`, `plan-syntax`, `plan-version`, `bad-plan`, `unknown-task`, `dependency-cycle`, `parent-cycle`,
/// `plan-renames`; `task-not-found` for the parent. Nothing is imported then.
pub fn import(caller: &Caller, request: &ImportRequest) -> Result<Imported> {
    let format = request.source.format(request.format)?;
    let (decided, commit) = if request.dry_run {
        (decide(caller, &caller.view()?, format, request)?, None)
    } else {
        let actor = caller.actor()?;
        // A millisecond an event, up to now: lists go by age, and so the tasks stay in the order of the plan.
        let at = Cell::new(i64::MAX);
        let now = || {
            at.set(at.get().saturating_add(1));
            Timestamp::from_millis(at.get()).min(caller.now())
        };
        let author = EventAuthor { actor: &actor, now: &now, is_held_to_it: true, command: Some(caller.command()?) };
        let (written, decided) = ledger::write(caller.repo(), &author, |view| {
            let mut decided = decide(caller, view, format, request)?;
            let draft = std::mem::replace(&mut decided.draft, Draft::nothing());
            at.set(caller.now().millis() - i64::try_from(draft.events.len()).unwrap_or(0));
            Ok((draft, decided))
        })?;
        (decided, written.commit)
    };
    let left = request.source.left(&decided.left);
    Ok(Imported { format, difference: decided.difference, left, commit })
}

/// The events that bring the ledger of `view` to what the plan says.
fn decide(caller: &Caller, view: &View<'_>, format: Format, request: &ImportRequest) -> Result<Decision> {
    let source = &request.source;
    let table = view.table()?;
    let mut reading = source.reading(format)?;
    let parent = request.parent.as_deref().map(|word| view.find(word)).transpose()?.map(|task| task.id);
    if let Some(parent) = &parent {
        plans::put_below(&mut reading.items, parent);
    }
    let (plan, left) = plans::settle(reading, &table).map_err(|wrong| source.refuse(wrong))?;
    let (us, now) = (caller.holder()?, caller.now());
    let repo = caller.repo();
    let head = repo.head()?;
    let start = Start {
        base: head.commit.map(|id| id.to_string()),
        branch: head.branch_name(),
        lease: Some(repo.settings().lease()),
        worktree: Some(repo.worktree_name()),
        ..Start::default()
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
        let events: Vec<Event> = view.events(&item.id)?.in_effect().cloned().collect();
        let task = Task::from_events(item.id.clone(), &events);
        if let Some(echo) = echo.remove(&item.id) {
            item.silence(echo, &task.title);
        }
        difference.renamed.extend(TaskChange::renamed(&item, &task).filter(|_| !request.force));
        let text = |text: &_| view.text(text);
        let known = KnownTask { task: &task, events: &events, text: &text, us: &us, now, start: &start, must_verify };
        let mut change = TaskChange::of(&item, &known);
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
fn echo(view: &View<'_>, table: &Table, plan: &Plan, format: Format) -> Result<HashMap<TaskId, PlanItem>> {
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
            && (parent.is_none() || row.is_within(parent))
    };
    let mut missing = Vec::new();
    for row in table.rows().filter(is_gone) {
        let events = view.events(&row.id())?;
        let created = events.in_effect().find_map(|event| match &event.payload {
            Payload::Create(create) => Some(create),
            _ => None,
        });
        if created.is_some_and(|create| create.plan.as_deref() == Some(file)) {
            missing.push((row.id(), row.title().to_owned()));
        }
    }
    Ok(missing)
}
