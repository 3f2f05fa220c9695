//! The error for a checkpoint that does not exist, which lists those that do.

use crate::{
    domain::{
        revision::Which,
        status::Status,
        task::Task,
        text::oid,
        time::{Timestamp, show_duration},
    },
    error::{Advice, Error, TaskAdvice, codes},
    git::{ObjectId, Repo, commit::Commit},
};

/// How many checkpoints a refusal lists.
const LISTED: usize = 10;

/// The refusal of `which`, when the task has `commits`, oldest first.
pub(super) fn no_such(repo: &Repo, task: &Task, which: Which, commits: &[ObjectId], now: Timestamp) -> Error {
    let id = &task.id;
    let why = match (which, commits.len()) {
        (_, 0) => format!("{id}@{which} does not exist: {id} has no checkpoint on this history"),
        (Which::Green, _) => format!("{id}@green does not exist: no checkpoint of {id} passed a verification"),
        (_, 1) => format!("{id}@{which} does not exist: {id} has 1 checkpoint on this history"),
        (_, count) => format!("{id}@{which} does not exist: {id} has {count} checkpoints on this history"),
    };
    let error = Error::new(codes::NO_SUCH_CHECKPOINT, why);
    if commits.is_empty() {
        return match task.status {
            _ if task.base.is_some() => error.hint(before_start(task)).hint(Advice::CheckpointActive),
            Status::Pending => error.hint(TaskAdvice::Start.about(id)),
            _ => error.hint(TaskAdvice::Show.about(id)),
        };
    }
    let newest = commits.iter().enumerate().rev().take(LISTED);
    let mut error = error.hints(newest.map(|(at, commit)| line(repo, id.as_str(), at + 1, *commit, now)));
    if commits.len() > LISTED {
        error = error.hint(TaskAdvice::MoreCheckpoints(commits.len() - LISTED).about(id));
    }
    match which {
        Which::Green => error.hint(TaskAdvice::Verify.about(id)),
        _ => error,
    }
}

/// What `t-1@start` is, of a task that was started.
pub fn before_start(task: &Task) -> String {
    format!("{}@start is the state before it was started", task.id)
}

/// `t-1@2 is 0123456789ab, 3 hours ago: Fix login`
fn line(repo: &Repo, id: &str, number: usize, commit: ObjectId, now: Timestamp) -> String {
    let short = oid(commit);
    let Ok(found) = Commit::read(repo, commit) else { return format!("{id}@{number} is {short}") };
    let ago = show_duration(now.seconds_since(Timestamp::from_seconds(found.at)));
    format!("{id}@{number} is {short}, {ago} ago: {}", found.subject())
}
