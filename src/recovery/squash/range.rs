//! Which commits of a history can be collapsed.

use std::collections::{HashMap, HashSet};

use bstr::ByteSlice as _;

use super::{Onto, refusal};
use crate::{
    domain::{
        id::TaskId,
        message::of_commit,
        squash::{Commit, Obstacle, Run, all, longest},
        task::Task,
        trailer::block::{self, Syntax},
    },
    error::Result,
    git::{
        ObjectId, Repo,
        revwalk::{self, Link},
    },
    store::ledger::commits::Owners,
};

/// The commits of `task` below `tip` that can be collapsed; of its longest run there may be none.
pub(super) fn run(repo: &Repo, owners: &Owners, task: &Task, tip: ObjectId, onto: &Onto) -> Result<Run<ObjectId>> {
    let reader = Reader { repo, id: &task.id, owners, shallow: revwalk::shallow(repo)? };
    match onto {
        Onto::Longest => {
            let commits = reader.reachable(tip)?;
            let run = longest(tip, &commits);
            match (&run.stop, run.commits.is_empty()) {
                (Some(stop), true) => Err(refusal::at_the_tip(repo, task, stop)?),
                _ => Ok(run),
            }
        }
        Onto::Given(from, word) => {
            if let Some(from) = from
                && !revwalk::is_ancestor(repo, *from, tip)?
            {
                return Err(refusal::not_below(task, word));
            }
            let commits = reader.range(*from, tip)?;
            match all(*from, &commits) {
                Ok(run) => Ok(run),
                Err(stop) => Err(refusal::in_between(repo, task, word, &stop)?),
            }
        }
    }
}

struct Reader<'t> {
    repo: &'t Repo,
    id: &'t TaskId,
    owners: &'t Owners,
    shallow: HashSet<ObjectId>,
}

impl Reader<'_> {
    /// The commits down to the first one on the first-parent line that has to stay, with what merges bring in.
    fn reachable(&self, tip: ObjectId) -> Result<Vec<Commit<ObjectId>>> {
        let mut at = tip;
        let below = loop {
            if let Some(obstacle) = self.obstacle(at)? {
                break Some((at, obstacle));
            }
            match revwalk::parents(self.repo, at)?.first() {
                Some(parent) => at = *parent,
                None => break None,
            }
        };
        let mut commits = self.range(below.as_ref().map(|(commit, _)| *commit), tip)?;
        commits.extend(below.map(|(id, why)| Commit { id, parents: Vec::new(), obstacle: Some(why) }));
        Ok(commits)
    }

    /// The commits of `from..tip`, newest first.
    fn range(&self, from: Option<ObjectId>, tip: ObjectId) -> Result<Vec<Commit<ObjectId>>> {
        let unpublished = revwalk::unpublished(self.repo, from, tip)?;
        let mut read: HashMap<ObjectId, Option<Obstacle>> = HashMap::new();
        let links = revwalk::between(self.repo, from, tip)?;
        for Link { commit, .. } in &links {
            let published = (!unpublished.contains(commit)).then_some(Obstacle::Published);
            read.insert(*commit, self.obstacle(*commit)?.or(published));
        }
        let commit = |link: Link| Commit {
            obstacle: read.remove(&link.commit).flatten(),
            id: link.commit,
            parents: link.parents,
        };
        Ok(links.into_iter().map(commit).collect())
    }

    /// What the commit itself says against it.
    fn obstacle(&self, commit: ObjectId) -> Result<Option<Obstacle>> {
        let raw = self.repo.read(commit)?;
        let message = of_commit(&raw);
        let rules = self.owners.rules();
        let is_own = self.owners.linked(commit).contains(self.id)
            || block::ids(message, rules, &Syntax::default()).iter().any(|id| *id == self.id.as_str());
        if is_own {
            return Ok(self.shallow.contains(&commit).then_some(Obstacle::CutOff));
        }
        let named = self.owners.of(commit, message);
        if named.iter().any(|id| *id == self.id.as_str()) {
            return Ok(Some(Obstacle::Buried));
        }
        let tasks = named.iter().filter_map(|id| TaskId::parse(id.to_str().ok()?).ok());
        Ok(Some(Obstacle::Foreign(tasks.collect())))
    }
}
