//! The commits of a range, and what each of them is to a task: what rollback and squash decide from.

use std::collections::HashSet;

use bstr::ByteSlice as _;

use crate::{
    domain::{
        id::TaskId,
        rollback::{LaterCommit, Ownership, message::REVERTS},
        trailer::{
            block::{self, Syntax},
            reverts::reverts,
        },
    },
    error::Result,
    git::{
        ObjectId, Repo, commit,
        revwalk::{self, Link},
    },
    store::ledger::commits::Owners,
};

/// The commits of a task on a history, and their relation to other tasks.
pub struct TaskCommits<'a> {
    pub repo: &'a Repo,
    /// The id of the task; for a feature also those of its subtasks.
    pub ids: &'a [TaskId],
    /// Determines the tasks of a commit.
    pub owners: &'a Owners,
}

impl TaskCommits<'_> {
    /// The commits of `from..tip`, newest first; `None`: from the beginning of the history.
    pub fn range(&self, from: Option<ObjectId>, tip: ObjectId) -> Result<Vec<LaterCommit<ObjectId>>> {
        let links = revwalk::between(self.repo, from, tip)?;
        if links.is_empty() {
            return Ok(Vec::new());
        }
        let unpublished = revwalk::unpublished(self.repo, from, tip)?;
        let mut known: Vec<(String, ObjectId)> =
            links.iter().map(|link| (link.commit.to_string(), link.commit)).collect();
        known.sort_unstable();
        let mut commits = Vec::with_capacity(links.len());
        for Link { commit: id, parents } in links {
            let message = &commit::Commit::read(self.repo, id)?.message;
            let (owner, others) = self.owner(id, message);
            let (mut reverts, mut seen, mut reverts_older) = (Vec::new(), HashSet::new(), false);
            for hex in reverted_by(message) {
                match resolve(&known, &hex) {
                    Some(commit) if seen.insert(commit) => reverts.push(commit),
                    Some(_) => {}
                    None => reverts_older = true,
                }
            }
            let published = !unpublished.contains(&id);
            commits.push(LaterCommit {
                id,
                parents,
                owner,
                others,
                published,
                reverts,
                reverts_older,
                brings: Vec::new(),
            });
        }
        Ok(commits)
    }

    /// Determine for the merges among `commits` which commits they bring in that may be reverted, or were.
    pub fn read_merges(&self, commits: &mut [LaterCommit<ObjectId>]) -> Result<()> {
        let reverted: HashSet<ObjectId> = commits.iter().flat_map(|commit| commit.reverts.iter().copied()).collect();
        for commit in commits {
            if commit.is_merge() && (commit.is_own() || reverted.contains(&commit.id)) {
                commit.brings = revwalk::brought_in(self.repo, commit.id, commit.parents[0])?;
            }
        }
        Ok(())
    }

    /// Whose the commit `id` with this message is, and which other tasks it belongs to.
    pub fn owner(&self, id: ObjectId, message: &[u8]) -> (Ownership, Vec<TaskId>) {
        let is_task = |named: &[u8]| self.ids.iter().any(|id| named == id.as_str().as_bytes());
        let all = self.owners.of(id, message);
        let owner = if self.owners.of_block(id, message).iter().any(|named| is_task(named)) {
            Ownership::Task
        } else if all.iter().any(|named| is_task(named)) {
            Ownership::Buried
        } else {
            Ownership::Other
        };
        let others = all.iter().filter(|named| !is_task(named)).filter_map(|named| named.to_str().ok());
        (owner, others.filter_map(|named| TaskId::parse(named).ok()).collect())
    }
}

/// The commits that `message` says it reverts, in hex: in git's own words, and in `Reverts:` trailers.
fn reverted_by(message: &[u8]) -> Vec<String> {
    let trailers = block::trailers(message, &Syntax::default());
    let trailers = trailers.iter().filter(|trailer| trailer.key.eq_ignore_ascii_case(REVERTS.as_bytes()));
    let named = trailers.filter_map(|trailer| trailer.value.to_str().ok());
    reverts(message).chain(named).map(str::to_ascii_lowercase).collect()
}

/// The one of `known`, which are sorted, that `hex`, whole or abbreviated, means.
fn resolve(known: &[(String, ObjectId)], hex: &str) -> Option<ObjectId> {
    let first = known.partition_point(|(known, _)| known.as_str() < hex);
    let mut found = known[first..].iter().take_while(|(known, _)| hex.len() >= 7 && known.starts_with(hex));
    let (_, commit) = found.next()?;
    found.next().is_none().then_some(*commit)
}
