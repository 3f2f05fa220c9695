//! Which tasks were active at the last check, cached so that a prompt in a huge repository opens no pack.
//!
//! A [`Cache`] in the git directory of the worktree, about the refs that the answer depends on.

use crate::{
    domain::id::TaskId,
    git::{ObjectId, Repo},
    store::cache::Cache,
};

/// Changes with the format, and with what else than these refs decides which tasks are active.
const MAGIC: &[u8; 8] = b"gaactiv\x03";

/// The state of the refs that the active tasks are computed from.
pub(super) struct State<'a> {
    /// The anchors that the refs of the worktree point to.
    pub anchors: &'a [ObjectId],
    /// The tip of the ledger; `None` if there is none.
    pub ledger: Option<ObjectId>,
}

impl State<'_> {
    fn key(&self) -> String {
        let ledger = self.ledger.map_or_else(|| "-".to_owned(), |tip| tip.to_string());
        self.anchors.iter().map(ToString::to_string).chain([ledger]).collect::<Vec<_>>().join(" ")
    }
}

/// The tasks that were active in this state, if that is known.
pub(super) fn read(repo: &Repo, state: &State<'_>) -> Option<Vec<TaskId>> {
    let cached = cache(repo).read_about(state.key().as_bytes())?;
    let tasks = std::str::from_utf8(cached.content()).ok()?;
    tasks.lines().map(|id| TaskId::parse(id).ok()).collect()
}

/// Keep that `tasks` are active in this state.
pub(super) fn write(repo: &Repo, state: &State<'_>, tasks: &[TaskId]) {
    let tasks: String = tasks.iter().map(|id| format!("{id}\n")).collect();
    cache(repo).write(repo, state.key().as_bytes(), &[tasks.as_bytes()]);
}

/// Find out again next time: not only the refs decide which of them count.
pub(super) fn forget(repo: &Repo) {
    cache(repo).remove().unwrap_or_default();
}

fn cache(repo: &Repo) -> Cache {
    Cache::new(repo.worktree_agent_dir().join("active"), MAGIC)
}
