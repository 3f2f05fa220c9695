//! What a progress report says, whatever it looks like: counts, features, tasks by where they stand, decisions, time.
//!
//! A *feature*, a task with parts, is not counted next to its parts; what was cancelled does not count at all. Every top
//! feature is a [`Block`] of its own, and so are the tasks that belong to none.

mod features;
mod item;
mod now;
mod tally;

use std::collections::{HashMap, HashSet};

pub use item::{Item, Reason, ReportCheckpoint, TaskState};
pub use now::Now;
pub use tally::{BurnPoint, Tally};

use super::{
    actor::Actor, graph::Graph, id::TaskId, status::Status, table::Row, task::Task, text::Text, time::Timestamp,
};
use crate::domain::{active_time, making::Saved};
use features::Features;

/// The facts that a report is computed from.
pub struct Source<'a> {
    /// Every task of the ledger, in any order.
    pub tasks: &'a [Task],
    /// The relations between these tasks.
    pub graph: &'a Graph<'a>,
    /// The feature to report on; `None`: all tasks.
    pub feature: Option<&'a TaskId>,
    /// Only tasks that have all of these labels.
    pub labels: &'a [String],
    /// The beginning of the period for which changes are counted.
    pub since: Option<Timestamp>,
    /// The time of the report.
    pub now: Timestamp,
    /// The longest period without activity that counts as work, in seconds.
    pub gap: u64,
    /// The commits of tasks, oldest first.
    pub checkpoints: HashMap<TaskId, Vec<ReportCheckpoint>>,
    /// The snapshots of tasks in this repository.
    pub saved: HashMap<TaskId, Saved>,
    /// Reads the whole of a text.
    pub text: &'a dyn Fn(&Text) -> String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The time of the report.
    pub at: Timestamp,
    /// The time of the last event of its tasks; `None` without tasks.
    pub updated: Option<Timestamp>,
    /// The counts of all blocks together.
    pub overall: Tally,
    /// Changes in the requested period.
    pub changes: Option<Changes>,
    /// The features, dependencies first, then the tasks without a feature.
    pub blocks: Vec<Block>,
    /// The numbers of tasks and of completed tasks over time.
    pub burn: Vec<BurnPoint>,
    /// The task that can be started next.
    pub next: Option<TaskId>,
    /// The repository and branch; set by the caller.
    pub place: Place,
}

/// The repository and worktree of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The name of the repository's directory.
    pub repository: String,
    /// The branch; `None` on a detached HEAD.
    pub branch: Option<String>,
}

/// Changes since a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub since: Timestamp,
    /// Tasks that were completed in that period.
    pub completed: usize,
    /// Tasks that were started for the first time in that period.
    pub started: usize,
    /// Tasks that failed in that period, and are still failed.
    pub failed: usize,
    /// Tasks that were added in that period.
    pub added: usize,
}

/// A feature, or the tasks that belong to none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    pub feature: Option<Feature>,
    /// The counts of its tasks.
    pub tally: Tally,
    /// Completed tasks by time of completion; only those of the requested period.
    pub completed: Vec<Item>,
    /// How many tasks were completed before that period.
    pub completed_before: usize,
    /// Tasks in progress, by time of the start.
    pub in_progress: Vec<Item>,
    /// Pending and failed tasks, dependencies first.
    pub remaining: Vec<Item>,
    /// Decisions about the feature and its tasks, oldest first; only those of the requested period.
    pub decisions: Vec<Said>,
    /// Notes, in the same order and period.
    pub notes: Vec<Said>,
}

/// A feature as the heading of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    pub id: TaskId,
    /// The title: one line.
    pub title: String,
    /// The status of the feature itself.
    pub status: Status,
    /// The description, if it has one.
    pub description: Option<String>,
    /// The acceptance criteria, with checkboxes.
    pub accept: Option<String>,
    /// The reasons why none of its tasks can be started.
    pub reasons: Vec<Reason>,
    /// The reason of the last failure, while it is failed.
    pub failure: Option<String>,
}

/// A decision or note, with its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The time when it was recorded.
    pub at: Timestamp,
    /// The actor who recorded it.
    pub by: Actor,
    pub task: TaskId,
    /// The whole text.
    pub text: String,
    pub why: Option<String>,
}

impl Report {
    /// The report on `source`.
    pub fn new(source: &Source<'_>) -> Self {
        let features = Features::new(source.tasks);
        let since = source.since.unwrap_or(Timestamp::from_millis(i64::MIN));
        let mut drafts: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        let mut updated = None;
        let wanted = source.feature.map(|id| features.at(id));
        let is_labelled = |task: &Task| source.labels.iter().all(|label| task.labels.contains(label));
        for (at, task) in source.tasks.iter().enumerate().filter(|(_, task)| task.exists() && is_labelled(task)) {
            let top = match wanted {
                None => features.top(at),
                Some(feature) if features.path(at).any(|above| Some(above) == feature) => feature,
                Some(_) => continue,
            };
            updated = updated.max(Some(task.updated_at));
            drafts.entry(top).or_default().push(at);
        }
        let mut blocks = Vec::new();
        let mut counted: Vec<&Task> = Vec::new();
        for (top, all) in drafts {
            // What is below a cancelled task is cancelled with it.
            let is_wanted = |at: usize| features.path(at).all(|above| source.tasks[above].status != Status::Cancelled);
            let leaves = |at: &usize| !features.is_feature(*at) && is_wanted(*at);
            let tasks: Vec<usize> = all.iter().copied().filter(leaves).collect();
            // A feature that is asked for has its block, whatever is in it.
            if tasks.is_empty() && wanted.is_none() {
                continue;
            }
            counted.extend(tasks.iter().map(|at| &source.tasks[*at]));
            let place = top.and_then(|top| source.graph.get(&source.tasks[top].id)).map(|row| source.graph.place(row));
            blocks.push((place.unwrap_or(usize::MAX), Block::new(source, &features, top, &all, &tasks, since)));
        }
        blocks.sort_by_key(|(place, _)| *place);
        let blocks: Vec<Block> = blocks.into_iter().map(|(_, block)| block).collect();
        let changes = source.since.map(|since| Changes {
            since,
            completed: count(&counted, |task| completed_at(task).is_some_and(|at| at >= since)),
            started: count(&counted, |task| task.started_at.is_some_and(|at| at >= since)),
            failed: count(&counted, |task| task.failure().is_some_and(|failure| failure.at >= since)),
            added: count(&counted, |task| task.created_at.is_some_and(|at| at >= since)),
        });
        Report {
            at: source.now,
            updated,
            overall: Tally::of(counted.iter().copied()),
            changes,
            burn: tally::burn(&counted),
            next: next(source, &blocks),
            blocks,
            place: Place::default(),
        }
    }

    /// All listed tasks.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.blocks.iter().flat_map(Block::items)
    }

    /// The feature of the whole report, if it is limited to one.
    pub fn only_feature(&self) -> Option<&Feature> {
        match &self.blocks[..] {
            [block] => block.feature.as_ref(),
            _ => None,
        }
    }
}

/// The first of the tasks that can be started which the report has.
fn next(source: &Source<'_>, blocks: &[Block]) -> Option<TaskId> {
    let listed: HashSet<&TaskId> = blocks.iter().flat_map(|block| &block.remaining).map(|item| &item.id).collect();
    source.graph.ready(source.now).into_iter().map(Row::id).find(|id| listed.contains(id))
}

fn count(tasks: &[&Task], is: impl Fn(&Task) -> bool) -> usize {
    tasks.iter().filter(|task| is(task)).count()
}

fn completed_at(task: &Task) -> Option<Timestamp> {
    task.completed_at.filter(|_| task.status == Status::Completed)
}

impl Block {
    /// Of everything in it (`all`), the `tasks` that count are listed; decisions come from all.
    fn new(
        source: &Source<'_>,
        features: &Features,
        top: Option<usize>,
        all: &[usize],
        tasks: &[usize],
        since: Timestamp,
    ) -> Self {
        let mut block = Block {
            feature: top.map(|top| Feature::new(source, &source.tasks[top])),
            tally: Tally::of(tasks.iter().map(|at| &source.tasks[*at])),
            ..Block::default()
        };
        for at in tasks {
            let task = &source.tasks[*at];
            if completed_at(task).is_some_and(|at| at < since) {
                block.completed_before += 1;
                continue;
            }
            let within = features.parent(*at).filter(|parent| Some(*parent) != top);
            let item = Item::new(source, task, within.map(|parent| source.tasks[parent].title.clone()));
            match task.status {
                Status::Completed => block.completed.push(item),
                Status::InProgress => block.in_progress.push(item),
                _ => block.remaining.push(item),
            }
        }
        block.completed.sort_by(|a, b| (a.completed_at, &a.id).cmp(&(b.completed_at, &b.id)));
        block.in_progress.sort_by(|a, b| (a.started_at, &a.id).cmp(&(b.started_at, &b.id)));
        block.remaining.sort_by_cached_key(|item| {
            (source.graph.get(&item.id).map_or(usize::MAX, |row| source.graph.place(row)), item.id.clone())
        });
        for at in all {
            let task = &source.tasks[*at];
            let said = |at, by: &Actor, text: &Text, why: Option<&Text>| Said {
                at,
                by: by.clone(),
                task: task.id.clone(),
                text: (source.text)(text),
                why: why.map(source.text),
            };
            let decisions = task.decisions.iter().filter(|decision| decision.at >= since);
            block.decisions.extend(decisions.map(|one| said(one.at, &one.by, &one.text, one.why.as_ref())));
            let notes = task.notes.iter().filter(|note| note.at >= since);
            block.notes.extend(notes.map(|one| said(one.at, &one.by, &one.text, None)));
        }
        block.decisions.sort_by(|a, b| (a.at, &a.task).cmp(&(b.at, &b.task)));
        block.notes.sort_by(|a, b| (a.at, &a.task).cmp(&(b.at, &b.task)));
        block
    }

    /// The listed tasks of the block.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.completed.iter().chain(&self.in_progress).chain(&self.remaining)
    }

    /// Work and estimates of the listed tasks in seconds, and the work by actor.
    pub fn time(&self) -> (u64, u64, Vec<(Actor, u64)>) {
        let stretches = self.items().flat_map(|item| &item.stretches);
        let by_actor = active_time::by_actor(stretches);
        let estimates = self.items().filter_map(|item| item.estimate).sum();
        (by_actor.iter().map(|(_, seconds)| seconds).sum(), estimates, by_actor)
    }
}

impl Feature {
    fn new(source: &Source<'_>, task: &Task) -> Self {
        Feature {
            id: task.id.clone(),
            title: task.title.clone(),
            status: task.status,
            description: task.description.as_ref().map(source.text),
            accept: task.accept_text(source.text),
            reasons: item::reasons(source, task),
            failure: task.failure().map(|failure| (source.text)(&failure.reason)),
        }
    }
}

#[cfg(test)]
mod tests;
