//! An operation from its beginning to its end: capture, plan, snapshot, `begun`, restore, `done`.

use bstr::BString;
use ulid::Ulid;

use super::{
    lock,
    operation::{Contents, Kind, OpLog, Operation, Recorded, State},
    plan::{Destination, Plan},
    preflight,
    restore::{IndexPrint, Trust, reserve},
    snapshot::{self, About, Captured, Skipped, Snapshot},
};
use crate::{
    domain::{id::TaskId, time::Timestamp},
    error::{Error, Result},
    git::{ObjectId, RefChange, Repo, index, objects::Batch},
    recovery::{
        execution::Run,
        restore::{fault_points, state_view::Side},
    },
};

/// Who acts, and when.
pub struct Author<'a> {
    /// The actor.
    pub by: String,
    /// The clock.
    pub now: &'a dyn Fn() -> Timestamp,
    /// The active tasks of the worktree.
    pub tasks: Vec<TaskId>,
}

/// Makes the commit that HEAD shall be at, staged in the batch that the beginning of the operation writes.
pub type MakeCommit<'a> = dyn Fn(&Snapshot, &mut Batch) -> Result<ObjectId> + 'a;

/// Tells the ledger of an operation.
pub type Record<'a> = dyn Fn(&Operation) -> Result<()> + 'a;

/// What shall be done.
pub struct Order<'a> {
    /// What sort of operation it is.
    pub kind: Kind,
    /// In words, one line: `rollback t-1 to t-1@2`.
    pub title: String,
    /// The task it is about.
    pub task: Option<TaskId>,
    /// The operation that it takes back.
    pub undoes: Option<Ulid>,
    /// What its kind has to remember.
    pub more: Vec<(String, String)>,
    /// Where it leads, from what is there.
    pub destination: &'a dyn Fn(&Captured<'_>) -> Result<Destination>,
    /// The commit that HEAD shall be at, when the destination leaves that open: made when the snapshot, which its message
    /// names, is stored.
    pub commit: Option<&'a MakeCommit<'a>>,
    /// Tell the ledger. Called again when the operation is resumed: what is there already must not come twice.
    pub record: &'a Record<'a>,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// Everything was there already; nothing was changed.
    Nothing(Plan),
    /// It is done.
    Done(Box<Done>),
}

/// An operation that is done.
#[derive(Debug)]
pub struct Done {
    /// It.
    pub operation: Operation,
    /// What was planned.
    pub plan: Plan,
    /// What the snapshot does not hold.
    pub skipped: Vec<Skipped>,
    /// Paths that others wrote to in the meantime: what they wrote is in the operation.
    pub late: Vec<BString>,
    /// What did not work although the operation did.
    pub remarks: Vec<String>,
}

/// Plan what `order` would do, without doing it.
///
/// # Errors
///
/// Whatever would refuse it.
pub fn rehearse(repo: &Repo, order: &Order<'_>) -> Result<Plan> {
    OpLog::of(repo)?.refuse_interrupted()?;
    let mut captured = snapshot::capture(repo)?;
    let destination = (order.destination)(&captured)?;
    let mut plan = Plan::new(repo, &captured, &destination)?;
    preflight::check(repo, &plan)?;
    captured.touch(&plan.paths())?;
    plan.add_what_is_in_the_way(captured.raw_paths());
    Ok(plan)
}

/// Do it. On an error everything is as it was before, unless the error says that the operation is interrupted.
pub fn carry_out(repo: &Repo, author: &Author<'_>, order: &Order<'_>) -> Result<Outcome> {
    let lock = lock::take(repo)?;
    let mut log = OpLog::of(repo)?;
    log.refuse_interrupted()?;
    if !index::becomes_free(repo) {
        return Err(index::is_held(repo));
    }
    let seen = IndexPrint::of(repo)?;
    let mut captured = snapshot::capture(repo)?;
    let destination = (order.destination)(&captured)?;
    let mut plan = Plan::new(repo, &captured, &destination)?;
    let moves_more = destination.moment.head != *captured.head() || destination.moment.state != *captured.state();
    let is_idle = |plan: &Plan| plan.is_empty() && !moves_more && order.commit.is_none();
    if is_idle(&plan) {
        return Ok(Outcome::Nothing(plan));
    }
    preflight::check(repo, &plan)?;
    captured.touch(&plan.paths())?;
    plan.add_what_is_in_the_way(captured.raw_paths());
    let at = (author.now)();
    let about = About {
        kind: snapshot::Kind::Safety,
        message: format!("before {}", order.title),
        at,
        by: author.by.clone(),
        worktree: repo.worktree_name(),
        head: captured.head().clone(),
        tasks: author.tasks.clone(),
    };
    // From here to the end a process that we start may outlive us.
    lock.share_with_children()?;
    let written = captured.write(about)?;
    fault_points::reached(fault_points::Step::Stored)?;
    let snapshot = written.snapshot.clone();
    let before = Side::new(repo, written.moment.clone());
    plan.drop_what_is_there(&before)?;
    if is_idle(&plan) {
        return Ok(Outcome::Nothing(plan));
    }
    let begin = || -> Result<(Side<'_>, Operation, Contents, RefChange, Batch)> {
        let mut batch = Batch::default();
        let mut after = plan.after(repo, &mut batch, &before.moment, &destination)?;
        if let Some(commit) = order.commit {
            after.head.commit = Some(commit(&snapshot, &mut batch)?);
        }
        let operation = Operation {
            id: Ulid::from_parts(u64::try_from(at.millis()).unwrap_or(0), Ulid::generate().random()),
            kind: order.kind,
            state: State::Begun,
            title: order.title.clone(),
            at,
            by: author.by.clone(),
            task: order.task.clone(),
            snapshot: Some(snapshot.id),
            before: before.moment.head.clone(),
            after: after.head.clone(),
            undoes: order.undoes,
            more: order.more.clone(),
        };
        let contents = Contents {
            before: snapshot.tree,
            after: snapshot::tree(repo, &mut batch, &after)?,
            touched: plan.touched(),
            late: None,
        };
        let change = log.stage(&mut batch, &operation, &contents, log.tip())?;
        batch.write_durable(repo)?;
        Ok((Side::new(repo, after), operation, contents, change, batch))
    };
    let (after, operation, contents, change, batch) = begin()?;
    let previous = log.tip();
    reserve::take(repo, &plan)?;
    if let Err(error) = written.publish(repo, std::slice::from_ref(&change), &batch) {
        // A git that was killed may have come to its end.
        if repo.find_ref(&change.name)? != change.new {
            reserve::release(repo)?;
            return Err(error);
        }
    }
    log.moved(&change);
    let mut run = Run { repo, log, operation, contents, previous, before, after, remarks: Vec::new() };
    let begun = fault_points::reached(fault_points::Step::Begun);
    let outcome = begun.and_then(|()| run.forward(Trust::Fresh, Some(&seen), order.record));
    match outcome {
        Ok(late) => {
            let skipped = run.before.moment.skipped;
            Ok(Outcome::Done(Box::new(Done { operation: run.operation, plan, skipped, late, remarks: run.remarks })))
        }
        Err(error) => Err(run.give_up(error)),
    }
}

/// The operation that was begun, is not at its end, and that nobody is at work on.
pub fn interrupted(repo: &Repo) -> Result<Option<Operation>> {
    let recorded = OpLog::of(repo)?.interrupted()?;
    Ok(recorded.map(|recorded| recorded.operation).filter(|_| !lock::is_taken(repo)))
}

/// Finish the operation that was interrupted.
///
/// # Errors
///
/// `nothing-interrupted`; `busy` while it is still under way.
pub fn resume(repo: &Repo, record: &Record<'_>) -> Result<(Operation, Vec<BString>, Vec<String>)> {
    if let Some(recorded) = lock::left_behind(repo)? {
        // Taking the lock removes what was left.
        drop(lock::take(repo)?);
        return Ok((recorded.operation, Vec::new(), Vec::new()));
    }
    let (_lock, mut run) = Run::interrupted(repo, "resume")?;
    let late = run.forward(Trust::Resumed, None, record)?;
    Ok((run.operation, late, run.remarks))
}

/// Bring everything back as it was before the operation that was interrupted.
pub fn take_back(repo: &Repo) -> Result<(Recorded, Vec<BString>)> {
    let (_lock, mut run) = Run::interrupted(repo, "undo")?;
    let late = run.backward()?;
    let recorded = run.log.last()?.ok_or_else(|| Error::bug("the operation was just recorded"))?;
    Ok((recorded, late))
}
