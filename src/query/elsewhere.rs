//! Commits of a task that HEAD does not contain: a branch, a tag or another worktree does, or nothing does.

use std::collections::HashSet;

use crate::{
    domain::{
        message::subject,
        task::{Task, Tie},
    },
    error::Result,
    git::{ObjectId, Repo, commit::Commit, revwalk},
    query::revision,
};

/// Commits that HEAD does not contain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// The commits, oldest first; never empty.
    pub commits: Vec<ObjectId>,
    /// A branch that has the newest of them, if any has: `topic`, `origin/topic`.
    pub branch: Option<String>,
    /// They are on no branch, no tag and in no worktree.
    pub is_lost: bool,
}

/// The commits of `task` that the ledger knows, and HEAD does not contain. What was rewritten, and is on HEAD under another id, is not among
/// them; what nothing has any more is, if HEAD has no commit of the task at all.
pub fn of_task(repo: &Repo, task: &Task) -> Result<Option<Elsewhere>> {
    let known = task.commits.iter().filter(|known| known.tie != Tie::Unlinked);
    let known = known.filter_map(|known| ObjectId::from_hex(known.commit.as_bytes()).ok());
    let known: Vec<ObjectId> = known.filter(|id| repo.has(*id)).collect();
    let missing = not_on_head(repo, &known)?;
    if missing.is_empty() {
        return Ok(None);
    }
    let written = |id: &ObjectId| {
        let commit = Commit::read(repo, *id).ok()?;
        Some((commit.author.date.clone(), subject(&commit.message).to_owned()))
    };
    let here: HashSet<_> = revision::alone(repo, repo.head()?.commit, task)?.iter().filter_map(written).collect();
    let is_rewritten = |id: &ObjectId| written(id).is_some_and(|written| here.contains(&written));
    let missing: Vec<ObjectId> = missing.into_iter().filter(|id| !is_rewritten(id)).collect();
    match of(repo, missing.clone())? {
        None if here.is_empty() => Ok(Some(Elsewhere { commits: missing, branch: None, is_lost: true })),
        found => Ok(found),
    }
}

/// Those of `commits` that still exist, and where; `None` if none does.
pub fn of(repo: &Repo, mut commits: Vec<ObjectId>) -> Result<Option<Elsewhere>> {
    let lost = if commits.is_empty() { Vec::new() } else { revwalk::lost(repo, &commits)? };
    commits.retain(|id| !lost.contains(id));
    let Some(newest) = commits.last() else { return Ok(None) };
    let branch = revwalk::branch_with(repo, *newest)?;
    Ok(Some(Elsewhere { commits, branch, is_lost: false }))
}

/// Those of `commits` that HEAD does not contain, in their order.
pub fn not_on_head(repo: &Repo, commits: &[ObjectId]) -> Result<Vec<ObjectId>> {
    let Some(head) = repo.head()?.commit.filter(|_| !commits.is_empty()) else { return Ok(commits.to_vec()) };
    let missing = revwalk::unreachable(repo, commits, head)?;
    Ok(commits.iter().copied().filter(|id| missing.contains(id)).collect())
}
