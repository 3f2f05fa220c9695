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

/// Everything there is to say.
pub struct Facts<'v> {
    /// The ledger.
    pub view: View<'v>,
    /// Who asks.
    pub us: Holder,
    /// When.
    pub now: Timestamp,
    /// The task it is about.
    pub focus: Option<Focus>,
    /// Tasks that are active besides it, or instead of it.
    pub active: Vec<(TaskId, Option<String>)>,
    /// What the asker holds in this worktree, or left in progress there; without the task that it is about and the active ones.
    pub held: Vec<Task>,
    /// How everything stands.
    pub state: State,
    /// What is not committed.
    pub standing: StatusSummary,
    /// The tasks around it.
    pub plan: Plan,
}

/// The task that a brief is about.
pub struct Focus {
    pub task: Task,
    /// Whether it is active in this worktree.
    pub is_active: bool,
    /// The feature it is a part of.
    pub feature: Option<Task>,
    /// What it comes after, and the finished parts of its feature, as far as something was decided there; the newest last.
    pub before: Vec<Task>,
    /// How many checkpoints it has on this history.
    pub checkpoints: usize,
    /// The newest of them.
    pub last: Option<Checkpoint>,
    /// The newest that passed a verification.
    pub verified: Option<Checkpoint>,
    /// How its history came about, if that can be said.
    pub making: Option<Making>,
}

/// What has to be known before a task is begun or gone on with.
#[derive(Clone, Copy)]
pub struct Needs<'a> {
    /// The ledger, for long texts.
    pub view: &'a View<'a>,
    /// Who asks.
    pub us: &'a Actor,
    pub task: &'a Task,
    /// See [`Focus::feature`].
    pub feature: Option<&'a Task>,
    /// See [`Focus::before`].
    pub before: &'a [Task],
}

impl<'a> Needs<'a> {
    /// The decisions that bear on the task, with the task that each was made in: those of the tasks before it, of its feature, its own.
    pub fn decisions(&self) -> impl Iterator<Item = (&'a TaskId, &'a Decision)> + use<'a> {
        let tasks = self.before.iter().chain(self.feature).chain([self.task]);
        tasks.flat_map(|task| task.decisions.iter().map(move |decision| (&task.id, decision)))
    }
}

/// The feature of `task`, and the tasks before it: see [`Focus`].
///
/// # Errors
///
/// When the ledger cannot be read.
pub fn around(view: &View<'_>, graph: &Graph<'_>, task: &Task) -> Result<(Option<Task>, Vec<Task>)> {
    let feature = task.parent.as_ref().map(|id| view.task(id)).transpose()?.flatten();
    Ok((feature, before(view, graph, task)?))
}

/// A checkpoint of the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// n of `t-1@n`.
    pub number: usize,
    pub commit: ObjectId,
    pub subject: String,
    /// When it was committed.
    pub at: Timestamp,
}

/// Who asks, about what, and when.
pub struct Question<'a> {
    /// The task that is asked for.
    pub task: Option<Task>,
    /// The active tasks of this worktree.
    pub active: Vec<TaskId>,
    /// Who asks.
    pub us: Holder,
    /// When.
    pub now: Timestamp,
    /// Why commits made here are not stamped.
    pub unstamping: Option<String>,
    /// The snapshots of a task that are here.
    pub saved: &'a dyn Fn(&TaskId) -> Option<Saved>,
}

/// Gather what there is to say about `question`. Writes nothing.
///
/// # Errors
///
/// When the ledger, the history or the state of the worktree cannot be read.
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
    let mut held = own::find(&view, &table, &us, now)?;
    held.retain(|task| !active.contains(&task.id) && about.is_none_or(|about| about.id != task.id));
    let others = active.into_iter().filter(|id| about.is_none_or(|task| task.id != *id));
    let active = others.map(|id| {
        let title = graph.get(&id).filter(|row| row.exists()).map(|row| row.title().to_owned());
        (id, title)
    });
    let (state, standing) = State::of(&view, about, now, unstamping)?;
    let plan = Plan::of(&graph, about, now);
    let active = active.collect();
    Ok(Facts { view, us, now, focus, active, held, state, standing, plan })
}

fn focus(view: &View<'_>, graph: &Graph<'_>, task: Task, active: &[TaskId], now: Timestamp) -> Result<Focus> {
    let repo = view.repo();
    let head = repo.head()?.commit;
    let commits = revision::on(view, head, &task)?;
    let point =
        |number: usize| -> Option<Checkpoint> { checkpoint(repo, number, *commits.get(number.checked_sub(1)?)?) };
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
    let beside = task.parent.iter().flat_map(|parent| graph.children(parent));
    let mut rows: Vec<Row<'_>> = beside.filter(|row| row.status() == Status::Completed).collect();
    rows.extend(named);
    rows.retain(|row| row.id_str() != task.id.as_str());
    rows.sort_by_key(|row| (Reverse(row.updated_at()), row.at()));
    rows.dedup_by_key(|row| row.at());
    let tasks = rows.iter().take(NEAR).rev().filter_map(|row| view.task(&row.id()).transpose());
    let mut tasks = tasks.collect::<Result<Vec<Task>>>()?;
    tasks.retain(|task| !task.decisions.is_empty());
    Ok(tasks)
}

fn checkpoint(repo: &Repo, number: usize, id: ObjectId) -> Option<Checkpoint> {
    let commit = Commit::read(repo, id).ok()?;
    let subject = commit.subject().to_string();
    Some(Checkpoint { number, commit: id, subject, at: Timestamp::from_seconds(commit.at) })
}

impl Facts<'_> {
    /// What has to be known to continue with the task that it is about.
    pub fn needs<'a>(&'a self, focus: &'a Focus) -> Needs<'a> {
        let Focus { task, feature, before, .. } = focus;
        Needs { view: &self.view, us: &self.us.actor, task, feature: feature.as_ref(), before }
    }

    /// The whole of a text.
    pub fn text(&self, text: &Text) -> String {
        self.view.text(text)
    }
}
