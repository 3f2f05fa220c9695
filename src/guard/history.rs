//! Commits that may become unreachable: they become parents of the snapshot.

use crate::{
    error::Result,
    git::{ObjectId, Repo, reflog, refs, unkept, worktree},
    shell::{Level, Loss, Risk},
};

/// How many commits a snapshot keeps alive.
const MOST_COMMITS: usize = 500;

/// What is at risk.
pub(super) struct Lost {
    /// The commits to keep, at most [`MOST_COMMITS`].
    pub commits: Vec<ObjectId>,
    /// How many there are beyond that.
    pub beyond: usize,
}

/// The commits that `risks` take from `repo`, whose HEAD is in every snapshot.
pub(super) fn lost(repo: &Repo, risks: &[&Risk]) -> Result<Lost> {
    let loses = |loss: Loss| risks.iter().any(|risk| risk.losses.contains(&loss));
    let destroys_history =
        risks.iter().any(|risk| risk.level >= Level::Destroys && risk.losses.contains(&Loss::History));
    let mut commits = Vec::new();
    if loses(Loss::Stash) {
        commits.extend(reflog::of_ref(repo, "refs/stash")?.iter().rev().map(|entry| entry.new));
    }
    if loses(Loss::Worktree) {
        let mut named = if repo.git_dir() == repo.common_dir() { [].into() } else { unkept::named_in(repo.git_dir()) };
        worktree::abandoned(repo).iter().for_each(|dir| named.extend(unkept::named_in(dir)));
        commits.extend(unkept::tips(repo, &unkept::From::Worktrees(named))?);
    }
    if destroys_history || loses(Loss::Refs) || loses(Loss::OtherRefs) {
        commits.extend(of_refs(repo, loses(Loss::OtherRefs))?);
    }
    if destroys_history {
        commits.extend(unkept::tips(repo, &unkept::From::Reflogs)?);
    }
    let mut known = std::collections::HashSet::new();
    commits.retain(|commit| known.insert(*commit) && repo.is_commit(*commit));
    let beyond = commits.len().saturating_sub(MOST_COMMITS);
    commits.truncate(MOST_COMMITS);
    Ok(Lost { commits, beyond })
}

/// What refs lead to and HEAD does not: branches and tags first, then others if they are at risk.
fn of_refs(repo: &Repo, with_others: bool) -> Result<Vec<ObjectId>> {
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for (name, ids) in refs::not_merged(repo)? {
        match name.as_slice() {
            name if name.starts_with(b"refs/agent/") => {}
            name if name.starts_with(b"refs/heads/") || name.starts_with(b"refs/tags/") => first.extend(ids),
            _ if with_others => others.extend(ids),
            _ => {}
        }
    }
    first.extend(others);
    Ok(first)
}
