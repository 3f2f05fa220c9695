//! Acts on one task that are one event each: pause, fail, note, block, …

use super::{
    Caller,
    feature::{self, Features},
    others, session, text,
    uncommitted::{self, Uncommitted},
};
use crate::{
    domain::{
        claim::{Holder, MAX_LEASE},
        event::{Block, Cancel, Claim, Decide, Dep, Fail, Note, Pause, Payload, Reason, Unblock},
        graph::{Graph, spell_cycle},
        id::TaskId,
        status::{Status, Verb},
        summary::Summary,
        table::{Row, Table},
        task::Task,
        text::{InvalidText, list},
        time::show_duration,
    },
    error::{Error, Result, codes},
    store::ledger::{Draft, View},
};

/// What to do with a task. Texts are checked before they are recorded.
#[derive(Clone, Debug)]
pub enum Act {
    /// Stop working on it and release its claim.
    Pause {
        /// Shown with the task until its state changes.
        reason: Option<String>,
        /// When the task becomes ready again: a date, or a duration from now.
        until: Option<String>,
    },
    /// Close it without completing it.
    Cancel {
        /// Shown with the task until its state changes.
        reason: Option<String>,
        /// The task that this one duplicates.
        duplicate_of: Option<String>,
    },
    /// Make a closed task pending again, with an optional reason.
    Reopen(Option<String>),
    /// Record that an attempt failed.
    Fail {
        /// Shown when the task is started again.
        reason: String,
        /// The kind of failure, one word: `tests`, `environment`, …
        kind: Option<String>,
    },
    /// Record a note.
    Note(String),
    /// Record a decision.
    Decide {
        /// The decision.
        text: String,
        /// Its reason.
        why: Option<String>,
    },
    /// Record a blocker, one line.
    Block(String),
    /// Resolve blockers.
    Unblock(Blockers),
    /// Make it depend on these tasks.
    Depend(Vec<String>),
    /// Remove its dependencies on these tasks.
    Undepend(Vec<String>),
    /// Claim it, so that no other agent takes it.
    Claim {
        /// How long the claim lasts without activity, in seconds; `None`: `agent.lease`.
        lease: Option<u64>,
        /// Take over the claim of another agent.
        steal: bool,
        /// Why the claim is taken over.
        reason: Option<String>,
    },
    /// Release the claim, with an optional reason.
    Release(Option<String>),
}

/// A selection of the blockers of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blockers {
    /// The only one; refused if there are several.
    Only,
    /// The one with this id, or a unique prefix of it.
    Named(String),
    /// Every open blocker.
    All,
}

/// A task before and after a change.
#[derive(Clone, Debug)]
pub struct ChangedTask {
    /// The task after the change.
    pub task: Task,
    /// The task before the change.
    pub before: Task,
    /// False if there was nothing to change.
    pub wrote: bool,
    /// The uncommitted paths, if the task is no longer active in this worktree because of the act.
    pub uncommitted: Option<Uncommitted>,
    /// The features above it that were completed, left open or reopened.
    pub features: Features,
}

/// Do `act` with the task that `word` names, or with the active one.
///
/// # Errors
///
/// `bad-text`, `bad-kind`, `lease-too-long`; `task-not-found`, `no-active-task`; `illegal-transition`, `task-closed`,
/// `task-claimed`; `blocker-not-found`, `blocker-ambiguous`; `no-such-dependency`, `dependency-cycle`.
pub fn act(caller: &Caller, word: Option<&str>, act: &Act) -> Result<ChangedTask> {
    let words: Vec<String> = word.map(str::to_owned).into_iter().collect();
    only(act_on(caller, &words, act)?)
}

/// Do `act` with each of the tasks that `words` name, or with the active one where none is named: with all or with none.
///
/// # Errors
///
/// Those of [`act()`], for the first task that refuses it.
pub fn act_on(caller: &Caller, words: &[String], act: &Act) -> Result<Vec<ChangedTask>> {
    let mut changed = write_each(caller, words, |view, tasks, table, draft| {
        let mut features = Vec::with_capacity(tasks.len());
        for task in tasks {
            let payload = event(caller, view, task, act)?;
            let above = match (&payload, act) {
                (Some(_), Act::Cancel { .. } | Act::Reopen(_)) if tasks.len() > 1 || task.parent.is_some() => {
                    if table.is_none() {
                        *table = Some(view.table()?);
                    }
                    table.as_mut()
                }
                _ => None,
            };
            payload.into_iter().for_each(|payload| draft.and(&task.id, payload));
            features.push(match above {
                None => Features::default(),
                Some(table) if matches!(act, Act::Reopen(_)) => feature::reopen(table, task, tasks, draft),
                Some(table) => {
                    table.put_row(&Summary { status: Status::Cancelled, claim: None, ..Summary::of(task) });
                    feature::end(caller, table, &task.id, tasks, draft)
                }
            });
        }
        Ok(features)
    })?;
    if matches!(act, Act::Pause { .. } | Act::Cancel { .. } | Act::Fail { .. }) {
        for changed in &mut changed {
            changed.uncommitted = uncommitted::end(caller, &changed.task.id)?;
        }
        uncommitted::settle(caller, changed.iter_mut().map(|changed| &mut changed.uncommitted))?;
    }
    Ok(changed)
}

/// The one task that was changed.
fn only(mut changed: Vec<ChangedTask>) -> Result<ChangedTask> {
    changed.pop().ok_or_else(|| Error::bug("no task was changed"))
}

/// Let `decide` say which event the task that `word` names, or the active one, gets; none is success without a change.
pub(super) fn change(
    caller: &Caller,
    word: Option<&str>,
    decide: impl FnMut(&View<'_>, &Task) -> Result<Option<Payload>>,
) -> Result<ChangedTask> {
    let words: Vec<String> = word.map(str::to_owned).into_iter().collect();
    only(change_each(caller, &words, decide)?)
}

/// [`change`] for each of the tasks that `words` name, in one commit of the ledger.
pub(super) fn change_each<Events: IntoIterator<Item = Payload>>(
    caller: &Caller,
    words: &[String],
    mut decide: impl FnMut(&View<'_>, &Task) -> Result<Events>,
) -> Result<Vec<ChangedTask>> {
    write_each(caller, words, |view, tasks, _, draft| {
        for task in tasks {
            decide(view, task)?.into_iter().for_each(|payload| draft.and(&task.id, payload));
        }
        Ok(Vec::new())
    })
}

/// The tasks that `words` name, each once, or the active one.
pub(super) fn tasks(caller: &Caller, view: &View<'_>, words: &[String]) -> Result<Vec<Task>> {
    if words.is_empty() {
        return Ok(vec![caller.task(view, None)?]);
    }
    let mut tasks: Vec<Task> = Vec::with_capacity(words.len());
    for word in words {
        let task = caller.task(view, Some(word))?;
        if tasks.iter().all(|known| known.id != task.id) {
            tasks.push(task);
        }
    }
    Ok(tasks)
}

/// Let `decide` draft what is written about the tasks that `words` name, or the active one; it answers what becomes of the features above
/// each of them. The table is for it to load, and to keep up to date.
fn write_each(
    caller: &Caller,
    words: &[String],
    mut decide: impl FnMut(&View<'_>, &[Task], &mut Option<Table>, &mut Draft) -> Result<Vec<Features>>,
) -> Result<Vec<ChangedTask>> {
    let (written, (before, features)) = caller.write(|view| {
        let tasks = tasks(caller, view, words)?;
        let mut draft = Draft::nothing();
        let features = decide(view, &tasks, &mut None, &mut draft)?;
        if let [(_, payload), _, ..] = draft.events.as_slice() {
            let mut ids: Vec<&TaskId> = draft.events.iter().map(|(id, _)| id).collect();
            ids.dedup();
            draft.message = format!("{} {}", payload.kind(), list(ids));
        }
        Ok((draft, (tasks, features)))
    })?;
    let mut features = features.into_iter();
    let changed = before.into_iter().map(|before| {
        let after = written.tasks.iter().find(|task| task.id == before.id);
        let (wrote, task) = (after.is_some(), after.unwrap_or(&before).clone());
        ChangedTask { task, before, wrote, uncommitted: None, features: features.next().unwrap_or_default() }
    });
    Ok(changed.collect())
}

/// The event of `act`; `None` when it is so already.
fn event(caller: &Caller, view: &View<'_>, task: &Task, act: &Act) -> Result<Option<Payload>> {
    let because = |reason: &Option<String>| {
        let reason = text::optional_line("reason", reason.as_deref())?;
        Ok::<_, Error>(Reason { reason: reason.map(Into::into) })
    };
    Ok(Some(match act {
        Act::Pause { reason, until } => {
            let Reason { reason } = because(reason)?;
            let until = until.as_deref().map(|word| others::later(caller, word)).transpose()?;
            // What was never begun can be put off, too.
            if task.status != Status::Pending || until.is_none() {
                step(task, Verb::Pause)?;
            } else {
                refuse_claimed(caller, task)?;
            }
            Payload::Pause(Pause { reason, until })
        }
        Act::Cancel { reason, duplicate_of } => {
            let Reason { reason } = because(reason)?;
            let duplicate_of = duplicate_of.as_deref().map(|word| others::original(view, task, word)).transpose()?;
            if task.status == Status::Cancelled && (duplicate_of.is_none() || duplicate_of == task.duplicate_of) {
                return Ok(None);
            }
            step(task, Verb::Cancel)?;
            Payload::Cancel(Cancel { reason, duplicate_of })
        }
        Act::Reopen(reason) => {
            let reason = because(reason)?;
            step(task, Verb::Reopen)?;
            Payload::Reopen(reason)
        }
        Act::Fail { reason, kind } => {
            let reason = text::lines("reason", reason)?;
            let kind = kind.as_deref().map(failure_kind).transpose()?;
            let is_same = |known: &str, known_kind: &Option<String>| known == reason && *known_kind == kind;
            let is_known = task.failure().is_some_and(|failure| is_same(&view.text(&failure.reason), &failure.kind));
            if task.status == Status::Failed && is_known {
                return Ok(None);
            }
            step(task, Verb::Fail)?;
            Payload::Fail(Fail { reason: reason.into(), kind })
        }
        Act::Note(text) => Payload::Note(Note { text: text::lines("note", text)?.into() }),
        Act::Decide { text, why } => {
            let text = text::lines("decision", text)?.into();
            Payload::Decide(Decide { text, why: text::optional_lines("why", why.as_deref())?.map(Into::into) })
        }
        Act::Block(on) => {
            let on = text::line("blocker", on)?;
            refuse_closed(task, "block")?;
            if task.blockers.iter().any(|blocker| view.text(&blocker.text) == on) {
                return Ok(None);
            }
            Payload::Block(Block { text: on.into() })
        }
        Act::Unblock(which) => match which.of(task)? {
            blockers if blockers.is_empty() => return Ok(None),
            blockers => Payload::Unblock(Unblock { blockers }),
        },
        Act::Depend(after) => {
            let mut add = named(after, |word| view.find(word).map(|task| task.id))?;
            add.retain(|id| !task.after.contains(id));
            if add.is_empty() {
                return Ok(None);
            }
            refuse_cycles(view, &task.id, &add, None)?;
            Payload::Dep(Dep { add, remove: Vec::new() })
        }
        Act::Undepend(after) => Payload::Dep(Dep { add: Vec::new(), remove: dependencies(view, task, after)? }),
        Act::Claim { lease, steal, reason } => {
            let reason = text::optional_line("reason", reason.as_deref())?;
            let lease = lease.unwrap_or_else(|| caller.repo().settings().lease());
            refuse_long(lease)?;
            refuse_closed(task, "claim")?;
            if !steal {
                refuse_claimed(caller, task)?;
            }
            let (session, worktree) = session::place(caller);
            Payload::Claim(Claim { lease, steal: *steal, reason: reason.map(Into::into), session, worktree })
        }
        Act::Release(reason) => {
            let reason = because(reason)?;
            let us = caller.holder()?;
            match &task.claim {
                None => return Ok(None),
                Some(claim) if claim.is_of(&us) => Payload::Release(reason),
                Some(claim) => {
                    let holder = claim.holder_for(&us);
                    let message = format!("cannot release {}: {holder} holds it", task.id);
                    return Err(Error::new(codes::TASK_CLAIMED, message).hint(steal(task)));
                }
            }
        }
    }))
}

/// Refuse what `verb` cannot do with the task in its state, and say what else to do.
pub(super) fn step(task: &Task, verb: Verb) -> Result<()> {
    if task.status.after(verb).is_some() {
        return Ok(());
    }
    let id = &task.id;
    let message = format!("cannot {verb} {id}: it is {}", task.status.in_words());
    let error = Error::new(codes::ILLEGAL_TRANSITION, message);
    Err(match (task.status, verb) {
        (Status::Pending, Verb::Pause) => error.hint(format!("'git agent start {id}' starts it")),
        (Status::Pending | Status::InProgress, _) => error.hint("it is already open"),
        _ => error.hint(format!("to reopen it: git agent reopen {id}")),
    })
}

fn refuse_closed(task: &Task, verb: &str) -> Result<()> {
    if !task.status.is_closed() {
        return Ok(());
    }
    let message = format!("cannot {verb} {}: it is {}", task.id, task.status.in_words());
    Err(Error::new(codes::TASK_CLOSED, message).hint(format!("to reopen it: git agent reopen {}", task.id)))
}

fn refuse_long(lease: u64) -> Result<()> {
    if lease <= MAX_LEASE {
        return Ok(());
    }
    let message = format!("a claim lasts at most {} without activity", show_duration(MAX_LEASE));
    Err(Error::new(codes::LEASE_TOO_LONG, message).hint("any event that its holder records renews it"))
}

/// Refuse a task that another agent holds.
fn refuse_claimed(caller: &Caller, task: &Task) -> Result<()> {
    session::refuse_elsewhere(caller, task, "claim")?;
    let us: Holder = caller.holder()?;
    let Some(claim) = task.claim.as_ref().filter(|claim| claim.stops(&us, caller.now())) else { return Ok(()) };
    let until = claim.until.to_minute();
    let message = format!("cannot claim {}: {} holds it until {until}", task.id, claim.holder_for(&us));
    Err(Error::new(codes::TASK_CLAIMED, message).hint("'git agent next --claim' finds another one").hint(steal(task)))
}

/// How to take over a task that another agent holds.
pub(super) fn steal(task: &Task) -> String {
    format!("to take it over: git agent claim {} --steal --reason <why>", task.id)
}

/// The kind of a failure: it goes into filters and reports.
fn failure_kind(kind: &str) -> Result<String> {
    match kind.chars().find(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.')) {
        Some(odd) if odd.is_control() => {
            Err(text::bad("kind", &InvalidText::Control(odd.escape_default().to_string())))
        }
        Some(odd) => Err(Error::new(codes::BAD_KIND, format!("a kind must be one word, without {odd:?}"))),
        None if kind.is_empty() => Err(text::bad("kind", &InvalidText::Empty)),
        None => Ok(kind.to_owned()),
    }
}

impl Blockers {
    /// The ids of those of `task` that are meant.
    fn of(&self, task: &Task) -> Result<Vec<String>> {
        let ids = || task.blockers.iter().map(|blocker| blocker.id.clone());
        let list = || task.blockers.iter().map(|blocker| format!("{}: {}", blocker.id, blocker.text.preview()));
        match self {
            Blockers::All => Ok(ids().collect()),
            Blockers::Only if task.blockers.len() <= 1 => Ok(ids().collect()),
            Blockers::Only => {
                let message = format!("{} has {} blockers", task.id, task.blockers.len());
                Err(Error::new(codes::BLOCKER_AMBIGUOUS, message).hints(list()).hint("name one of them, or use --all"))
            }
            Blockers::Named(word) => {
                let found: Vec<String> = ids().filter(|id| id.starts_with(word.as_str())).collect();
                if found.len() == 1 {
                    return Ok(found);
                }
                let message = format!("{} has no blocker '{}'", task.id, word.escape_debug());
                Err(Error::new(codes::BLOCKER_NOT_FOUND, message).hints(list()))
            }
        }
    }
}

/// The tasks that `words` name, each once.
pub(super) fn named(words: &[String], find: impl Fn(&str) -> Result<TaskId>) -> Result<Vec<TaskId>> {
    let mut ids = Vec::new();
    for word in words {
        let id = find(word)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Those of the tasks that `task` comes after which `words` name.
fn dependencies(view: &View<'_>, task: &Task, words: &[String]) -> Result<Vec<TaskId>> {
    named(words, |word| {
        // A dependency on a task that is not here can still be removed.
        let unseen = task.after.iter().find(|id| id.as_str() == word).cloned();
        let id = unseen.map_or_else(|| view.find(word).map(|task| task.id), Ok)?;
        if task.after.contains(&id) {
            return Ok(id);
        }
        Err(Error::new(codes::NO_SUCH_DEPENDENCY, format!("{} does not depend on {id}", task.id))
            .hint(format!("'git agent show {}' lists its dependencies", task.id)))
    })
}

/// Refuse dependencies and a feature of `id`, which may be new, that would close a cycle, with the cycle spelled out. `parent` is the
/// feature that is being set.
pub(super) fn refuse_cycles(view: &View<'_>, id: &TaskId, after: &[TaskId], parent: Option<&TaskId>) -> Result<()> {
    if after.is_empty() && parent.is_none() {
        return Ok(());
    }
    let table = view.table()?;
    let graph = Graph::new(&table);
    let Some(cycle) = graph.would_close(id, after, parent) else { return Ok(()) };
    if let [one, other] = cycle.as_slice()
        && one == other
    {
        let is_part = parent == Some(id) && !after.contains(id);
        let is_duplicate =
            |other: &&TaskId| *other != id && graph.get(other).is_some_and(|row| row.original().id() == *id);
        if let Some(other) = after.iter().find(is_duplicate) {
            let message = format!("{id} cannot depend on {other}, which is a duplicate of it");
            let reopen = format!("if it is not one: git agent reopen {other}");
            return Err(Error::new(codes::DEPENDENCY_CYCLE, message).hint(reopen));
        }
        let (code, what) = match is_part {
            true => (codes::PARENT_CYCLE, "be a subtask of"),
            false => (codes::DEPENDENCY_CYCLE, "depend on"),
        };
        return Err(Error::new(code, format!("{id} cannot {what} itself")));
    }
    let is_part = |part: &TaskId, feature: &TaskId| match parent {
        Some(parent) if part == id => feature == parent,
        _ => graph.get(part).and_then(Row::parent).is_some_and(|row| row.id() == *feature),
    };
    let spelled = spell_cycle(&cycle, is_part);
    // Which of the two is new and closes it: a part of what it comes after could be either.
    let Some(feature) = parent.filter(|feature| cycle.windows(2).any(|step| step == [(*feature).clone(), id.clone()]))
    else {
        let next = cycle.windows(2).find(|step| step[0] == *id).map_or(id, |step| &step[1]);
        let message = format!("{id} cannot depend on {next}: that would create the cycle {spelled}");
        return Err(Error::new(codes::DEPENDENCY_CYCLE, message)
            .hint("'git agent dep remove <task> --after <task>' removes a dependency"));
    };
    let message = format!("{id} cannot be a subtask of {feature}: that would create the cycle {spelled}");
    Err(Error::new(codes::PARENT_CYCLE, message)
        .hint("a feature waits for its subtasks: 'git agent dep remove <task> --after <task>' removes a dependency"))
}
