//! The snapshots of a task or a session in their order, with what changed from one to the next.

use std::collections::HashMap;

use super::Caller;
use crate::{
    domain::id::TaskId,
    error::Result,
    git::{
        ObjectId,
        changed_paths::{Comparer, Difference},
        date, revwalk,
    },
    query::revision::{self, Family},
    recovery::snapshot::{self, Snapshot},
};

/// Which snapshots to list.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Only those taken while this task, or a subtask of it, was active.
    pub task: Option<String>,
    /// Only those of the session with this name or id, or a prefix of it: `claude/6f1c`, `6f1c`.
    pub session: Option<String>,
    /// Only those not older than this date, in any format of git.
    pub since: Option<String>,
    /// Only those not newer than this date, in any format of git.
    pub until: Option<String>,
    /// List at most this many; `None`: all.
    pub limit: Option<usize>,
    /// Skip this many first.
    pub skip: usize,
    /// List the oldest first.
    pub reverse: bool,
}

/// A snapshot and its changes since the previous one.
#[derive(Clone, Debug)]
pub struct TimelineStep {
    /// The snapshot itself.
    pub snapshot: Snapshot,
    /// The id of the previous snapshot of the same worktree; `None`: the changes are relative to HEAD at that time.
    pub previous: Option<String>,
    /// The changed files.
    pub changes: Vec<Difference>,
}

/// The snapshots that are wanted, to be compared one by one.
pub struct Timeline<'a> {
    comparer: Comparer<'a>,
    caller: &'a Caller,
    wanted: std::vec::IntoIter<(Snapshot, Option<Snapshot>)>,
}

/// The snapshots that `request` asks for, newest first. A ref whose snapshot cannot be read is warned of.
///
/// # Errors
///
/// Those of [`revision::task`] and [`snapshot::list`]; `git-failed`.
pub fn timeline<'a>(caller: &'a Caller, request: &Request) -> Result<Timeline<'a>> {
    let repo = caller.repo();
    let family: Option<Vec<TaskId>> = match &request.task {
        Some(word) => {
            let view = caller.view()?;
            Some(Family::of(&view, &revision::task(&view, word)?)?.ids().cloned().collect())
        }
        None => None,
    };
    let (since, until) = date::period(repo, request.since.as_deref(), request.until.as_deref())?;
    let listed = snapshot::list(repo)?;
    for (name, why) in &listed.damaged {
        caller.warn(format!("{name} is not a readable snapshot: {why}"));
    }
    let is_wanted = |snapshot: &Snapshot| {
        let (about, at) = (&snapshot.about, snapshot.about.at.seconds());
        let session = about.session.as_ref();
        let is_session = |wanted: &String| {
            session.is_some_and(|known| known.to_string().starts_with(wanted) || known.id().starts_with(wanted))
        };
        family.as_ref().is_none_or(|family| about.tasks.iter().any(|task| family.contains(task)))
            && request.session.as_ref().is_none_or(is_session)
            && since.is_none_or(|since| at >= since)
            && until.is_none_or(|until| at <= until)
    };
    // From the oldest on: the one before each is the last that was seen of its worktree.
    let mut last: HashMap<String, Snapshot> = HashMap::new();
    let mut wanted = Vec::new();
    for snapshot in listed.snapshots.into_iter().rev() {
        let previous = match snapshot.is_foreign {
            true => None,
            false => last.insert(snapshot.about.worktree.clone(), snapshot.clone()),
        };
        if is_wanted(&snapshot) {
            wanted.push((snapshot, previous));
        }
    }
    if !request.reverse {
        wanted.reverse();
    }
    let wanted: Vec<_> = wanted.into_iter().skip(request.skip).take(request.limit.unwrap_or(usize::MAX)).collect();
    Ok(Timeline { comparer: Comparer::new(repo), caller, wanted: wanted.into_iter() })
}

impl Iterator for Timeline<'_> {
    type Item = Result<TimelineStep>;

    fn next(&mut self) -> Option<Result<TimelineStep>> {
        let (snapshot, previous) = self.wanted.next()?;
        Some(self.step(snapshot, previous))
    }
}

impl Timeline<'_> {
    fn step(&mut self, snapshot: Snapshot, previous: Option<Snapshot>) -> Result<TimelineStep> {
        let repo = self.caller.repo();
        let before: Option<ObjectId> = match &previous {
            Some(previous) => Some(snapshot::files(repo, previous)?),
            None => snapshot.about.head.commit.map(|commit| revwalk::tree(repo, commit)).transpose()?,
        };
        let changes = self.comparer.differences(before, Some(snapshot::files(repo, &snapshot)?))?;
        Ok(TimelineStep { previous: previous.map(|previous| previous.id.to_string()), snapshot, changes })
    }
}
