//! git's commit-graph: parents of commits without reading the commits.

use gix::{ObjectId, commitgraph::Position};

use super::repo::Repo;
use crate::error::{Error, Result, codes};

/// That git's commit-graph is damaged.
pub fn damaged() -> Error {
    Error::new(codes::DAMAGED_COMMIT_GRAPH, "git's commit-graph is damaged")
        .hint("'git commit-graph write --reachable' rewrites it")
}

/// The commit-graph of a repository. A commit is at a *place* in it, counted from 0; in each of its files they
/// are sorted by id.
pub struct CommitGraph(gix::commitgraph::Graph);

impl CommitGraph {
    /// That of `repo`, if it has one that is enabled and can be read.
    pub fn open(repo: &Repo) -> Option<Self> {
        repo.gix().commit_graph_if_enabled().ok().flatten().map(CommitGraph)
    }

    /// The number of commits in it.
    pub fn len(&self) -> usize {
        self.0.num_commits() as usize
    }

    /// The place of `commit`; `None` if the graph does not have it.
    pub fn find(&self, commit: ObjectId) -> Option<u32> {
        self.0.lookup(commit).map(|place| place.0)
    }

    /// The commit at `place`, which must be one of the graph.
    pub fn commit(&self, place: u32) -> ObjectId {
        self.0.id_at(Position(place)).to_owned()
    }

    /// Add the places of the parents of the commit at `place`, which must be one of the graph, to `parents`.
    ///
    /// # Errors
    ///
    /// `damaged-commit-graph`.
    pub fn parents(&self, place: u32, parents: &mut Vec<u32>) -> Result<()> {
        for parent in self.0.commit_at(Position(place)).iter_parents() {
            let parent = parent.map_err(|error| damaged().because(error))?.0;
            if parent as usize >= self.len() {
                return Err(damaged());
            }
            parents.push(parent);
        }
        Ok(())
    }
}
