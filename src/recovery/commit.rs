//! A commit that rollback and squash put on top of HEAD, once the snapshot of the operation is stored.

use bstr::BString;
use ulid::Ulid;

use crate::{
    domain::rollback::message::Message,
    error::{Error, Result, codes},
    git::{ObjectId, Repo, commit::CommitAuthor, commit_tree::CommitTree, objects::Batch},
};

/// A commit that an operation will create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCommit {
    /// The tree that it will have.
    pub tree: ObjectId,
    /// The ids of its parents, the first one first.
    pub parents: Vec<ObjectId>,
    /// The message, which may depend on the snapshot of the operation.
    pub message: CommitMessage,
    /// The author; `None`: the committer.
    pub author: Option<CommitAuthor>,
}

/// The message of a [`PlannedCommit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitMessage {
    /// A text that is known in advance.
    Text(BString),
    /// The message of a rollback, which names the snapshot of the operation.
    Rollback(Message),
}

impl PlannedCommit {
    /// The whole message; `snapshot` is that of the operation.
    pub fn message(&self, snapshot: Ulid) -> BString {
        match &self.message {
            CommitMessage::Text(text) => text.clone(),
            CommitMessage::Rollback(message) => message.compose(&snapshot.to_string()),
        }
    }

    /// Let git make the commit, and stage it in `batch`. It is signed if `commit.gpgSign` says so.
    ///
    /// # Errors
    ///
    /// `commit-refused` when git does not make it: mostly because it cannot be signed.
    pub fn make(&self, repo: &Repo, batch: &mut Batch, snapshot: Ulid) -> Result<ObjectId> {
        let new = CommitTree {
            tree: self.tree,
            parents: &self.parents,
            message: self.message(snapshot),
            author: self.author.as_ref(),
            signed: repo.config().flag("commit.gpgSign"),
        };
        new.make(repo, batch)?.map_err(|error| {
            Error::new(codes::COMMIT_REFUSED, "cannot create the commit: 'git commit-tree' failed").because(error)
        })
    }
}
