//! What a fresh agent needs to continue, gathered from the ledger, the operations and the work tree.
//!
//! [`gather`] reads; the view says it on a page of Markdown that keeps to a number of lines.

mod plan;
mod state;

pub use plan::Plan;
pub use state::{Ledger, State};

use std::cmp::Reverse;

use crate::{
    domain::{
        actor::Actor,
        claim::Holder,
        graph::Graph,
        id::TaskId,
        making::{self, Making, Saved},
        revision::Which,
        stamp::Unstamping,
        status::Status,
        table::Row,
        task::{Decision, Task},
        text::Text,
        time::Timestamp,
    },
    error::Result,
    git::{ObjectId, Repo, commit::Commit, status::StatusSummary},
    query::{own, revision},
    store::ledger::View,
};

/// How many of anything are gathered: more than any page shows, whatever the history.
pub const ENOUGH: usize = 50;

/// How many tasks around the one that a brief is about are read for their decisions.
const NEAR: usize = 50;

/// Everything that a brief can show, before anything is shortened.
pub struct Facts<'v> {
    pub view: View<'v>,
    /// The reader, to tell its claims from those of others.
    pub us: Holder,
    /// The time of the question, for claims and ages.
    pub now: Timestamp,
    /// The task of the brief; `None`: the brief is about the whole plan.
    pub focus: Option<Focus>,
    /// Active tasks of this worktree other than [`Facts::focus`], with their titles if the ledger has them.
    pub active: Vec<(TaskId, Option<String>)>,
    /// Tasks that the reader holds or left in progress in this worktree, without the focus and the active ones.
    pub held: Vec<Task>,
    /// The number of tasks in progress in addition to the focus, the active and the held ones.
    pub others_in_progress: usize,
    /// HEAD, unfinished operations, sessions, and the ledger of the remote.
    pub state: State,
    /// Uncommitted paths, as counted by `git status`.
    pub standing: StatusSummary,
    /// Ready, running and failed tasks, and the tasks that the focus depends on.
    pub plan: Plan,
}

/// The task that a brief is about.
pub struct Focus {
    pub task: Task,
    /// Whether it is active in this worktree.
    pub is_active: bool,
    /// The feature it is a part of.
    pub feature: Option<Task>,
    /// Its dependencies and the completed tasks of its feature in which something was decided; the newest last.
    pub before: Vec<Task>,
    /// How many checkpoints it has on this history.
    pub checkpoints: usize,
    /// The newest of these checkpoints.
    pub last: Option<BriefCheckpoint>,
    /// The newest that passed a verification.
    pub verified: Option<BriefCheckpoint>,
    /// Whether its commits were made while working or at the end; `None` if that is unknown.
    pub making: Option<Making>,
}

/// What an agent must know before it starts or continues a task.
#[derive(Clone, Copy)]
pub struct Needs<'a> {
    /// The ledger, for long texts.
    pub view: &'a View<'a>,
    /// The reader, whose own texts are not attributed.
    pub us: &'a Actor,
    pub task: &'a Task,
    /// See [`Focus::feature`].
    pub feature: Option<&'a Task>,
    /// See [`Focus::before`].
    pub before: &'a [Task],
}

impl<'a> Needs<'a> {
    /// The decisions that apply to the task, each with the task it was made in: those of earlier tasks, of its feature, and its own.
    pub fn decisions(&self) -> impl Iterator<Item = (&'a TaskId, &'a Decision)> + use<'a> {
        let tasks = self.before.iter().chain(self.feature).chain([self.task]);
        tasks.flat_map(|task| task.decisions.iter().map(move |decision| (&task.id, decision)))
    }
}

/// The feature of `task`, and the tasks before it: [`Focus::feature`] and [`Focus::before`].
///
/// # Errors
///
/// As [`View::note`].
pub fn around(view: &View<'_>, graph: &Graph<'_>, task: &Task) -> Result<(Option<Task>, Vec<Task>)> {
    let feature = task.parent.as_ref().map(|id| view.task(id)).transpose()?.flatten();
    Ok((feature, before(view, graph, task)?))
}

/// A commit of the task on the history of HEAD.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BriefCheckpoint {
    /// `n` of `t-1@n`.
    pub number: usize,
    pub commit: ObjectId,
    pub subject: String,
    /// The committer date.
    pub at: Timestamp,
}

/// What a brief is asked for.
pub struct Question<'a> {
    /// The requested task; `None`: the active one, if any.
    pub task: Option<Task>,
    /// The active tasks of this worktree.
    pub active: Vec<TaskId>,
    /// The reader.
    pub us: Holder,
    /// The current time.
    pub now: Timestamp,
    /// Why commits made here are not stamped.
    pub unstamping: Option<Unstamping>,
    /// Finds out which snapshots of a task exist here.
    pub saved: &'a dyn Fn(&TaskId) -> Option<Saved>,
}

/// Gather the facts for `question`. Writes nothing.
///
/// # Errors
///
/// Those of [`View::table`], of [`View::note`] and of [`revision::on`]; `environment`, `git-failed` when the state of the worktree cannot
/// be read.
pub fn gather<'v>(view: View<'v>, question: Question<'_>) -> Result<Facts<'v>> {
    let Question { task, active, us, now, unstamping, saved } = question;
    let table = view.table()?;
    let graph = Graph::new(&table);
    let task = match task {
        Some(task) => Some(task),
        None => active.first().map(|id| view.task(id)).transpose()?.flatten(),
    };
    let mut focus = task.map(|task| focus(&view, &graph, task, &active, now)).transpose()?;
    if let Some(focus) = focus.as_mut().filter(|focus| !focus.task.commits.is_empty()) {
        focus.making = making::of(&focus.task, saved(&focus.task.id));
    }
    let about = focus.as_ref().map(|focus| &focus.task);
    let mut held = own::find(&view, &table, &active, &us, now)?;
    held.retain(|task| !active.contains(&task.id) && about.is_none_or(|about| about.id != task.id));
    let others: Vec<TaskId> = active.into_iter().filter(|id| about.is_none_or(|task| task.id != *id)).collect();
    let row = |id: &TaskId| graph.get(id).filter(|row| row.exists());
    let is_running = |id: &&TaskId| row(id).is_some_and(|row| row.status() == Status::InProgress);
    let named = others.iter().chain(held.iter().map(|task| &task.id)).filter(is_running).count();
    let active = others.iter().map(|id| (id.clone(), row(id).map(|row| row.title().to_owned()))).collect();
    let (state, standing) = State::of(&view, about, now, unstamping)?;
    let plan = Plan::of(&graph, about, now);
    let others_in_progress = plan.in_progress_count.saturating_sub(named);
    Ok(Facts { view, us, now, focus, active, held, others_in_progress, state, standing, plan })
}

fn focus(view: &View<'_>, graph: &Graph<'_>, task: Task, active: &[TaskId], now: Timestamp) -> Result<Focus> {
    let repo = view.repo();
    let head = repo.head()?.commit;
    let commits = revision::on(view, head, &task)?;
    let point =
        |number: usize| -> Option<BriefCheckpoint> { checkpoint(repo, number, *commits.get(number.checked_sub(1)?)?) };
    let last = point(commits.len());
    // That there is none is not a failure here.
    let green = match head.filter(|_| !commits.is_empty()) {
        Some(head) => revision::find(view, &task, Which::Green, head, now).ok().and_then(|point| point.number),
        None => None,
    };
    let (feature, before) = around(view, graph, &task)?;
    Ok(Focus {
        is_active: active.contains(&task.id),
        checkpoints: commits.len(),
        last,
        verified: green.and_then(point),
        making: None,
        before,
        feature,
        task,
    })
}

/// The tasks whose decisions are needed to continue with `task`: those that it comes after, and the completed ones next to it. The newest are
/// read, no more than [`NEAR`].
fn before(view: &View<'_>, graph: &Graph<'_>, task: &Task) -> Result<Vec<Task>> {
    let named = task.after.iter().filter_map(|id| graph.get(id)).filter(|row| row.exists());
    let siblings = task.parent.iter().flat_map(|parent| graph.children(parent));
    let mut rows: Vec<Row<'_>> = siblings.filter(|row| row.status() == Status::Completed).collect();
    rows.extend(named);
    rows.retain(|row| row.id_str() != task.id.as_str());
    rows.sort_by_key(|row| (Reverse(row.updated_at()), row.at()));
    rows.dedup_by_key(|row| row.at());
    let tasks = rows.iter().take(NEAR).rev().filter_map(|row| view.task(&row.id()).transpose());
    let mut tasks = tasks.collect::<Result<Vec<Task>>>()?;
    tasks.retain(|task| !task.decisions.is_empty());
    Ok(tasks)
}

fn checkpoint(repo: &Repo, number: usize, id: ObjectId) -> Option<BriefCheckpoint> {
    let commit = Commit::read(repo, id).ok()?;
    let subject = commit.subject().to_string();
    Some(BriefCheckpoint { number, commit: id, subject, at: Timestamp::from_seconds(commit.at) })
}

impl Facts<'_> {
    /// What an agent must know to continue with `focus`.
    pub fn needs<'a>(&'a self, focus: &'a Focus) -> Needs<'a> {
        let Focus { task, feature, before, .. } = focus;
        Needs { view: &self.view, us: &self.us.actor, task, feature: feature.as_ref(), before }
    }

    /// The whole text, read from the ledger if the event has only its beginning.
    pub fn text(&self, text: &Text) -> String {
        self.view.text(text)
    }
}
