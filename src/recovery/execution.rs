//! An operation between `begun` and its end, in this process or in another one that died.

use std::os::unix::fs::PermissionsExt as _;

use super::{
    lock::{self, OperationLock},
    operation::{self, Contents, OpLog, Operation, OperationState},
    restore::{Direction, IndexFingerprint, Late, Restore, Settled, Trust, reserve},
    snapshot,
};
use crate::{
    error::{Advice, Context as _, Error, Result, codes},
    git::{
        EntryKind, Head, ObjectId, RefChange, RefError, Repo,
        objects::{Batch, Content, Readers},
        tree::{self, Entry},
    },
    recovery::{
        execute::OperationAuthor,
        ledger_events,
        restore::{fault_points, state_view::StateView},
    },
    store::ledger,
};
use bstr::{BString, ByteSlice as _};

/// An operation that is in progress, with both of its sides.
pub(super) struct Execution<'r> {
    pub repo: &'r Repo,
    pub log: OpLog<'r>,
    pub operation: Operation,
    pub contents: Contents,
    pub previous: Option<ObjectId>,
    pub before: StateView<'r>,
    pub after: StateView<'r>,
    /// Problems that did not prevent the operation.
    pub remarks: Vec<String>,
}

impl<'r> Execution<'r> {
    /// The one that a dead process left.
    pub(crate) fn interrupted(repo: &'r Repo, verb: &str) -> Result<(OperationLock, Self)> {
        let lock = lock::take(repo)?;
        let log = OpLog::of(repo)?;
        let Some(recorded) = log.interrupted()? else {
            return Err(Error::new(
                codes::NOTHING_INTERRUPTED,
                format!("nothing to {verb}: no operation was interrupted"),
            )
            .hint(Advice::ListOperations));
        };
        lock.share_with_children()?;
        let before = snapshot::load_tree(repo, recorded.before, &recorded.operation.before)?;
        let after = snapshot::load_tree(repo, recorded.after, &recorded.operation.after)?;
        let contents =
            Contents { before: recorded.before, after: recorded.after, touched: recorded.touched, late: recorded.late };
        let execution = Execution {
            repo,
            log,
            operation: recorded.operation,
            contents,
            previous: recorded.previous,
            before: StateView::new(repo, before),
            after: StateView::new(repo, after),
            remarks: Vec::new(),
        };
        Ok((lock, execution))
    }

    fn restore(&self) -> Restore<'_> {
        Restore {
            repo: self.repo,
            operation: &self.operation,
            before: &self.before,
            after: &self.after,
            touched: &self.contents.touched,
            late: self.contents.late,
        }
    }

    /// Complete the operation, and record it in the ledger. Answers the paths that other processes wrote to.
    ///
    /// # Errors
    ///
    /// Those of [`Restore::settle`]; `ref-moved`. Files may be partly changed then.
    pub fn forward(
        &mut self,
        trust: Trust,
        seen: Option<&IndexFingerprint>,
        author: &OperationAuthor<'_>,
    ) -> Result<Vec<BString>> {
        let settled = self.restore().settle(Direction::Forward, trust, seen)?;
        self.end(OperationState::Done, settled, Some(author))
    }

    /// Roll the operation back, also in the ledger. Answers the paths that other processes wrote to.
    ///
    /// # Errors
    ///
    /// As [`Execution::forward`].
    pub fn backward(&mut self, author: &OperationAuthor<'_>) -> Result<Vec<BString>> {
        reserve::release(self.repo)?;
        let settled = self.restore().settle(Direction::Backward, Trust::Resumed, None)?;
        if let Err(error) = ledger_events::withdraw_own(self.repo, &of_ledger(author), &self.operation) {
            self.remarks.push(format!("what it recorded in the ledger stays: {error}"));
        }
        self.end(OperationState::Failed, settled, None)
    }

    /// Record how it ended, `author` also in the ledger, and release everything.
    fn end(
        &mut self,
        state: OperationState,
        settled: Settled,
        author: Option<&OperationAuthor<'_>>,
    ) -> Result<Vec<BString>> {
        let mut batch = Batch::default();
        let mut contents = self.contents.clone();
        if !settled.late.is_empty() {
            contents.late = Some(store_late(self.repo, &mut batch, contents.late, &settled.late)?);
        }
        let operation = Operation { state, ..self.operation.clone() };
        let chain = self.log.stage(&mut batch, &operation, &contents, self.previous)?;
        batch.write_durable(self.repo)?;
        let (from, to) = match state {
            OperationState::Failed => (&operation.after, &operation.before),
            OperationState::Begun | OperationState::Done => (&operation.before, &operation.after),
        };
        // The user's hooks see the branch and not the chain, which comes last: until then the operation is not done.
        let head = head_change(self.repo, state, from, to)?;
        if let Some(head) = head {
            move_ref(self.repo, head, &operation, &batch)?;
        }
        // A branch that cannot be moved is the last thing that may stop it: the ledger does not describe what did not happen.
        if let Some(author) = author {
            if let Err(error) = ledger_events::record(self.repo, &of_ledger(author), &self.operation) {
                self.remarks.push(format!("it is not recorded in the ledger: {error}"));
            }
            fault_points::reached(fault_points::FaultPoint::Recorded)?;
        }
        move_ref(self.repo, chain.clone(), &operation, &batch)?;
        batch.secure(self.repo)?;
        self.log.moved(&chain);
        self.operation = operation;
        self.contents = contents;
        let late = settled.late.iter().map(|late| late.path.clone()).collect();
        // It is done; what cannot be removed now is removed by the next operation.
        let finished =
            fault_points::reached(fault_points::FaultPoint::Moved).and_then(|()| self.restore().finish(settled));
        let finished = finished.and_then(|()| reserve::release(self.repo));
        self.remarks.extend(finished.err().map(|error| format!("some files were left behind: {error}")));
        Ok(late)
    }

    /// Roll back after `error`, and report both.
    pub fn give_up(&mut self, error: Error, author: &OperationAuthor<'_>) -> Error {
        // Once it is done nothing is restored; what is left over is for the next one to remove.
        if self.operation.state != OperationState::Begun {
            return error;
        }
        match self.backward(author) {
            Ok(_) if self.remarks.is_empty() => error.hint("everything was restored to its previous state"),
            Ok(_) => {
                error.hint("the work tree was restored to its previous state").hints(std::mem::take(&mut self.remarks))
            }
            Err(second) => operation::interrupted(&self.operation)
                .because(error)
                .hint(format!("restoring the previous state failed as well: {second}")),
        }
    }
}

/// `author` as the ledger wants it: the events of an operation belong to it, not to a command.
fn of_ledger<'a>(author: &OperationAuthor<'a>) -> ledger::EventAuthor<'a> {
    ledger::EventAuthor { actor: author.actor, now: author.now, is_held_to_it: true, command: None }
}

/// The change of the ref behind HEAD; `None` when it stays.
fn head_change(repo: &Repo, state: OperationState, from: &Head, to: &Head) -> Result<Option<RefChange>> {
    if from.commit == to.commit {
        return Ok(None);
    }
    let name = from.branch.as_ref().map_or("HEAD".into(), |branch| branch.to_str_lossy());
    let now = repo.head()?;
    // A process that died may have moved it already; what is undone has moved it only if one did.
    if now == *to || state == OperationState::Failed && now != *from {
        return Ok(None);
    }
    Ok(Some(RefChange { name: name.into_owned(), expected: from.commit, new: to.commit }))
}

/// How often what a gc took is written again before a ref is moved to it.
const TRIES: u32 = 5;

/// Move a ref. What `batch` staged is written again if a gc took it since: nothing led to it yet.
fn move_ref(repo: &Repo, change: RefChange, operation: &Operation, batch: &Batch) -> Result<()> {
    let message = format!("git-agent: {}", operation.title);
    let changes = [change];
    for attempt in 1.. {
        let Err(error) = repo.refs().change_durably(repo, &changes, &message) else { return Ok(()) };
        let [RefChange { name, new, .. }] = &changes;
        // A git that was killed may have come to its end.
        if repo.find_ref(name).is_ok_and(|now| now == *new) {
            return Ok(());
        }
        match error {
            RefError::Vanished(_) if attempt < TRIES => batch.write_durable(repo)?,
            RefError::Moved => {
                let message = format!("another process moved {name} in the meantime");
                return Err(Error::new(codes::REF_MOVED, message).hint("try again"));
            }
            RefError::Locked(error) | RefError::Vanished(error) | RefError::Failed(error) => return Err(error),
        }
    }
    Ok(())
}

/// The tree of what others wrote, with `late` added.
fn store_late(repo: &Repo, batch: &mut Batch, known: Option<ObjectId>, late: &[Late]) -> Result<ObjectId> {
    let root = known.unwrap_or_else(|| repo.empty_tree());
    let mut entries: Vec<(BString, Entry)> = Vec::new();
    for (number, late) in late.iter().enumerate() {
        let failed = || format!("cannot read '{}'", late.file.display());
        let bytes = match late.kind {
            EntryKind::Link => {
                let target = std::fs::read_link(&late.file).or_environment(failed)?;
                target.into_os_string().into_encoded_bytes()
            }
            _ => std::fs::read(&late.file).or_environment(failed)?,
        };
        let mode = std::fs::symlink_metadata(&late.file).or_environment(failed)?.permissions().mode();
        let readers = if late.kind == EntryKind::Link { Readers::All } else { repo.readers(&late.file, mode) };
        let id = repo.blob_id(&bytes)?;
        batch.private_blob(id, Content::Held(bytes), readers);
        // The same path may have been written to twice.
        let path = [format!("{number}/").as_bytes(), &late.path].concat();
        entries.push((path.into(), Entry { kind: late.kind, id }));
    }
    tree::edit(repo, batch, root, entries.iter().map(|(path, entry)| (path.as_bstr(), Some(*entry))))
}
