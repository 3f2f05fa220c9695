//! The commit of a checkpoint, and no trace when it fails.
//!
//! `git commit` on a private index runs the user's hooks, and signs. Where there is neither of both, it does no more than what is done
//! here without it: `git commit-tree` decides who the author is, then HEAD moves.

use std::{ffi::OsStr, process::ExitStatus};

use bstr::{BString, ByteSlice as _};

use super::staging_dir::StagingDir;
use crate::{
    domain::{
        id::TaskId,
        message::{subject, tidy},
    },
    error::{Error, Result, codes},
    git::{
        Head, ObjectId, Refs, Repo,
        agent_host::TASK_VARIABLE,
        changed_paths,
        claims::Claim,
        cmd,
        commit::Commit,
        commit_tree::CommitTree,
        index::{self, TempIndex},
        revwalk, who,
    },
};

/// Names [`StagingDir::stamp`] to our hook.
const STAMPED: &str = "GIT_AGENT_STAMPED";

/// The arguments of `git commit`, except for the index.
pub(super) struct Order<'a> {
    /// The expected HEAD.
    pub head: &'a Head,
    /// The complete commit message, with trailers.
    pub message: &'a [u8],
    /// The task for the hooks, if it is not the active one.
    pub task: Option<&'a TaskId>,
    /// Where the output of git and the hooks goes.
    pub output: GitOutput,
    /// How to update the index of the worktree afterwards.
    pub index: IndexUpdate,
    /// What is staged, as a tree.
    pub tree: ObjectId,
    /// Only git itself can make the commit: see [`commit_tree::is_enough`](crate::git::commit_tree::is_enough).
    pub by_git: bool,
}

/// Where the output of git and of the hooks goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GitOutput {
    /// Inherit the terminal of the user.
    Terminal,
    /// Collect it for the error message: standard output is reserved for the answer.
    Captured,
}

/// How to update the index after HEAD moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexUpdate {
    /// Replace it with the private index.
    Replace,
    /// Update only the committed paths; other staged changes are kept.
    Paths,
}

/// The result of a checkpoint's `git commit`.
pub(super) struct Committed {
    pub commit: ObjectId,
    /// The paths that differ from the parent.
    pub paths: Vec<BString>,
    /// Why the index could not be updated although HEAD moved.
    pub index_waits: Option<Error>,
}

/// Commit what is staged in `private`; `staging` has the journal and the message. On an error nothing has changed.
///
/// # Errors
///
/// `head-moved`, `commit-refused`, those of [`who::require`].
pub(super) fn commit(
    repo: &Repo,
    staging: &mut StagingDir<'_>,
    private: &TempIndex<'_>,
    order: &Order<'_>,
) -> Result<Committed> {
    if repo.head()? != *order.head {
        return Err(head_moved());
    }
    // Ctrl-C is meant for git, which gets it too; the index must follow if git had already committed.
    let signals = cmd::outlive_interrupts();
    let head = if order.by_git { by_git(repo, staging, private, order)? } else { make(repo, order)? };
    let (paths, index_waits) = match changed_paths::of_commit(repo, head) {
        Ok(paths) => {
            let waits = update_index(repo, staging, private, order.index, head, &paths).err();
            (paths, waits)
        }
        Err(error) => (Vec::new(), Some(error)),
    };
    drop(signals);
    if index_waits.is_some() {
        staging.keep();
    }
    Ok(Committed { commit: head, paths, index_waits })
}

fn update_index(
    repo: &Repo,
    staging: &StagingDir<'_>,
    private: &TempIndex<'_>,
    update: IndexUpdate,
    head: ObjectId,
    paths: &[BString],
) -> Result<()> {
    let before = staging.index_before();
    let is_replaced = update == IndexUpdate::Replace && index::install(repo, private, &before)?;
    if is_replaced { Ok(()) } else { index::merge(repo, &before, head, paths) }
}

/// How git ended.
struct Ended {
    status: ExitStatus,
    /// Its output, where that was captured.
    output: Option<String>,
}

/// Whether `head` is what git was told to make on top of `before`, and not what another process made in the meantime.
pub(super) fn is_ours(repo: &Repo, head: ObjectId, before: Option<ObjectId>, message: &[u8]) -> Result<bool> {
    let made = Commit::read(repo, head)?;
    Ok(revwalk::parents(repo, head)? == Vec::from_iter(before) && made.subject() == subject(message))
}

/// Make the commit without `git commit`, and move HEAD.
fn make(repo: &Repo, order: &Order<'_>) -> Result<ObjectId> {
    let new = CommitTree {
        tree: order.tree,
        parents: order.head.commit.as_slice(),
        message: tidy(order.message.lines()),
        author: None,
        signed: false,
    };
    let refused = |error| match known_author(repo) {
        Ok(()) => Error::new(codes::COMMIT_REFUSED, "cannot make a checkpoint").because(error),
        Err(unknown) => unknown,
    };
    let commit = new.make_here(repo)?.map_err(refused)?;
    Refs::advance_head(repo, order.head, commit).map(|()| commit).map_err(|error| error.or(head_moved))
}

/// Make the commit by `git commit`.
fn by_git(repo: &Repo, staging: &StagingDir<'_>, private: &TempIndex<'_>, order: &Order<'_>) -> Result<ObjectId> {
    let claim = Claim::to_head(repo);
    claim.share_with_children();
    let outcome = run(private, staging, order);
    if matches!(outcome, Ok(Ended { status, .. }) if status.code().is_none()) {
        claim.settle(repo);
    }
    match (repo.head()?.commit.filter(|head| Some(*head) != order.head.commit), outcome) {
        (Some(head), Ok(ended)) if ended.status.success() => Ok(head),
        // Git can fail after the fact: killed in a hook that runs last, or with no room for its index.
        (Some(head), _) if is_ours(repo, head, order.head.commit, order.message)? => Ok(head),
        (_, Ok(ended)) => Err(failed(repo, ended.output.as_deref())),
        (_, Err(error)) => Err(error),
    }
}

/// Run git.
fn run(private: &TempIndex<'_>, staging: &StagingDir<'_>, order: &Order<'_>) -> Result<Ended> {
    let stamped = staging.stamp(order.message)?;
    let mut environment = vec![(STAMPED, stamped.as_os_str())];
    environment.extend(order.task.map(|task| (TASK_VARIABLE, OsStr::new(task.as_str()))));
    // Emptiness was judged before: a commit that changes nothing comes here on purpose.
    let (status, output) = private.commit(&staging.message(), &environment, order.output == GitOutput::Terminal)?;
    Ok(Ended { status, output: output.map(|output| output.complaint()) })
}

fn head_moved() -> Error {
    Error::new(codes::HEAD_MOVED, "cannot make a checkpoint: another process has just moved HEAD").hint("try again")
}

/// That git knows who commits.
fn known_author(repo: &Repo) -> Result<()> {
    who::require(repo, || "cannot make a checkpoint".to_owned())
}

/// Why there is no commit.
fn failed(repo: &Repo, output: Option<&str>) -> Error {
    let quoted = output.filter(|output| !output.is_empty()).map_or(String::new(), |output| format!(": {output}"));
    if let Err(error) = known_author(repo) {
        return error;
    }
    Error::new(codes::COMMIT_REFUSED, format!("cannot make a checkpoint: 'git commit' failed{quoted}"))
        .hint("a hook or commit signing failed; see its output above")
}

/// The tree and message of a commit.
///
/// # Errors
///
/// When the commit cannot be read.
pub fn read(repo: &Repo, commit: ObjectId) -> Result<(ObjectId, Vec<u8>)> {
    let commit = Commit::read(repo, commit)?;
    Ok((commit.tree, commit.message.into()))
}
