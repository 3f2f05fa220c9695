//! An operation from its beginning to its end: capture, plan, snapshot, `begun`, restore, `done`.

use bstr::{BString, ByteSlice as _};
use gix::{ObjectId, objs::tree::EntryKind};
use ulid::Ulid;

use super::{
    operation::{self, Contents, Kind, OpLog, Operation, Recorded, State},
    plan::{Destination, Plan},
    preflight,
    restore::{Direction, IndexPrint, Late, Restore, Settled, Trust, side::Side, step},
    snapshot::{self, About, Captured, Skipped, Snapshot},
};
use crate::{
    core::{id::TaskId, time::Timestamp},
    error::{Context as _, Error, Result},
    git::{
        Head, Hooks, RefChange, RefError, Repo, index,
        lock::Lock,
        objects::Batch,
        tree::{self, Entry},
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

/// Makes the commit that HEAD shall be at.
pub type MakeCommit<'a> = dyn Fn(&Snapshot) -> Result<ObjectId> + 'a;

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
    let lock = take_lock(repo)?;
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
    let (snapshot, before) = captured.store(about, &[])?;
    step::reached(step::Step::Stored)?;
    let before = Side::new(repo, before);
    plan.drop_what_is_there(&before)?;
    if is_idle(&plan) {
        snapshot::remove(repo, &[snapshot])?;
        return Ok(Outcome::Nothing(plan));
    }
    let begin = || -> Result<(Side<'_>, Operation, Contents, RefChange, Batch)> {
        let mut batch = Batch::default();
        let mut after = plan.after(repo, &mut batch, &before.moment, &destination)?;
        if let Some(commit) = order.commit {
            after.head.commit = Some(commit(&snapshot)?);
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
    let (after, operation, contents, change, batch) = match begin() {
        Ok(begun) => begun,
        Err(error) => {
            // A refusal leaves nothing behind, if it can be helped.
            snapshot::remove(repo, &[snapshot]).unwrap_or_default();
            return Err(error);
        }
    };
    // From here to the end a process that we start may outlive us.
    lock.share_with_children().or_environment(|| "cannot keep the lock of the operation".to_owned())?;
    let previous = log.tip();
    move_refs(repo, std::slice::from_ref(&change), &operation, Hooks::Skip)?;
    batch.secure(repo)?;
    log.moved(&change);
    let mut run = Run { repo, log, operation, contents, previous, before, after };
    let outcome = step::reached(step::Step::Begun).and_then(|()| run.forward(Trust::Fresh, Some(&seen), order.record));
    match outcome {
        Ok((late, remarks)) => {
            let skipped = run.before.moment.skipped;
            Ok(Outcome::Done(Box::new(Done { operation: run.operation, plan, skipped, late, remarks })))
        }
        Err(error) => Err(run.give_up(error)),
    }
}

/// The operation that was begun and is not at its end.
pub fn interrupted(repo: &Repo) -> Result<Option<Operation>> {
    Ok(OpLog::of(repo)?.interrupted()?.map(|recorded| recorded.operation))
}

/// Finish the operation that was interrupted.
///
/// # Errors
///
/// `nothing-interrupted`; `busy` while it is still under way.
pub fn resume(repo: &Repo, record: &Record<'_>) -> Result<(Operation, Vec<BString>, Vec<String>)> {
    let (_lock, mut run) = Run::interrupted(repo, "resume")?;
    let (late, remarks) = run.forward(Trust::Resumed, None, record)?;
    Ok((run.operation, late, remarks))
}

/// Bring everything back as it was before the operation that was interrupted.
pub fn take_back(repo: &Repo) -> Result<(Recorded, Vec<BString>)> {
    let (_lock, mut run) = Run::interrupted(repo, "undo")?;
    let late = run.backward()?;
    let recorded = run.log.last()?.ok_or_else(|| Error::bug("the operation was just recorded"))?;
    Ok((recorded, late))
}

/// One operation of a worktree at a time.
fn take_lock(repo: &Repo) -> Result<Lock> {
    let lock = Lock::acquire(&repo.worktree_agent_dir().join("operation.lock"))?;
    match lock.is_held() {
        true => Ok(lock),
        false => Err(Error::busy("operation-busy", "another operation is under way in this worktree")
            .hint("try again when it is done; 'git agent ops' shows it")),
    }
}

/// An operation that is under way, with both of its sides.
struct Run<'r> {
    repo: &'r Repo,
    log: OpLog<'r>,
    operation: Operation,
    contents: Contents,
    previous: Option<ObjectId>,
    before: Side<'r>,
    after: Side<'r>,
}

impl<'r> Run<'r> {
    /// The one that a dead process left.
    fn interrupted(repo: &'r Repo, verb: &str) -> Result<(Lock, Self)> {
        let lock = take_lock(repo)?;
        let log = OpLog::of(repo)?;
        let Some(recorded) = log.interrupted()? else {
            return Err(Error::refused(
                "nothing-interrupted",
                format!("nothing to {verb}: no operation was interrupted"),
            )
            .hint("'git agent ops' lists the operations"));
        };
        lock.share_with_children().or_environment(|| "cannot keep the lock of the operation".to_owned())?;
        let before = snapshot::load_tree(repo, recorded.before, &recorded.operation.before)?;
        let after = snapshot::load_tree(repo, recorded.after, &recorded.operation.after)?;
        let contents =
            Contents { before: recorded.before, after: recorded.after, touched: recorded.touched, late: recorded.late };
        let run = Run {
            repo,
            log,
            operation: recorded.operation,
            contents,
            previous: recorded.previous,
            before: Side::new(repo, before),
            after: Side::new(repo, after),
        };
        Ok((lock, run))
    }

    fn restore(&self) -> Restore<'_> {
        Restore {
            repo: self.repo,
            operation: &self.operation,
            before: &self.before,
            after: &self.after,
            touched: &self.contents.touched,
        }
    }

    /// To its end. Answers the paths that others wrote to, and what did not matter.
    fn forward(
        &mut self,
        trust: Trust,
        seen: Option<&IndexPrint>,
        record: &Record<'_>,
    ) -> Result<(Vec<BString>, Vec<String>)> {
        let settled = self.restore().settle(Direction::Forward, trust, seen)?;
        let mut remarks = Vec::new();
        if let Err(error) = record(&self.operation) {
            remarks.push(format!("the ledger does not know of it: {error}"));
        }
        step::reached(step::Step::Recorded)?;
        let late = self.end(State::Done, settled)?;
        Ok((late, remarks))
    }

    /// To where it began.
    fn backward(&mut self) -> Result<Vec<BString>> {
        let settled = self.restore().settle(Direction::Backward, Trust::Resumed, None)?;
        self.end(State::Failed, settled)
    }

    /// Record how it ended, with the refs in the same transaction, and let go of everything.
    fn end(&mut self, state: State, settled: Settled) -> Result<Vec<BString>> {
        let mut batch = Batch::default();
        let mut contents = self.contents.clone();
        if !settled.late.is_empty() {
            contents.late = Some(store_late(self.repo, &mut batch, contents.late, &settled.late)?);
        }
        let operation = Operation { state, ..self.operation.clone() };
        let chain = self.log.stage(&mut batch, &operation, &contents, self.previous)?;
        batch.write_durable(self.repo)?;
        let mut changes = vec![chain.clone()];
        let mut hooks = Hooks::Skip;
        if state == State::Done
            && let Some(change) = head_change(self.repo, &operation.before, &operation.after)?
        {
            changes.push(change);
            hooks = Hooks::Run;
        }
        move_refs(self.repo, &changes, &operation, hooks)?;
        batch.secure(self.repo)?;
        self.log.moved(&chain);
        self.operation = operation;
        self.contents = contents;
        step::reached(step::Step::Moved)?;
        let late = settled.late.iter().map(|late| late.path.clone()).collect();
        self.restore().finish(settled)?;
        Ok(late)
    }

    /// Something went wrong: put everything back, and say what it was.
    fn give_up(&mut self, error: Error) -> Error {
        // Once it is done nothing is put back; what is left over is for the next one to remove.
        if self.operation.state != State::Begun {
            return error;
        }
        match self.backward() {
            Ok(_) => error.hint("everything is as it was before"),
            Err(second) => operation::interrupted(&self.operation)
                .because(error)
                .hint(format!("putting it back failed, too: {second}")),
        }
    }
}

/// The change of the ref behind HEAD; `None` when it stays.
fn head_change(repo: &Repo, before: &Head, after: &Head) -> Result<Option<RefChange>> {
    if before.commit == after.commit {
        return Ok(None);
    }
    let name = before.branch.as_ref().map_or("HEAD".into(), |branch| branch.to_str_lossy());
    // A resumed operation may have moved it already.
    if repo.head()? == *after {
        return Ok(None);
    }
    Ok(Some(RefChange { name: name.into_owned(), expected: before.commit, new: after.commit }))
}

fn move_refs(repo: &Repo, changes: &[RefChange], operation: &Operation, hooks: Hooks) -> Result<()> {
    let message = format!("git-agent: {}", operation.title);
    repo.refs().change_durably(repo, changes, &message, hooks).map_err(|error| match error {
        RefError::Moved => {
            let names: Vec<&str> = changes.iter().map(|change| change.name.as_str()).collect();
            Error::conflict("ref-moved", format!("somebody else moved one of {}", names.join(", "))).hint("try again")
        }
        RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error) => error,
    })
}

/// The tree of what others wrote, with `late` added.
fn store_late(repo: &Repo, batch: &mut Batch, known: Option<ObjectId>, late: &[Late]) -> Result<ObjectId> {
    let root = known.unwrap_or_else(|| ObjectId::empty_tree(repo.gix().object_hash()));
    let mut entries: Vec<(BString, Entry)> = Vec::new();
    for (number, late) in late.iter().enumerate() {
        let failed = || format!("cannot read '{}'", late.file.display());
        let bytes = match late.kind {
            EntryKind::Link => {
                let target = std::fs::read_link(&late.file).or_environment(failed)?;
                gix::path::into_bstr(target).or_environment(failed)?.into_owned().into()
            }
            _ => std::fs::read(&late.file).or_environment(failed)?,
        };
        let id = batch.blob(repo, bytes)?;
        // The same path may have been written to twice.
        let path = [format!("{number}/").as_bytes(), &late.path].concat();
        entries.push((path.into(), Entry { kind: late.kind, id }));
    }
    tree::edit(repo, batch, root, entries.iter().map(|(path, entry)| (path.as_bstr(), Some(*entry))))
}
