//! Which commits of a history can be squashed.

use std::collections::HashSet;

use super::{Onto, refusal};
use crate::{
    domain::{
        id::TaskId,
        rollback::{self, Ownership},
        squash::{Run, SquashCommit, SquashObstacle, all, longest},
        task::Task,
    },
    error::Result,
    git::{ObjectId, Repo, commit, revwalk},
    recovery::task_commits::TaskCommits,
    store::ledger::commits::Owners,
};

/// The commits of `task` below `tip` that can be squashed; of its longest run there may be none.
pub(super) fn run(repo: &Repo, owners: &Owners, task: &Task, tip: ObjectId, onto: &Onto) -> Result<Run<ObjectId>> {
    let reader = Reader {
        commits: TaskCommits { repo, ids: std::slice::from_ref(&task.id), owners },
        shallow: revwalk::shallow(repo)?,
    };
    match onto {
        Onto::Longest => {
            let run = longest(tip, &reader.reachable(tip)?);
            match &run.stop {
                Some(stop) if run.commits.is_empty() => Err(refusal::at_the_tip(repo, task, stop)?),
                _ => Ok(run),
            }
        }
        Onto::Given(from, word) => {
            if let Some(from) = from
                && !revwalk::is_ancestor(repo, *from, tip)?
            {
                return Err(refusal::not_below(task, word));
            }
            match all(*from, &reader.range(*from, tip)?) {
                Ok(run) => Ok(run),
                Err(stop) => Err(refusal::in_between(repo, task, word, &stop)?),
            }
        }
    }
}

struct Reader<'t> {
    commits: TaskCommits<'t>,
    shallow: HashSet<ObjectId>,
}

impl Reader<'_> {
    /// The commits down to the first one on the first-parent line that has to stay, with what merges bring in.
    fn reachable(&self, tip: ObjectId) -> Result<Vec<SquashCommit<ObjectId>>> {
        let repo = self.commits.repo;
        let mut at = tip;
        let below = loop {
            let (owner, others) = self.commits.owner(at, &commit::Commit::read(repo, at)?.message);
            if let Some(obstacle) = self.obstacle(at, owner, others) {
                break Some((at, obstacle));
            }
            match revwalk::parents(repo, at)?.first() {
                Some(parent) => at = *parent,
                None => break None,
            }
        };
        let mut commits = self.range(below.as_ref().map(|(commit, _)| *commit), tip)?;
        commits.extend(below.map(|(id, why)| SquashCommit { id, parents: Vec::new(), obstacle: Some(why) }));
        Ok(commits)
    }

    /// The commits of `from..tip`, newest first.
    fn range(&self, from: Option<ObjectId>, tip: ObjectId) -> Result<Vec<SquashCommit<ObjectId>>> {
        let commit = |commit: rollback::LaterCommit<ObjectId>| {
            let obstacle = self.obstacle(commit.id, commit.owner, commit.others);
            let obstacle = obstacle.or_else(|| commit.published.then_some(SquashObstacle::Published));
            SquashCommit { id: commit.id, parents: commit.parents, obstacle }
        };
        Ok(self.commits.range(from, tip)?.into_iter().map(commit).collect())
    }

    /// What the commit itself says against it.
    fn obstacle(&self, id: ObjectId, owner: Ownership, others: Vec<TaskId>) -> Option<SquashObstacle> {
        match owner {
            Ownership::Task => self.shallow.contains(&id).then_some(SquashObstacle::CutOff),
            Ownership::Buried => Some(SquashObstacle::Buried),
            Ownership::Other => Some(SquashObstacle::Foreign(others)),
        }
    }
}
