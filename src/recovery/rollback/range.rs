//! What came after the checkpoint, and whose it is.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice as _};

use crate::{
    domain::{
        id::TaskId,
        message::of_commit,
        rollback::{Commit, Owner, message::REVERTS},
        task::Task,
        trailer::{
            block::{self, Syntax},
            reverts::reverts,
            scan,
        },
    },
    error::Result,
    git::{
        ObjectId, Repo, diff,
        revwalk::{self, Link},
    },
    store::ledger::{View, commits::Owners},
};

/// The paths that commits changed.
pub(super) type Touched = HashMap<ObjectId, Vec<BString>>;

/// The commits of `from..head`, newest first, as seen by `task`.
pub(super) fn read(
    view: &View<'_>,
    task: &Task,
    from: Option<ObjectId>,
    head: ObjectId,
) -> Result<Vec<Commit<ObjectId>>> {
    let repo = view.repo();
    let links = revwalk::between(repo, from, head)?;
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let reader = Reader {
        id: &task.id,
        owners: Owners::read(view)?,
        unpublished: revwalk::unpublished(repo, from, head)?,
        known: links.iter().map(|link| (link.commit, link.commit.to_string())).collect(),
    };
    let mut commits = Vec::with_capacity(links.len());
    for link in links {
        let raw = repo.read(link.commit)?;
        commits.push(reader.commit(link, of_commit(&raw)));
    }
    // What a merge brings in matters when the merge may be reverted, or was.
    let reverted: HashSet<ObjectId> = commits.iter().flat_map(|commit| commit.reverts.iter().copied()).collect();
    for commit in &mut commits {
        if commit.is_merge() && (commit.is_own() || reverted.contains(&commit.id)) {
            commit.brings = revwalk::brought_in(repo, commit.id, commit.parents[0])?;
        }
    }
    Ok(commits)
}

/// The paths that the commits of `range` changed.
pub(super) fn touched(repo: &Repo, range: &[Commit<ObjectId>]) -> Result<Touched> {
    diff::touched(repo, &range.iter().map(|commit| commit.id).collect::<Vec<_>>())
}

struct Reader<'t> {
    id: &'t TaskId,
    owners: Owners,
    unpublished: HashSet<ObjectId>,
    /// The range, with the ids in hex.
    known: Vec<(ObjectId, String)>,
}

impl Reader<'_> {
    fn commit(&self, link: Link, message: &[u8]) -> Commit<ObjectId> {
        let Link { commit: id, parents } = link;
        let rules = self.owners.rules();
        let named = scan::ids(message, rules);
        let block = block::trailers(message, &Syntax::default());
        let is_task = |named: &[u8]| named == self.id.as_str().as_bytes();
        let trailers = block.iter().filter(|trailer| rules.reads(&trailer.key));
        let mut in_block = trailers.flat_map(|trailer| rules.ids(&trailer.value));
        let owner = match () {
            () if in_block.any(|named| is_task(named)) || self.owners.linked(id).contains(self.id) => Owner::Task,
            () if named.iter().any(|named| is_task(named)) => Owner::Buried,
            () => Owner::Other,
        };
        let all = self.owners.of(id, message);
        let others = all.iter().filter(|named| !is_task(named)).filter_map(|named| named.to_str().ok());
        let others = others.filter_map(|named| TaskId::parse(named).ok()).collect();
        let trailers = block.iter().filter(|trailer| trailer.key.eq_ignore_ascii_case(REVERTS.as_bytes()));
        let said = reverts(message).chain(trailers.filter_map(|trailer| trailer.value.to_str().ok()));
        let (mut reverts, mut reverts_older) = (Vec::new(), false);
        for hex in said {
            match self.resolve(hex) {
                Some(commit) if !reverts.contains(&commit) => reverts.push(commit),
                Some(_) => {}
                None => reverts_older = true,
            }
        }
        let published = !self.unpublished.contains(&id);
        Commit { id, parents, owner, others, published, reverts, reverts_older, brings: Vec::new() }
    }

    /// The commit of the range that `hex`, whole or abbreviated, means.
    fn resolve(&self, hex: &str) -> Option<ObjectId> {
        let hex = hex.to_ascii_lowercase();
        let mut found = self.known.iter().filter(|(_, known)| hex.len() >= 7 && known.starts_with(&hex));
        let (commit, _) = found.next()?;
        found.next().is_none().then_some(*commit)
    }
}
