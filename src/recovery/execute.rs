//! An operation from its beginning to its end: lock, capture, plan the paths, store the snapshot, `begun`, restore, `done`.
//!
//! Rollback, undo, `snapshot restore` and squash all come here: they [lock the worktree](LockedWorktree::take), decide from what
//! it holds which [`Target`] they lead to, and [carry the operation out](carry_out).

use bstr::BString;
use ulid::Ulid;

use super::{
    lock::{self, OperationLock},
    operation::{Contents, OpLog, Operation, Recorded},
    path_plan::{PathPlan, Target},
    preflight,
    restore::{IndexFingerprint, Trust, reserve},
    snapshot::{self, Captured, Metadata},
};
use crate::{
    domain::{actor::Actor, id::TaskId, time::Timestamp},
    error::{Error, Result},
    git::{Repo, index},
    recovery::{
        execution::Execution,
        restore::{fault_points, state_view::StateView},
    },
    store::session,
};

/// The actor of an operation, and its circumstances.
pub struct OperationAuthor<'a> {
    /// The actor, as recorded in operations, snapshots and the ledger.
    pub actor: &'a Actor,
    /// The clock; called once per recorded time.
    pub now: &'a dyn Fn() -> Timestamp,
    /// The active tasks of the worktree.
    pub tasks: Vec<TaskId>,
    /// The id of the command, if it is already known; the operation gets the same one.
    pub command: Option<Ulid>,
}

/// The result of an operation.
#[derive(Debug)]
pub enum Outcome {
    /// Everything already matched the target; nothing was changed.
    Nothing(PathPlan),
    /// The worktree was changed, and the operation is recorded.
    Done(Box<Done>),
}

impl Outcome {
    /// What was planned for each path.
    pub fn paths(&self) -> &PathPlan {
        match self {
            Outcome::Nothing(plan) => plan,
            Outcome::Done(done) => &done.plan,
        }
    }

    /// The operation that was carried out, if any.
    pub fn done(&self) -> Option<&Done> {
        match self {
            Outcome::Nothing(_) => None,
            Outcome::Done(done) => Some(done),
        }
    }
}

/// A completed operation.
#[derive(Debug)]
pub struct Done {
    /// The operation, in its final state.
    pub operation: Operation,
    /// What was done to each path.
    pub plan: PathPlan,
    /// Paths that other processes wrote to in the meantime; the operation keeps that content.
    pub late: Vec<BString>,
    /// Problems that did not prevent the operation.
    pub remarks: Vec<String>,
}

/// A worktree, locked against other operations, with its captured content.
pub struct LockedWorktree<'r> {
    lock: OperationLock,
    log: OpLog<'r>,
    index: IndexFingerprint,
    /// The content of the worktree, read after locking it.
    pub captured: Captured<'r>,
}

impl<'r> LockedWorktree<'r> {
    /// Lock the worktree of `repo` and capture its content.
    ///
    /// # Errors
    ///
    /// `operation-busy`, `operation-interrupted`, `index-locked`, and those of [`snapshot::capture`].
    pub fn take(repo: &'r Repo) -> Result<Self> {
        let lock = lock::take(repo)?;
        let log = OpLog::of(repo)?;
        log.refuse_interrupted()?;
        if !index::becomes_free(repo) {
            return Err(index::is_held(repo));
        }
        Ok(LockedWorktree { lock, log, index: IndexFingerprint::of(repo)?, captured: snapshot::capture(repo)? })
    }
}

/// Plan `target` without changing anything: what would happen to each path.
///
/// # Errors
///
/// All refusals of [`carry_out`] that are known before a file is touched.
pub fn preview(mut captured: Captured<'_>, target: &Target) -> Result<PathPlan> {
    let repo = captured.repo;
    OpLog::of(repo)?.refuse_interrupted()?;
    let mut plan = PathPlan::new(repo, &captured, target)?;
    preflight::check(repo, &plan)?;
    captured.touch(&plan.paths())?;
    plan.add_what_is_in_the_way(captured.raw_paths());
    Ok(plan)
}

/// Change `worktree` to `target`, and record the change as `operation`.
///
/// # Errors
///
/// Those of [`preflight::check`], of [`Captured::touch`], of [`reserve::take`] and of [`Execution::forward`]. Everything is as it
/// was before then, unless the error is `operation-interrupted`.
pub fn carry_out(
    worktree: LockedWorktree<'_>,
    author: &OperationAuthor<'_>,
    operation: Operation,
    target: &Target,
) -> Result<Outcome> {
    let LockedWorktree { lock, mut log, index, mut captured } = worktree;
    let repo = captured.repo;
    let mut plan = PathPlan::new(repo, &captured, target)?;
    let moves_more = target.state.head != *captured.head() || target.state.in_progress != *captured.state();
    let is_idle = |plan: &PathPlan| plan.is_empty() && !moves_more && target.commit.is_none();
    if is_idle(&plan) {
        return Ok(Outcome::Nothing(plan));
    }
    preflight::check(repo, &plan)?;
    captured.touch(&plan.paths())?;
    plan.add_what_is_in_the_way(captured.raw_paths());
    let about = Metadata {
        kind: snapshot::SnapshotKind::Safety,
        message: format!("before {}", operation.title),
        at: operation.at,
        by: operation.by.clone(),
        worktree: repo.worktree_name(),
        head: captured.head().clone(),
        session: session::current(repo),
        tasks: author.tasks.clone(),
    };
    // From here to the end a process that we start may outlive us.
    lock.share_with_children()?;
    let previous = log.tip();
    let (written, (plan, begun)) = captured.write(about, |batch, snapshot, before| {
        // What is staged is not in the repository yet.
        let staged = batch.preview(repo)?;
        let mut plan = plan.clone();
        plan.drop_what_is_there(&StateView::new(&staged, before.clone()))?;
        if is_idle(&plan) {
            return Ok((plan, None));
        }
        let mut after = plan.after(&staged, batch, before, target)?;
        if let Some(commit) = &target.commit {
            after.head.commit = Some(commit.make(repo, batch, snapshot.id)?);
        }
        let operation = Operation { snapshot: Some(snapshot.id), after: after.head.clone(), ..operation.clone() };
        let contents = Contents {
            before: snapshot.tree,
            after: snapshot::tree(&staged, batch, &after)?,
            touched: plan.touched(),
            late: None,
        };
        let change = log.stage(batch, &operation, &contents, previous)?;
        Ok((plan, Some((operation, contents, after, change))))
    })?;
    fault_points::reached(fault_points::FaultPoint::Stored)?;
    let Some((operation, contents, after, change)) = begun else { return Ok(Outcome::Nothing(plan)) };
    let before = StateView::new(repo, written.state.clone());
    reserve::take(repo, &plan)?;
    if let Err(error) = written.publish(repo, std::slice::from_ref(&change)) {
        // A git that was killed may have come to its end.
        if repo.find_ref(&change.name)? != change.new {
            reserve::release(repo)?;
            return Err(error);
        }
    }
    log.moved(&change);
    let after = StateView::new(repo, after);
    let mut execution = Execution { repo, log, operation, contents, previous, before, after, remarks: Vec::new() };
    let begun = fault_points::reached(fault_points::FaultPoint::Begun);
    match begun.and_then(|()| execution.forward(Trust::Fresh, Some(&index), author)) {
        Ok(late) => {
            let Execution { operation, remarks, .. } = execution;
            Ok(Outcome::Done(Box::new(Done { operation, plan, late, remarks })))
        }
        Err(error) => Err(execution.give_up(error, author)),
    }
}

/// The operation that was begun, is unfinished, and that no process is running.
///
/// # Errors
///
/// Those of [`OpLog::of`] and of [`OpLog::interrupted`].
pub fn interrupted(repo: &Repo) -> Result<Option<Operation>> {
    let recorded = OpLog::of(repo)?.interrupted()?;
    Ok(recorded.map(|recorded| recorded.operation).filter(|_| !lock::is_taken(repo)))
}

/// Finish the operation that was interrupted: answers it, the paths that other processes wrote to, and what did not work.
///
/// # Errors
///
/// `nothing-interrupted`; `operation-busy` while it is still in progress.
pub fn resume(repo: &Repo, author: &OperationAuthor<'_>) -> Result<(Operation, Vec<BString>, Vec<String>)> {
    if let Some(recorded) = lock::left_behind(repo)? {
        // Taking the lock removes what was left.
        drop(lock::take(repo)?);
        return Ok((recorded.operation, Vec::new(), Vec::new()));
    }
    let (_lock, mut execution) = Execution::interrupted(repo, "resume")?;
    let late = execution.forward(Trust::Resumed, None, author)?;
    Ok((execution.operation, late, execution.remarks))
}

/// Roll the interrupted operation back: answers it, the paths that other processes wrote to,
/// and what did not work.
///
/// # Errors
///
/// `nothing-interrupted`; `operation-busy` while it is still in progress.
pub fn take_back(repo: &Repo, author: &OperationAuthor<'_>) -> Result<(Recorded, Vec<BString>, Vec<String>)> {
    let (_lock, mut execution) = Execution::interrupted(repo, "undo")?;
    let late = execution.backward(author)?;
    let recorded = execution.log.last()?.ok_or_else(|| Error::bug("the operation was just recorded"))?;
    Ok((recorded, late, execution.remarks))
}
