//! The task's commits undone from HEAD's tree, one after the other, in memory: all of them or none.

use bstr::{BStr, BString, ByteSlice as _};

use crate::{
    domain::rollback::RevertStep,
    error::Result,
    git::{
        ObjectId, Repo,
        merge::{self, Merged},
        objects::{Apart, Batch},
        pathspec::Pathspecs,
        revwalk,
        tree::{self, Entry, Trees},
    },
};

/// The result of reverting commits in memory.
pub(super) enum Reverted {
    /// The tree after reverting all of them.
    Tree(ObjectId),
    /// Reverting this commit conflicts.
    Conflicts {
        commit: ObjectId,
        /// The conflicting paths.
        paths: Vec<BString>,
    },
}

/// Take the commits of `steps` back from `tree`, in their order; of each only what it did to `paths`.
pub(super) fn revert(
    repo: &Repo,
    tree: ObjectId,
    steps: &[RevertStep<ObjectId>],
    paths: &Pathspecs,
) -> Result<Reverted> {
    let apart = Apart::new(repo)?;
    let mut at = tree;
    for step in steps {
        let with = revwalk::tree(repo, step.commit)?;
        let without = match step.parent {
            Some(parent) => revwalk::tree(repo, parent)?,
            None => ObjectId::empty_tree(with.kind()),
        };
        let without = if paths.is_everything() { without } else { only(repo, with, without, paths)? };
        match merge::trees(&apart, with, at, without)? {
            Merged::Clean(tree) => at = tree,
            Merged::Conflicts(paths) => return Ok(Reverted::Conflicts { commit: step.commit, paths }),
        }
    }
    // The plan is made from it, long before a ref leads there.
    let mut made = Batch::default();
    apart.take_in(&mut made)?;
    made.hold_durable(repo)?;
    Ok(Reverted::Tree(at))
}

/// `with`, with those of `paths` as they are in `without`.
fn only(repo: &Repo, with: ObjectId, without: ObjectId, paths: &Pathspecs) -> Result<ObjectId> {
    let trees = Trees::new(repo);
    let paths = paths.differing(repo, with, without)?;
    let entry = |path: &BString| trees.find(without, path.as_bstr());
    let entries = paths.iter().map(entry).collect::<Result<Vec<Option<Entry>>>>()?;
    let changes: Vec<(&BStr, Option<Entry>)> = paths.iter().map(|path| path.as_bstr()).zip(entries).collect();
    let mut batch = Batch::default();
    let tree = tree::edit(repo, &mut batch, with, changes)?;
    // A merge may take a tree over as it is.
    batch.hold_durable(repo)?;
    Ok(tree)
}
