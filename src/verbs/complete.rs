//! A task is done.

mod commits;

use serde_json::Value;

use super::{
    Caller,
    checkpoint::{self, Allow, GitOutput, SavedCheckpoint, What},
    feature::{self, Features},
    next::{self, Among, Choice, NextTask, NoTask, Take},
    task, text,
    uncommitted::{self, Uncommitted},
    verify,
};
use crate::{
    domain::{
        event::{Complete, Payload},
        graph::{Graph, Obstacle},
        id::TaskId,
        status::{Status, Verb},
        summary::Summary,
        table::{Row, Table},
        task::{Task, Verification},
        text::{list, oid, plural, visible},
    },
    error::{Error, Result, codes},
    git::{ObjectId, state},
    recovery::in_progress,
    settings::CompleteDirty,
    store::{
        active,
        ledger::{Draft, View},
    },
    verify::Output,
};

/// What is completed, and under which conditions.
#[derive(Clone, Debug)]
pub struct Request {
    /// The tasks, all of which are completed, or none; the active one if none is given.
    pub tasks: Vec<String>,
    /// The result: text, or a JSON object, list or string as text.
    pub result: Option<String>,
    /// First create a checkpoint of all files.
    pub save: Option<Save>,
    /// Verify first, and complete only if that passes. After a checkpoint, exactly its tree is verified.
    pub verify: Option<VerifyFirst>,
    /// Also start or claim the next task.
    pub next: Option<Take>,
    /// Complete despite open dependencies, subtasks or blockers, or a missing verification.
    pub force: bool,
}

/// A checkpoint of all files that are not ignored.
#[derive(Clone, Debug)]
pub struct Save {
    /// The commit message; `None`: generated from the task.
    pub message: Option<String>,
    /// Where the output of git and the hooks goes.
    pub output: GitOutput,
}

/// A verification as a part of another verb.
#[derive(Clone, Debug)]
pub struct VerifyFirst {
    /// The command; `agent.verify` if not given.
    pub command: Option<String>,
    /// Where the output of the command goes.
    pub output: Output,
}

/// A completed task, and what else happened.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The task after its completion.
    pub task: Task,
    /// False if it was already completed with the same result.
    pub wrote: bool,
    /// The checkpoint that was made first; `None` if none was asked for, or there was nothing to commit.
    pub saved: Option<SavedCheckpoint>,
    /// The verification that was run first, and its command.
    pub verified: Option<(String, Verification)>,
    /// The uncommitted paths, if the task was active in this worktree.
    pub uncommitted: Option<Uncommitted>,
    /// The features above it that were completed or left open.
    pub features: Features,
    /// Tasks that became ready because of it.
    pub unblocked: Vec<Summary>,
    /// The next task, if requested, or why there is none.
    pub next: Option<Result<NextTask, NoTask>>,
    /// The acceptance criteria that are not ticked.
    pub open_criteria: Vec<String>,
    /// Commits made here while the task was active that name no task, oldest first.
    pub unstamped: Vec<ObjectId>,
    /// Its commits that HEAD does not contain, oldest first: see [`crate::query::elsewhere::of_task`].
    pub elsewhere: Vec<ObjectId>,
}

impl Completed {
    /// What is not committed, of the completed task and of one that the next task replaces.
    fn left(&mut self) -> impl Iterator<Item = &mut Option<Uncommitted>> {
        let next = self.next.as_mut().and_then(|next| next.as_mut().ok());
        std::iter::once(&mut self.uncommitted).chain(next.map(|next| &mut next.uncommitted))
    }
}

/// What was done before the task is completed.
#[derive(Default)]
struct Prepared {
    saved: Option<SavedCheckpoint>,
    verified: Option<(String, Verification)>,
}

/// Complete the task that `request` names, or the active one.
///
/// # Errors
///
/// Those of [`complete_each`].
pub fn complete(caller: &Caller, request: &Request) -> Result<Completed> {
    complete_each(caller, request)?.pop().ok_or_else(|| Error::bug("no task was completed"))
}

/// Complete tasks: all of them in one commit of the ledger, or none. What became ready, and the next task, are told with the last one.
///
/// # Errors
///
/// `task-not-found`, `no-active-task`, `bad-text`, `bad-option`, `illegal-transition`, `task-not-ready`; `verify-failed`, whose outcome is
/// recorded; `tree-changed`; `not-verified` (`agent.requireVerify`, or a checkpoint that was not what was verified); those of
/// [`checkpoint::checkpoint`] and [`verify::verify`].
pub fn complete_each(caller: &Caller, request: &Request) -> Result<Vec<Completed>> {
    if request.tasks.len() > 1 && (request.save.is_some() || request.verify.is_some()) {
        let message = "a checkpoint and a verification belong to one task, and several are named";
        return Err(Error::new(codes::BAD_OPTION, message)
            .hint("run them first: 'git agent checkpoint --task <task>', 'git agent verify <task>'"));
    }
    caller.as_one(|| complete_named(caller, request))
}

fn complete_named(caller: &Caller, request: &Request) -> Result<Vec<Completed>> {
    let result = request.result.as_deref().map(|text| text::lines("result", text).map(|text| value(&text)));
    let result = result.transpose()?;
    let mut prepared = prepare(caller, request, result.as_ref())?.into_iter();
    let active = caller.active()?;
    let (mut written, decided) = caller.write(|view| decide(caller, view, request, result.as_ref()))?;
    let Decided { tasks, features, unblocked, mut next } = decided;
    for feature in features.iter().flat_map(|features| &features.completed) {
        active::clear(caller.repo(), &feature.id)?;
    }
    caller.refresh_notes(&tasks.iter().map(|task| task.id.clone()).collect::<Vec<_>>());
    let mut done = Vec::with_capacity(tasks.len());
    for (before, features) in tasks.into_iter().zip(features) {
        let unstamped = if active.contains(&before.id) { commits::unstamped(caller, &before)? } else { Vec::new() };
        let elsewhere = commits::elsewhere(caller, &before)?;
        let uncommitted = uncommitted::end(caller, &before.id)?;
        let at = written.tasks.iter().position(|task| task.id == before.id);
        let wrote = before.status != Status::Completed;
        let task = at.map_or(before, |at| written.tasks.swap_remove(at));
        let open_criteria = open_criteria(caller, &task)?;
        let Prepared { saved, verified } = prepared.next().unwrap_or_default();
        let (unblocked, next) = (Vec::new(), None);
        done.push(Completed {
            task,
            wrote,
            saved,
            verified,
            uncommitted,
            features,
            unblocked,
            next,
            open_criteria,
            unstamped,
            elsewhere,
        });
    }
    if let Some(last) = done.last_mut() {
        last.unblocked = unblocked;
        last.next = match (next.take(), request.next) {
            (Some(Ok(choice)), Some(take)) => Some(Ok(next::taken(caller, written.tasks, &choice, take)?)),
            (Some(Err(why)), _) => Some(Err(why)),
            _ => None,
        };
    }
    uncommitted::settle(caller, done.iter_mut().flat_map(Completed::left))?;
    Ok(done)
}

/// The acceptance criteria of `task` that are not ticked; said with the command that ticks them.
fn open_criteria(caller: &Caller, task: &Task) -> Result<Vec<String>> {
    if task.accept.is_none() {
        return Ok(Vec::new());
    }
    let view = caller.view()?;
    let criteria = task.criteria(|text| view.text(text));
    let open = criteria.iter().enumerate().filter(|(_, criterion)| !criterion.is_met);
    let (numbers, open): (Vec<usize>, Vec<String>) = open.map(|(at, one)| (at + 1, one.text.clone())).unzip();
    if !open.is_empty() {
        let ticks = numbers.iter().map(|number| format!(" --tick {number}")).collect::<String>();
        let ticks = if numbers.len() > 3 { " --tick all".to_owned() } else { ticks };
        let (count, of, id) = (open.len(), criteria.len(), &task.id);
        caller.warn(format!(
            "{count} of {of} acceptance criteria not ticked: {}; if met: 'git agent edit {id}{ticks}'",
            list(open.iter().map(|text| format!("'{text}'")))
        ));
    }
    Ok(open)
}

/// JSON if it looks like JSON and is, else the text itself.
fn value(text: &str) -> Value {
    let is_json = text.trim_start().starts_with(['{', '[', '"']);
    let parsed = if is_json { serde_json::from_str(text).ok() } else { None };
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// What the ledger said when the tasks were completed.
struct Decided {
    tasks: Vec<Task>,
    /// What became of the features above each.
    features: Vec<Features>,
    unblocked: Vec<Summary>,
    next: Option<Result<Choice, NoTask>>,
}

/// The table in which `tasks` are completed: none of them waits for another one.
fn completed(view: &View<'_>, tasks: &[Task]) -> Result<Table> {
    let mut table = view.table()?;
    for task in tasks {
        table.put_row(&Summary { status: Status::Completed, claim: None, ..Summary::of(task) });
    }
    Ok(table)
}

fn decide(caller: &Caller, view: &View<'_>, request: &Request, result: Option<&Value>) -> Result<(Draft, Decided)> {
    let tasks = task::tasks(caller, view, &request.tasks)?;
    let now = caller.now();
    let mut draft = Draft::nothing();
    let before = view.table()?;
    let was = Graph::new(&before);
    let mut table = completed(view, &tasks)?;
    let mut features = Vec::with_capacity(tasks.len());
    for task in &tasks {
        // A retry is a success that changes nothing.
        if is_completed(view, task, result) {
            features.push(Features::default());
            continue;
        }
        refuse(caller, &Graph::new(&table), task, request.force)?;
        let complete = Complete { result: result.cloned(), stored: None, force: request.force };
        draft.and(&task.id, Payload::Complete(complete));
        features.push(feature::end(caller, &mut table, &task.id, &tasks, &mut draft));
    }
    if tasks.len() > 1 && !draft.events.is_empty() {
        draft.message = format!("complete {}", list(tasks.iter().map(|task| &task.id)));
    }
    // What is completed keeps its place in the table.
    let is_news = |row: Row<'_>| !was.is_ready(before.row(row.at()), now);
    let unblocked = match draft.events.is_empty() {
        true => Vec::new(),
        false => Graph::new(&table).ready_among(now, is_news).into_iter().map(Row::summary).collect(),
    };
    let mut next = request.next.map(|take| next::choose(caller, view, &table, &Among::default(), take)).transpose()?;
    if let (Some(Ok(choice)), Some(take)) = (&mut next, request.next) {
        next::take(caller, view, choice, take, &mut draft)?;
        let verb = if take == Take::Start { "start" } else { "claim" };
        draft.message = format!("complete {}, {verb} {}", list(tasks.iter().map(|task| &task.id)), choice.id);
    }
    Ok((draft, Decided { tasks, features, unblocked, next }))
}

/// Whether the task was completed with exactly this result.
fn is_completed(view: &View<'_>, task: &Task, result: Option<&Value>) -> bool {
    let is_before = |now| task.result.as_ref().is_some_and(|before| before.is(now, |text| view.text(text)));
    task.status == Status::Completed && result.is_none_or(is_before)
}

/// Refuse what cannot be completed in its state, or while tasks before it, its parts, or blockers are open.
fn refuse(caller: &Caller, graph: &Graph<'_>, task: &Task, force: bool) -> Result<()> {
    task::step(task, Verb::Complete)?;
    if force {
        return Ok(());
    }
    let pending = Summary { status: Status::Pending, claim: None, until: None, ..Summary::of(task) };
    // What was done although its feature is cancelled is done.
    let obstacles = graph.obstacles(&pending, caller.now()).into_iter();
    let obstacles = obstacles.filter(|obstacle| !matches!(obstacle, Obstacle::Cancelled(_)));
    let obstacles: Vec<String> = obstacles.map(|obstacle| obstacle.to_string()).collect();
    if obstacles.is_empty() {
        return Ok(());
    }
    Err(Error::new(codes::TASK_NOT_READY, format!("cannot complete {}: {}", task.id, obstacles.join("; ")))
        .hint("complete or remove what it waits for: 'git agent unblock', 'git agent dep remove'")
        .hint(force_hint(&task.id)))
}

fn force_hint(id: &TaskId) -> String {
    format!("to complete it anyway: git agent complete {id} --force")
}

/// Make a checkpoint and verify, if that was asked for, and refuse what is not verified but must be; nothing is answered where there was
/// nothing to do.
fn prepare(caller: &Caller, request: &Request, result: Option<&Value>) -> Result<Vec<Prepared>> {
    let repo = caller.repo();
    let settings = repo.settings();
    let is_required = settings.require_verify() && !request.force;
    let dirty = if request.force { CompleteDirty::Warn } else { settings.complete_dirty() };
    let in_progress = if request.force { None } else { state::in_progress(repo) };
    let is_plain = request.save.is_none() && request.verify.is_none() && !is_required && dirty == CompleteDirty::Warn;
    if is_plain && in_progress.is_none() {
        return Ok(Vec::new());
    }
    let view = caller.view()?;
    let tasks = task::tasks(caller, &view, &request.tasks)?;
    let active = caller.active()?;
    // What is refused anyway is refused before a commit and a long test run.
    let table = completed(&view, &tasks)?;
    for task in tasks.iter().filter(|task| !is_completed(&view, task, result)) {
        refuse(caller, &Graph::new(&table), task, request.force)?;
        if let Some(operation) = in_progress.as_ref().filter(|_| active.contains(&task.id)) {
            let error = in_progress::refusal(&format!("cannot complete {}", task.id), operation);
            return Err(error.hint(force_hint(&task.id)));
        }
        if request.verify.is_none() && is_required {
            refuse_unverified(caller, task)?;
        }
    }
    let prepare = |task: &Task| {
        if is_completed(&view, task, result) {
            warn_of_omitted(caller, &task.id, request);
            return Ok(Prepared::default());
        }
        let save = match &request.save {
            None if active.contains(&task.id) => save_dirty(caller, &task.id, dirty)?,
            save => save.clone(),
        };
        match (save, &request.verify) {
            (Some(save), _) => checkpoint_first(caller, &task.id, &save, request),
            (None, Some(wanted)) => {
                let verified = run_verification(caller, &task.id, wanted, request.force)?;
                Ok(Prepared { saved: None, verified })
            }
            (None, None) => Ok(Prepared::default()),
        }
    };
    tasks.iter().map(prepare).collect()
}

/// Say what `request` asks for in addition, and a task that is completed already does not need.
fn warn_of_omitted(caller: &Caller, id: &TaskId, request: &Request) {
    let saved = request.save.as_ref().map(|_| "nothing was committed".to_owned());
    let run = request.verify.as_ref().map(|wanted| match verify::command(caller, wanted.command.as_deref()) {
        Ok(command) => format!("'{}' was not run", visible(&command, &[])),
        Err(_) => "nothing was verified".to_owned(),
    });
    let omitted: Vec<String> = saved.into_iter().chain(run).collect();
    if !omitted.is_empty() {
        caller.warn(format!("{}, because {id} is already completed", omitted.join(", and ")));
    }
}

/// What `agent.completeDirty` asks for, if something is not committed.
fn save_dirty(caller: &Caller, id: &TaskId, dirty: CompleteDirty) -> Result<Option<Save>> {
    let Some(summary) =
        Some(dirty).filter(|dirty| *dirty != CompleteDirty::Warn).and_then(|_| uncommitted::find(caller))
    else {
        return Ok(None);
    };
    if dirty == CompleteDirty::Checkpoint {
        return Ok(Some(Save { message: None, output: GitOutput::Captured }));
    }
    let paths = plural(summary.total, "path");
    let message = format!("cannot complete {id}: {paths} not committed (agent.completeDirty is refuse)");
    Err(Error::new(codes::UNCOMMITTED_CHANGES, message)
        .hint(format!("commit them with it: git agent complete {id} -m '…'"))
        .hint(force_hint(id)))
}

/// Make a checkpoint of everything, and verify exactly that.
fn checkpoint_first(caller: &Caller, id: &TaskId, save: &Save, request: &Request) -> Result<Prepared> {
    let checkpoint::Answer { checkpoint: saved, verified, .. } = checkpoint::checkpoint(
        caller,
        &checkpoint::Request {
            task: Some(id.to_string()),
            message: save.message.clone(),
            what: What::Everything,
            allow: Allow::default(),
            output: save.output,
            verify: request.verify.clone(),
        },
    )?;
    if request.verify.is_none() {
        return Ok(Prepared { saved, verified });
    }
    let error = match &verified {
        Some((command, verification)) if !verification.passed() => failed(caller, id, command, verification)?,
        Some((_, verification)) if !verification.uncommitted => return Ok(Prepared { saved, verified }),
        Some(_) => {
            let message = format!("cannot complete {id}: the commit differs from what was verified");
            Error::new(codes::NOT_VERIFIED, message).hint("a hook changed one of them: see 'git status'")
        }
        None => Error::new(codes::NOT_VERIFIED, format!("cannot complete {id}: it could not be verified")),
    };
    if request.force {
        caller.warn(format!("completing {id} anyway: {error}"));
        return Ok(Prepared { saved, verified: None });
    }
    let kept = saved.map(|saved| format!("{id}@{} is saved as {}", saved.number, oid(&saved.commit)));
    let kept = kept.into_iter().chain(verified.map(|_| "the outcome is recorded".to_owned()));
    let kept = kept.collect::<Vec<_>>().join(", and ");
    let error = if kept.is_empty() { error } else { error.but(kept) };
    Err(error.hint(force_hint(id)))
}

/// The refusal to complete `id` after a verification that did not pass.
fn failed(caller: &Caller, id: &TaskId, command: &str, verification: &Verification) -> Result<Error> {
    let outcome = verify::outcome(command, verification);
    let output = verification.output.as_ref().map(|output| caller.view().map(|view| view.text(output)));
    Ok(Error::new(codes::VERIFY_FAILED, format!("cannot complete {id}: {outcome}"))
        .excerpt(output.transpose()?)
        .hint("fix the problem and complete it again"))
}

fn run_verification(
    caller: &Caller,
    id: &TaskId,
    wanted: &VerifyFirst,
    force: bool,
) -> Result<Option<(String, Verification)>> {
    let command = verify::command(caller, wanted.command.as_deref())?;
    let (complaint, error) = match verify::run(caller, id, &command, wanted.output)? {
        Ok(verification) if verification.passed() => return Ok(Some((command, verification))),
        Ok(verification) => {
            let complaint = format!("{}.", verify::outcome(&command, &verification));
            (complaint, failed(caller, id, &command, &verification)?.but("the outcome is recorded"))
        }
        Err(void) => {
            let void = Error::from(void);
            let error = Error::new(codes::TREE_CHANGED, format!("cannot complete {id}: {void}"));
            (void.to_string(), error.hints(void.hint_list().to_vec()))
        }
    };
    if force {
        caller.warn(format!("completing {id} anyway: {complaint}"));
        return Ok(None);
    }
    Err(error.hint(force_hint(id)))
}

/// `agent.requireVerify`: the present content must have passed.
fn refuse_unverified(caller: &Caller, task: &Task) -> Result<()> {
    let tree = crate::verify::present_tree(caller.repo())?.to_string();
    let known = task.verification_of(&tree);
    if known.is_some_and(Verification::passed) {
        return Ok(());
    }
    let id = &task.id;
    let why = match (known, task.verification()) {
        (Some(failed), _) => format!("its verification failed with exit code {}", failed.exit),
        (None, Some(last)) => {
            let verdict = if last.passed() { "passed" } else { "failed" };
            format!("it was not verified; the last verified tree is {}, which {verdict}", oid(&last.tree))
        }
        (None, None) => "it was not verified, nor was any other state of this task".to_owned(),
    };
    let message =
        format!("cannot complete {id}: the current content is tree {}; {why} (agent.requireVerify)", oid(&tree));
    Err(Error::new(codes::NOT_VERIFIED, message)
        .hint(format!("verify it: git agent verify {id}; or both at once: git agent complete {id} --verify"))
        .hint(force_hint(id)))
}
