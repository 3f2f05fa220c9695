//! The task whose activity in this worktree ended last: what is committed here before another one starts may belong to it.
//!
//! `<id> <seconds since the epoch>` in `agent/ended` in the git directory of the worktree.

use std::path::PathBuf;

use crate::{
    domain::{id::TaskId, time::Timestamp},
    git::Repo,
};

/// The task, and when it ended in seconds; none if another one was started here since.
pub fn read(repo: &Repo) -> Option<(TaskId, i64)> {
    let text = std::fs::read_to_string(path(repo)).ok()?;
    let (id, seconds) = text.trim_end().split_once(' ')?;
    Some((TaskId::parse(id).ok()?, seconds.parse().ok()?))
}

/// Remember that `id` ended `at` that time. Where nothing can be written, nothing is offered.
pub(super) fn put(repo: &Repo, id: &TaskId, at: Timestamp) {
    repo.put(&path(repo), format!("{id} {}\n", at.seconds()).as_bytes()).unwrap_or_default();
}

/// A task is started here.
pub(super) fn forget(repo: &Repo) {
    std::fs::remove_file(path(repo)).unwrap_or_default();
}

fn path(repo: &Repo) -> PathBuf {
    repo.worktree_agent_dir().join("ended")
}
