//! `git commit` on a private index: the user's hooks, signature and identity, and no trace when it fails.

use std::{ffi::OsStr, process::ExitStatus};

use bstr::BString;

use super::staging_dir::StagingDir;
use crate::{
    domain::{id::TaskId, message::subject},
    error::{Error, Result, codes},
    git::{
        ObjectId, Repo,
        agent_host::TASK_VARIABLE,
        changed_paths,
        claims::Claim,
        cmd,
        commit::Commit,
        index::{self, TempIndex},
        revwalk, who,
    },
};

/// Names [`StagingDir::stamped`] to our hook.
const STAMPED: &str = "GIT_AGENT_STAMPED";

/// The arguments of `git commit`, except for the index.
pub(super) struct Order<'a> {
    /// The expected commit of HEAD; `None` on an unborn branch.
    pub head: Option<ObjectId>,
    /// The complete commit message, with trailers.
    pub message: &'a [u8],
    /// The task for the hooks, if it is not the active one.
    pub task: Option<&'a TaskId>,
    /// Where the output of git and the hooks goes.
    pub output: GitOutput,
    /// How to update the index of the worktree afterwards.
    pub index: IndexUpdate,
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
    if repo.head()?.commit != order.head {
        let message = "cannot make a checkpoint: another process has just committed";
        return Err(Error::new(codes::HEAD_MOVED, message).hint("try again"));
    }
    // Ctrl-C is meant for git, which gets it too; the index must follow if git had already committed.
    let signals = cmd::outlive_interrupts();
    let claim = Claim::to_head(repo);
    claim.share_with_children();
    let outcome = run(private, staging, order);
    if matches!(outcome, Ok(Ended { status, .. }) if status.code().is_none()) {
        claim.settle(repo);
    }
    let head = match (repo.head()?.commit.filter(|head| Some(*head) != order.head), outcome) {
        (Some(head), Ok(ended)) if ended.status.success() => head,
        // Git can fail after the fact: killed in a hook that runs last, or with no room for its index.
        (Some(head), _) if is_ours(repo, head, order.head, order.message)? => head,
        (_, Ok(ended)) => return Err(failed(repo, ended.output.as_deref())),
        (_, Err(error)) => return Err(error),
    };
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

/// Run git.
fn run(private: &TempIndex<'_>, staging: &StagingDir<'_>, order: &Order<'_>) -> Result<Ended> {
    let stamped = staging.stamped();
    let mut environment = vec![(STAMPED, stamped.as_os_str())];
    environment.extend(order.task.map(|task| (TASK_VARIABLE, OsStr::new(task.as_str()))));
    // Emptiness was judged before: a commit that changes nothing comes here on purpose.
    let (status, output) = private.commit(&staging.message(), &environment, order.output == GitOutput::Terminal)?;
    Ok(Ended { status, output: output.map(|output| output.complaint()) })
}

/// Why there is no commit.
fn failed(repo: &Repo, output: Option<&str>) -> Error {
    let quoted = output.filter(|output| !output.is_empty()).map_or(String::new(), |output| format!(": {output}"));
    if let Err(error) = who::require(repo, || "cannot make a checkpoint".to_owned()) {
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
