//! What the active tasks were when somebody last looked: so that a prompt in a huge repository opens no pack.
//!
//! A disposable file, `agent/active` in the git directory of the worktree: a line that says which state of the refs it is
//! about, with a checksum, then the ids. It counts only while that line is what would be written now.

use std::fmt::Write as _;

use crate::{domain::id::TaskId, git::ObjectId, git::Repo};

/// The refs that the answer depends on.
pub(super) struct State<'a> {
    /// What the refs of the worktree point to.
    pub anchors: &'a [ObjectId],
    /// The tip of the ledger.
    pub ledger: Option<ObjectId>,
}

impl State<'_> {
    /// The file for this state and these `tasks`.
    fn file(&self, tasks: &str) -> String {
        let mut state = String::new();
        for id in self.anchors.iter().chain(&self.ledger) {
            write!(state, "{id} ").unwrap_or_default();
        }
        let sum = crc32fast::hash(format!("{state}\n{tasks}").as_bytes());
        format!("{state}{sum:08x}\n{tasks}")
    }
}

/// The tasks that were active in this state, if that is known.
pub(super) fn recall(repo: &Repo, state: &State<'_>) -> Option<Vec<TaskId>> {
    let file = std::fs::read_to_string(path(repo)).ok()?;
    let (_, tasks) = file.split_once('\n')?;
    if state.file(tasks) != file {
        return None;
    }
    tasks.lines().map(|id| TaskId::parse(id).ok()).collect()
}

/// Remember that `tasks` are active in this state. Where nothing can be written, the next reader finds out for itself.
pub(super) fn remember(repo: &Repo, state: &State<'_>, tasks: &[TaskId]) {
    let tasks: String = tasks.iter().map(|id| format!("{id}\n")).collect();
    repo.put(&path(repo), state.file(&tasks).as_bytes()).unwrap_or_default();
}

/// Find out again: which pointers count is not told by the refs alone.
pub(super) fn forget(repo: &Repo) {
    // What is not there is forgotten already.
    std::fs::remove_file(path(repo)).unwrap_or_default();
}

fn path(repo: &Repo) -> std::path::PathBuf {
    repo.worktree_agent_dir().join("active")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_tells_another_state_and_damage() {
        let id = |byte: u8| ObjectId::from_bytes_or_panic(&[byte; 20]);
        let state = |anchors: &[ObjectId], ledger| State { anchors, ledger }.file("t-1\n");
        let file = state(&[id(1)], Some(id(2)));
        assert!(file.ends_with("\nt-1\n"));
        assert_ne!(file, state(&[id(1)], Some(id(3))));
        assert_ne!(file, state(&[id(2)], None));
        assert_ne!(file, State { anchors: &[id(1)], ledger: Some(id(2)) }.file("t-2\n"));
    }
}
