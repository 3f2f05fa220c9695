//! A checkpoint: everything that was done, as one commit that names its task, and an operation that `undo` undoes.
//!
//! ```text
//! lock ─▶ refuse? ─▶ survey ─▶ refuse? ─▶ stage in a private index ─▶ refuse? ─▶ journal ─▶ git commit ─▶ index ─▶ operation
//!                   (status)              (no one else sees it)      (secrets…)            (hooks…)   └─ a crash here: the
//!                                                                                                next command finishes ─┘
//! ```
//!
//! Up to the moment in which git moves HEAD, nothing of the user's has changed, and a checkpoint that fails or is killed
//! leaves index, work tree and HEAD unchanged. After it, the [journal] tells the next command that takes the operation
//! lock what is to be finished.

mod commit;
mod contents;
mod journal;
pub(crate) mod message;
mod operation;
mod refusal;
mod staging_dir;

use std::{cell::Cell, path::PathBuf};

use bstr::{BString, ByteSlice as _};
use ulid::Ulid;

pub use self::{
    commit::{GitOutput, read},
    journal::Label,
    operation::differing,
};
use self::{
    commit::{IndexUpdate, Order},
    journal::{Begun, Journal},
    staging_dir::StagingDir,
};
use super::{
    lock::{self, OperationLock},
    operation::OpLog,
};
use crate::{
    domain::id::TaskId,
    error::{Advice, Error, Result, codes},
    git::{
        Head, ObjectId, Repo, changed_paths,
        changed_paths::Comparer,
        commit_tree,
        ignore::{self, Rules},
        index::entries::Entries,
        index::{self, TempIndex},
        objects::{
            Apart, Batch, gc, tidy,
            trees::{self, Edits},
        },
        revwalk,
        state::{self, Held},
        status::Status,
        tree,
    },
};

/// Which changes a checkpoint commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// All files that are not ignored.
    Everything,
    /// Only what is staged.
    Staged,
    /// Only these paths; other staged changes are kept.
    Only(Vec<PathBuf>),
}

/// Which refusals are overridden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Commit new files larger than `agent.maxFileSize`.
    pub large: bool,
    /// Commit content that looks like a secret.
    pub secrets: bool,
    /// Create a checkpoint without changes.
    pub empty: bool,
}

/// How to create a checkpoint.
pub struct Request<'a> {
    /// The label of its operation.
    pub label: Label,
    /// Which changes to commit.
    pub what: What,
    /// Which refusals to override.
    pub allow: Allow,
    /// The complete commit message, with trailers.
    pub message: BString,
    /// The task for the hooks, if one was named.
    pub task: Option<&'a TaskId>,
    /// Where the output of git and the hooks goes.
    pub output: GitOutput,
    /// Refuse if uncommitted changes would remain, because the commit is verified in the work tree.
    pub whole: bool,
    /// Git may run hooks of other programs on a commit here.
    pub other_hooks: bool,
}

/// The result of a checkpoint.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The checkpoint; `None` if there was nothing to commit.
    pub made: Option<Made>,
    /// Warnings for the user.
    pub remarks: Vec<CheckpointRemark>,
}

/// A warning about a checkpoint that was created.
#[derive(Debug)]
pub enum CheckpointRemark {
    /// A submodule has uncommitted changes: only its commit is recorded.
    DirtySubmodule(BString),
    /// This many files are too large to be searched for secrets.
    NotSearched(usize),
    /// A `git prune` that is running may delete the commit.
    PruneRunning(Error),
    /// The index does not match the checkpoint until the next one.
    IndexWaits(Error),
    /// No operation is recorded, so the checkpoint cannot be undone.
    NotRecorded(Error),
}

#[derive(Debug)]
pub struct Made {
    pub commit: ObjectId,
    /// The paths that differ from the parent.
    pub paths: Vec<BString>,
    /// The id of its operation; `None` if it could not be recorded, which a remark reports.
    pub operation: Option<Ulid>,
}

/// The state that a checkpoint changes, from before.
pub struct Before {
    pub head: Head,
    /// Index entries that differed from HEAD.
    pub staged: Edits,
    pub index: Entries,
    /// State of a prepared merge (`git merge --squash`) that a commit ends.
    pub state: Vec<Held>,
    /// Ignore rules that the commit does not contain.
    pub rules: Rules,
}

/// How often a checkpoint is tried whose objects a gc takes.
const TRIES: usize = 3;

/// What is said of a checkpoint that a killed process had begun.
pub const COMPLETE_NOW: &str = "completed a checkpoint that was interrupted";

/// Take the lock that checkpoints are created under.
///
/// # Errors
///
/// `operation-busy` while an operation is in progress, `operation-interrupted` on top of half of one.
pub fn begin(repo: &Repo) -> Result<OperationLock> {
    let lock = lock::take(repo)?;
    OpLog::of(repo)?.refuse_interrupted()?;
    Ok(lock)
}

/// Make a checkpoint and record it as an operation. On an error nothing has changed.
///
/// # Errors
///
/// `objects-collected` when the gc of another process takes what was staged, again and again; all refusals; `head-moved`;
/// `commit-refused`.
pub fn make(repo: &Repo, _lock: &OperationLock, request: &Request<'_>) -> Result<Outcome> {
    for attempt in 1.. {
        // Nothing refers to what git stages in a private index: when a gc took it, the next try keeps it from every gc.
        let apart = if attempt == 1 { None } else { Some(Apart::new(repo)?) };
        let staged = Cell::new(Staged::Nothing);
        let error = match try_once(repo, request, apart.as_ref(), &staged) {
            Err(error) if attempt <= TRIES => error,
            done => return done,
        };
        let is_lost = match staged.get() {
            Staged::Nothing => false,
            Staged::Unwritten => true,
            Staged::Tree(tree) => {
                // What was kept from every gc is there; then another reason is the true one.
                (apart.is_none() && gc::is_running(repo)) || !revwalk::is_connected(repo, &[tree])?
            }
        };
        if !is_lost {
            return Err(error);
        }
        if attempt == TRIES {
            let message =
                "cannot make a checkpoint: a garbage collection of another process kept removing the staged objects";
            return Err(Error::new(codes::OBJECTS_COLLECTED, message)
                .because(error)
                .hint("nothing was changed; try again when no 'git gc --prune=now' or 'git prune' is running"));
        }
    }
    Err(Error::bug("a checkpoint never ended"))
}

/// How far a try came.
#[derive(Clone, Copy)]
enum Staged {
    Nothing,
    /// The private index; it may name objects that are gone.
    Unwritten,
    Tree(ObjectId),
}

/// Make a checkpoint. With `apart`, what git stages is kept from every gc. `staged` is told what would be committed.
fn try_once(repo: &Repo, request: &Request<'_>, apart: Option<&Apart<'_>>, staged: &Cell<Staged>) -> Result<Outcome> {
    repo.require_work_dir("make a checkpoint")?;
    refusal::in_progress(repo)?;
    let mut staging = StagingDir::create(repo)?;
    refusal::locked_index(repo)?;
    let private = staging.copy_index()?;
    let status = Status::of_index(&private, None)?;
    refusal::unmerged(&status.unmerged)?;
    let before = before(repo, &status)?;
    let head = before.head.commit;
    let is_plain = before.state.is_empty() && commit_tree::is_enough(repo, &before.head, &request.message);
    let by_git = request.other_hooks || !is_plain;
    let write_tree = |index: &TempIndex<'_>| {
        let changed = stage(repo, request, &status, &before, index)?;
        staged.set(Staged::Unwritten);
        // `git commit` takes all of the index: what is inspected here must be that.
        match changed.filter(|_| apart.is_none() && !by_git) {
            Some(changed) => tree_with(repo, index, head, &changed),
            None => index.write_tree(),
        }
    };
    let tree = match apart {
        None => write_tree(&private)?,
        Some(apart) => {
            let hidden = TempIndex::existing(repo, private.path().to_owned());
            let tree = write_tree(&hidden.with_objects_in(apart.path().to_owned()))?;
            let mut batch = Batch::default();
            apart.take_in(&mut batch)?;
            batch.hold_durable(repo)?;
            tree
        }
    };
    staged.set(Staged::Tree(tree));
    let base = revwalk::tree_or_empty(repo, head)?;
    let dirty = status.dirty_submodules();
    let mut remarks: Vec<CheckpointRemark> =
        dirty.map(|path| CheckpointRemark::DirtySubmodule(path.to_owned())).collect();
    if tree == base && !request.allow.empty {
        return Ok(Outcome { made: None, remarks });
    }
    inspect(repo, request, base, tree, &mut remarks)?;
    if request.whole && request.what != What::Everything {
        nothing_stays_behind(repo, &staging, &status, tree)?;
    }
    let index = match request.what {
        What::Only(_) => IndexUpdate::Paths,
        What::Everything | What::Staged => IndexUpdate::Replace,
    };
    let is_everything = request.what == What::Everything;
    let journal = Journal { label: request.label.clone(), before, tree, is_everything };
    staging.begin(&journal, &request.message)?;
    let (message, task, output) = (&request.message, request.task, request.output);
    let order = Order { head: &journal.before.head, message, task, output, index, tree, by_git };
    gc::await_end(repo);
    let committed = commit::commit(repo, &mut staging, &private, &order)?;
    if let Err(error) = gc::keep_commit(repo, committed.commit, head) {
        remarks.push(CheckpointRemark::PruneRunning(error));
    }
    if let Some(why) = committed.index_waits {
        remarks.push(CheckpointRemark::IndexWaits(why));
    }
    // Until it is recorded, the journal stays for the next command.
    let operation = match operation::record(repo, &journal, committed.commit) {
        Ok(id) => Some(id),
        Err(error) => {
            remarks.push(CheckpointRemark::NotRecorded(error));
            None
        }
    };
    if !by_git {
        tidy::maintain(repo);
    }
    Ok(Outcome { made: Some(Made { commit: committed.commit, paths: committed.paths, operation }), remarks })
}

/// What a checkpoint is about to change.
fn before(repo: &Repo, status: &Status) -> Result<Before> {
    let head = repo.head()?;
    let index = Entries::read(repo)?;
    // Rules that git was told not to examine are not committed.
    let hidden = index.all().filter(|entry| entry.flags.hides());
    let hidden = hidden.map(|entry| entry.path).filter(|path| ignore::is_rules(path));
    let rules = ignore::rules(repo, status.rules.iter().map(|path| path.as_bstr()).chain(hidden))?;
    Ok(Before { head, staged: status.staged(), index, state: state::held(repo)?, rules })
}

/// Whether a process was killed while it created a checkpoint that must be completed.
pub fn is_interrupted(repo: &Repo) -> bool {
    journal::exists(repo)
}

/// Finish the checkpoint that a killed process had begun, if there is one. If HEAD has moved on by exactly one commit, the
/// index follows now, and the commit is recorded; otherwise nothing had happened. Answers whether something was finished.
/// The caller holds the lock of the worktree's operations.
///
/// # Errors
///
/// `index-locked`: the next command tries again. Where the operation cannot be recorded: it is given up.
pub(super) fn finish_interrupted(repo: &Repo) -> Result<bool> {
    if !is_interrupted(repo) {
        return Ok(false);
    }
    let staging = StagingDir::left_behind(repo)?;
    let committed = match staging.journal() {
        Some(begun) => finish_index(repo, &staging, begun)?,
        None => None,
    };
    let recorded = match &committed {
        Some((commit, Some(journal))) => operation::record_once(repo, journal, *commit),
        _ => Ok(()),
    };
    staging.discard();
    recorded.map(|()| committed.is_some())
}

/// Let the index follow the commit that was made after `begun`. Answers the commit, if there is one, and what it is to be
/// recorded as: nothing when that is not known, or another process made the commit.
fn finish_index(repo: &Repo, staging: &StagingDir<'_>, begun: Begun) -> Result<Option<(ObjectId, Option<Journal>)>> {
    let Some(commit) = repo.head()?.commit else { return Ok(None) };
    if revwalk::parents(repo, commit)? != Vec::from_iter(begun.head) {
        return Ok(None);
    }
    // A message that is gone is not that of the commit.
    let message = std::fs::read(staging.message()).unwrap_or_default();
    let is_ours = commit::is_ours(repo, commit, begun.head, &message)?;
    index::merge(repo, &staging.index_before(), commit, &changed_paths::of_commit(repo, commit)?)?;
    Ok(Some((commit, begun.journal.filter(|_| is_ours))))
}

/// Whether `commit` has every path of `tree`: a hook may have taken some out.
fn has_all_of(repo: &Repo, commit: ObjectId, tree: ObjectId) -> Result<bool> {
    let made = revwalk::tree(repo, commit)?;
    Ok(made == tree
        || Comparer::new(repo).differences(Some(tree), Some(made))?.iter().all(|change| change.new.is_some()))
}

/// Stage what was asked for, refusing first what can be refused without storing anything. Answers the paths that the index may have
/// otherwise than HEAD now; `None` where that is unknown.
fn stage(
    repo: &Repo,
    request: &Request<'_>,
    status: &Status,
    before: &Before,
    private: &TempIndex<'_>,
) -> Result<Option<Vec<BString>>> {
    let asked;
    let (paths, status) = match &request.what {
        What::Staged => return Ok(Some(before.staged.keys().cloned().collect())),
        What::Everything => (None, status),
        What::Only(paths) => {
            // Git takes a path inside a nested repository for one that has no changes.
            refusal::nested(contents::nested_around(status, repo, paths).into_iter())?;
            asked = Status::of_index(private, Some(paths))?;
            (Some(paths.as_slice()), &asked)
        }
    };
    refusal::nested(status.nested().collect::<Vec<_>>().into_iter())?;
    if !request.allow.large {
        let limit = repo.settings().max_file_size();
        refusal::large(contents::large_untracked(status, repo, limit)?.into_iter(), limit)?;
    }
    let added = match paths {
        Some(_) => private.reset_to(before.head.commit).and_then(|()| private.add(paths, &[])).map(|()| None),
        None => add_everything(private, status, &before.index),
    };
    added.map_err(|error| {
        Error::new(codes::CANNOT_STAGE, "cannot make a checkpoint: git cannot stage the changes").because(error)
    })
}

/// Stage everything: what `status` describes, or, where that may not be all, what git finds. Answers as [`stage`].
fn add_everything(private: &TempIndex<'_>, status: &Status, index: &Entries) -> Result<Option<Vec<BString>>> {
    // A submodule can be set up so that `git status` does not describe it, and `git add` stages it anyway.
    if let Some(dirty) = status.to_stage().filter(|_| !index.has_submodules())
        // What has gone since then makes git stop.
        && private.add_dirty(&dirty, &[]).is_ok()
    {
        let staged = status.tracked.iter().filter(|tracked| tracked.staged.is_some()).map(|tracked| &tracked.path);
        return Ok(Some(dirty.into_iter().chain(staged).cloned().collect()));
    }
    private.add(None, &[]).map(|()| None)
}

/// The tree of `index`, which has only `changed` otherwise than `head`: written by git where it cannot be made of these alone.
fn tree_with(repo: &Repo, index: &TempIndex<'_>, head: Option<ObjectId>, changed: &[BString]) -> Result<ObjectId> {
    let edits = index.entries_of(changed.iter())?;
    let is_there = |entry: &tree::Entry| entry.is_submodule() || repo.has(entry.id);
    match edits.filter(|edits| edits.values().flatten().all(is_there)) {
        Some(edits) => {
            let mut batch = Batch::default();
            let base = head.map(|commit| revwalk::tree(repo, commit)).transpose()?;
            let tree = trees::edit(repo, &mut batch, base, &edits)?;
            batch.write(repo).map(|()| tree)
        }
        None => index.write_tree(),
    }
}

/// Refuse what must not get into a history.
fn inspect(
    repo: &Repo,
    request: &Request<'_>,
    base: ObjectId,
    tree: ObjectId,
    remarks: &mut Vec<CheckpointRemark>,
) -> Result<()> {
    let changes = Comparer::new(repo).differences(Some(base), Some(tree))?;
    refusal::nested(contents::nested(repo, tree, &changes)?.into_iter())?;
    if !request.allow.large {
        let limit = repo.settings().max_file_size();
        refusal::large(contents::large_new(repo, &changes, limit).into_iter(), limit)?;
    }
    if !request.allow.secrets {
        let scanned = contents::leaks(repo, &changes)?;
        refusal::secrets(&scanned.leaks)?;
        if scanned.skipped > 0 {
            remarks.push(CheckpointRemark::NotSearched(scanned.skipped));
        }
    }
    Ok(())
}

/// Refuse if the work tree holds more than what would be committed.
fn nothing_stays_behind(repo: &Repo, staging: &StagingDir<'_>, status: &Status, tree: ObjectId) -> Result<()> {
    let everything = TempIndex::copy(repo, &staging.index_before(), staging.index_before().with_extension("all"))?;
    everything.add(None, &status.nested().cloned().collect::<Vec<_>>())?;
    if everything.write_tree()? == tree {
        return Ok(());
    }
    let message = "cannot verify the checkpoint: it would not contain all changes of the work tree, \
                   so the command would test something else";
    Err(Error::new(codes::PARTIAL_VERIFICATION, message).hint(Advice::VerifyEverything))
}
