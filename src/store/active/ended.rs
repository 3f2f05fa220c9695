//! The task whose activity in this worktree ended last: what is committed here before another one starts may belong to it.
//!
//! `<id> <seconds since the epoch> <commit that HEAD was on, or ->` in `agent/ended` in the git directory of the worktree.

use std::path::PathBuf;

use crate::{
    domain::{id::TaskId, time::Timestamp},
    git::{ObjectId, Repo},
};

/// The end of the last active task of a worktree.
pub struct Ended {
    pub task: TaskId,
    /// The time, in seconds since the epoch.
    pub seconds: i64,
    /// The commit of HEAD at that time; `None` on an unborn branch.
    pub head: Option<ObjectId>,
}

/// The last end; none if another task was started here since.
pub fn read(repo: &Repo) -> Option<Ended> {
    let text = std::fs::read_to_string(path(repo)).ok()?;
    let mut words = text.split_whitespace();
    let (task, seconds) = (TaskId::parse(words.next()?).ok()?, words.next()?.parse().ok()?);
    Some(Ended { task, seconds, head: ObjectId::from_hex(words.next()?.as_bytes()).ok() })
}

/// Remember that `id` ended `at` that time. Where nothing can be written, nothing is offered.
pub(super) fn put(repo: &Repo, id: &TaskId, at: Timestamp) {
    let head = repo.head().ok().and_then(|head| head.commit).map_or("-".to_owned(), |head| head.to_string());
    repo.put(&path(repo), format!("{id} {} {head}\n", at.seconds()).as_bytes()).unwrap_or_default();
}

/// A task is started here.
pub(super) fn forget(repo: &Repo) {
    std::fs::remove_file(path(repo)).unwrap_or_default();
}

fn path(repo: &Repo) -> PathBuf {
    repo.worktree_agent_dir().join("ended")
}
