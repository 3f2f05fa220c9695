//! Recreates missing anchors: their content follows from the id.

use super::{
    tree::{self, Changes},
    write::{in_turn, publish},
};
use crate::{
    domain::{id::TaskId, note, time::Timestamp},
    error::Result,
    git::{
        Repo,
        objects::{Batch, NewCommit},
    },
};

/// How often it is retried because of concurrent writes.
const TRIES: u32 = 20;

/// Write the anchors of `ids`, in a commit of the ledger, so that they stay.
pub fn restore(repo: &Repo, ids: &[TaskId], at: Timestamp) -> Result<()> {
    in_turn(repo, TRIES, "the anchors were not restored", |view| {
        let (mut batch, mut changes) = (Batch::default(), Changes::default());
        for id in ids {
            let anchor = batch.blob(repo, note::anchor(id).into_bytes())?;
            changes.anchors.push((id.to_string(), anchor));
        }
        let tree = tree::edit(repo, &mut batch, view.root(), &changes)?;
        let parents: Vec<_> = view.tip().into_iter().collect();
        let commit = NewCommit { tree, parents: &parents, message: b"anchors\n", at, identity: None };
        let commit = batch.commit(repo, &commit)?;
        publish(repo, &batch, view.tip(), commit, "anchors")
    })
}
