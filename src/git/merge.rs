//! Merging trees in memory: neither index nor work tree is examined, and no ref moves.
//!
//! `git merge-tree --write-tree` merges commits and finds the base itself; that it can be told one, and that trees will do,
//! came later (git 2.40, 2.45). So each tree is wrapped in a commit that nothing refers to, the two sides as children of the
//! base: then every git since 2.38 finds the right one.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::{
    objects::{Apart, Batch, Identity, NewCommit},
    repo::Repo,
};
use crate::{
    domain::time::Timestamp,
    error::{Context as _, Result},
};

/// The result of merging two trees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// The merged tree.
    Clean(ObjectId),
    /// The paths with conflicts.
    Conflicts(Vec<BString>),
}

/// Merge the trees `ours` and `theirs`, both of which come from `base`, as `git merge` and `git revert` would: with renames,
/// and with the merge drivers that the attributes name. What is written is in `apart`, and what the trees need may be there, too.
///
/// # Errors
///
/// When git cannot merge: a tree is missing, or git is too old.
pub fn trees(apart: &Apart<'_>, base: ObjectId, ours: ObjectId, theirs: ObjectId) -> Result<Merged> {
    let repo = apart.repo();
    if ours == theirs || theirs == base {
        return Ok(Merged::Clean(ours));
    }
    if ours == base {
        return Ok(Merged::Clean(theirs));
    }
    let mut batch = Batch::default();
    let base = wrap(repo, &mut batch, base, &[])?;
    let ours = wrap(repo, &mut batch, ours, &[base])?;
    let theirs = wrap(repo, &mut batch, theirs, &[base])?;
    apart.put_in(&batch)?;
    let git = apart.git(repo.git()).args(["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"]);
    let output = git.args([ours.to_string(), theirs.to_string()]).output()?;
    let mut fields = output.stdout.split_str("\0").filter(|field| !field.is_empty());
    let tree = fields.next().unwrap_or_default();
    match output.status.code() {
        Some(0) => {
            ObjectId::from_hex(tree).map(Merged::Clean).or_environment(|| "'git merge-tree' printed no tree".to_owned())
        }
        Some(1) => Ok(Merged::Conflicts(fields.map(BString::from).collect())),
        _ => Err(output.into_error()),
    }
}

/// A commit of `tree` that nothing refers to.
fn wrap(repo: &Repo, batch: &mut Batch, tree: ObjectId, parents: &[ObjectId]) -> Result<ObjectId> {
    if tree.is_empty_tree() {
        // Git knows it by heart, but wants to find it where a commit names it.
        batch.tree(repo, &gix::objs::Tree::empty())?;
    }
    let identity = Identity::ours();
    let message = b"one side of a merge\n";
    batch.commit(repo, &NewCommit { tree, parents, message, at: Timestamp::EPOCH, identity: Some(identity) })
}
