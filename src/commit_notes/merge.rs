//! The notes of another clone.

use super::{REF, TRIES, publish};
use crate::{
    domain::time::Timestamp,
    error::Result,
    git::{ObjectId, RefChange, RefError, Repo, objects::Batch, revwalk},
    store::ledger::tree::{self, Changes},
};

/// Merge `theirs`, a commit of another clone's notes ref: notes that we do not have. Where both have one, ours stays.
///
/// The last merge wins, and the next push is a fast-forward: clones converge.
///
/// # Errors
///
/// When notes cannot be read or written; ours are as they were then.
pub fn merge(repo: &Repo, theirs: ObjectId, now: Timestamp) -> Result<()> {
    for _ in 0..TRIES {
        let ours = repo.find_ref(REF)?;
        let moved = match ours {
            Some(ours) if ours == theirs || revwalk::is_ancestor(repo, theirs, ours)? => return Ok(()),
            Some(ours) if !revwalk::is_ancestor(repo, ours, theirs)? => both(repo, ours, theirs, now)?,
            ours => {
                let change = RefChange { name: REF.to_owned(), expected: ours, new: Some(theirs) };
                match repo.refs().change(repo, &[change], "git-agent: notes of another clone") {
                    Ok(()) => true,
                    Err(RefError::Failed(error)) => return Err(error),
                    Err(_) => false,
                }
            }
        };
        if moved {
            break;
        }
    }
    Ok(())
}

fn both(repo: &Repo, ours: ObjectId, theirs: ObjectId, now: Timestamp) -> Result<bool> {
    let root = revwalk::tree(repo, ours)?;
    let (here, _) = tree::list(repo, root)?;
    let (there, _) = tree::list(repo, revwalk::tree(repo, theirs)?)?;
    let is_here =
        |key: &ObjectId| here.get(here.partition_point(|note| note.0 < *key)).is_some_and(|note| note.0 == *key);
    let new = there.into_iter().filter(|(key, blob)| !is_here(key) && repo.has(*blob));
    let changes = Changes { notes: new.collect(), ..Changes::default() };
    let mut batch = Batch::default();
    let tree = tree::edit(repo, &mut batch, Some(root), &changes)?;
    publish(repo, batch, Some(ours), tree, &[ours, theirs], now)
}
