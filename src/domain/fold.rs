//! The fold: events in, task out.
//!
//! Pure, total, order-independent and idempotent: any two clones that hold the same lines show the same task. Events are
//! taken in the order of `(n, ulid)`, each once. A move that the table of [`Status::after`] does not have, or a claim
//! against a live claim of another actor, can only come from two clones acting at the same time; it stays in the note and has no
//! effect (a lost claim is remembered, so that its actor can be told). Events that were withdrawn are skipped ([`withdraw`]).

use std::{borrow::Borrow, collections::HashMap};

use super::{
    claim::{Claim, DEFAULT_LEASE},
    event::{Event, Payload, Start},
    id::TaskId,
    status::{Status, Verb},
    task::{
        Base, Because, Blocker, Decision, Deed, Failure, KnownCommit, LOWEST_PRIORITY, LostClaim, MAX_ESTIMATE, Remark,
        Rival, Span, Task, TaskResult, Tie, Verification,
    },
    text::{self, Text},
    time::Timestamp,
    withdraw, words,
};

/// Fold `events`, in any order, into the task `id`.
pub fn fold(id: TaskId, events: &[Event]) -> Task {
    let mut ordered: Vec<&Event> = events.iter().collect();
    // Of two events with one id, which only damage can make, the same one counts whatever order they come in.
    ordered.sort_by(|a, b| (a.id, a.n).cmp(&(b.id, b.n)).then_with(|| a.to_line().cmp(&b.to_line())));
    ordered.dedup_by_key(|event| event.id);
    ordered.sort_by_key(|event| event.order());
    Fold::of(id, &ordered).finish()
}

/// A fold in progress. The cost per event does not depend on the number of events.
pub struct Fold {
    task: Task,
    /// Counts what is put into the fields below, so that they keep their order.
    turn: usize,
    /// Tasks to be completed first, and the turn in which each was named.
    after: HashMap<TaskId, usize>,
    /// The turn of each of the task's blockers.
    blocked: Vec<usize>,
    /// Blockers that are gone, and the last turn in which that was said.
    unblocked: HashMap<String, usize>,
    /// The places of the commits in the task.
    commits: HashMap<String, usize>,
}

impl Fold {
    /// The task `id` without any events.
    pub fn new(id: TaskId) -> Self {
        Fold {
            task: Task::unknown(id),
            turn: 0,
            after: HashMap::new(),
            blocked: Vec::new(),
            unblocked: HashMap::new(),
            commits: HashMap::new(),
        }
    }

    /// The task `id` after `events`, which are in order, each there once.
    pub fn of<E: Borrow<Event>>(id: TaskId, events: &[E]) -> Self {
        let withdrawn = withdraw::withdrawn(events.iter().map(Borrow::borrow));
        let mut fold = Fold::new(id);
        for event in events.iter().map(Borrow::borrow) {
            if withdrawn.contains(&event.id) {
                // Something happened, if only for a while.
                fold.task.updated_at = fold.task.updated_at.max(event.at);
            } else {
                fold.apply(event);
            }
        }
        fold
    }

    /// The task after all events.
    pub fn finish(mut self) -> Task {
        let mut after: Vec<(usize, TaskId)> = self.after.into_iter().map(|(id, turn)| (turn, id)).collect();
        after.sort_unstable_by_key(|(turn, _)| *turn);
        self.task.after = after.into_iter().map(|(_, id)| id).collect();
        let mut turns = self.blocked.iter();
        self.task.blockers.retain(|blocker| {
            let gone = self.unblocked.get(&blocker.id);
            turns.next().is_some_and(|turn| gone.is_none_or(|gone| gone < turn))
        });
        self.task
    }

    /// Let `event`, which comes after everything so far, take effect; answers whether it has the one that it is for. That of a
    /// `withdraw` is on events before it: [`Fold::of`] starts over.
    pub fn apply(&mut self, event: &Event) -> bool {
        let task = &mut self.task;
        self.turn += 1;
        match &event.payload {
            Payload::Create(create) if !task.exists() => {
                for dependency in &create.after {
                    self.add_dependency(dependency);
                }
            }
            Payload::Dep(dep) => {
                for dependency in &dep.remove {
                    self.after.remove(dependency);
                }
                for dependency in &dep.add {
                    self.add_dependency(dependency);
                }
            }
            Payload::Block(block) => {
                let blocker = Blocker { id: Blocker::id_for(event.id), text: block.text.clone(), since: event.at };
                task.blockers.push(blocker);
                self.blocked.push(self.turn);
            }
            Payload::Unblock(unblock) => {
                self.unblocked.extend(unblock.blockers.iter().map(|id| (id.clone(), self.turn)));
            }
            Payload::Commit(commit) => {
                self.know_commit(&commit.commit, commit.tree.clone(), event.at, Tie::Trailer);
            }
            Payload::Link(link) => self.tie(&link.commit, event.at, Tie::Linked),
            Payload::Unlink(unlink) => self.tie(&unlink.commit, event.at, Tie::Unlinked),
            Payload::Squash(squash) => {
                self.know_commit(&squash.commit, Some(squash.tree.clone()), event.at, Tie::Trailer);
            }
            _ => {}
        }
        apply(&mut self.task, event)
    }

    fn add_dependency(&mut self, dependency: &TaskId) {
        if *dependency != self.task.id && !self.after.contains_key(dependency) {
            self.turn += 1;
            self.after.insert(dependency.clone(), self.turn);
        }
    }

    fn know_commit(&mut self, commit: &str, tree: Option<String>, at: Timestamp, tie: Tie) {
        if !self.commits.contains_key(commit) {
            self.commits.insert(commit.to_owned(), self.task.commits.len());
            self.task.commits.push(KnownCommit { commit: commit.to_owned(), tree, at, tie });
        }
    }

    /// The last of these events about a commit counts.
    fn tie(&mut self, commit: &str, at: Timestamp, tie: Tie) {
        match self.commits.get(commit).and_then(|place| self.task.commits.get_mut(*place)) {
            Some(known) => known.tie = tie,
            None => self.know_commit(commit, None, at, tie),
        }
    }
}

/// Let `event` take effect on everything but what [`Fold`] keeps next to the task.
fn apply(task: &mut Task, event: &Event) -> bool {
    task.updated_at = task.updated_at.max(event.at);
    if let Some(claim) = &mut task.claim {
        claim.renew(event);
    }
    if let Some(span) = task.spans.last_mut().filter(|span| span.to.is_none()) {
        span.signs.push((began(event), event.at));
    }
    match &event.payload {
        Payload::Create(create) if !task.exists() => {
            task.created_at = Some(event.at);
            task.created_by = Some(event.actor.clone());
            task.title = text::title(&create.title).into_owned();
            task.description.clone_from(&create.description);
            task.parent.clone_from(&create.parent);
            task.priority = create.priority.unwrap_or(task.priority).min(LOWEST_PRIORITY);
            task.files.clone_from(&create.files);
            task.accept.clone_from(&create.accept);
            task.estimate = create.estimate.map(|seconds| seconds.min(MAX_ESTIMATE));
            words::change(&mut task.labels, &create.labels, &[], words::label);
            words::change(&mut task.refs, &create.refs, &[], words::reference);
        }
        // Two clones made the same id at the same time: one task, the first one's words.
        Payload::Create(create) => {
            let title = text::title(&create.title).into_owned();
            task.rivals.push(Rival { event: event.id, title, at: event.at, by: event.actor.clone() });
            return false;
        }
        Payload::Edit(edit) => {
            if let Some(title) = &edit.title {
                task.title = text::title(title).into_owned();
            }
            task.description = edit.description.clone().or(task.description.take());
            task.priority = edit.priority.unwrap_or(task.priority).min(LOWEST_PRIORITY);
            set(&mut task.parent, edit.parent.as_ref());
            set(&mut task.files, edit.files.as_ref());
            task.accept = edit.accept.clone().or(task.accept.take());
            task.estimate = edit.estimate.map(|seconds| seconds.min(MAX_ESTIMATE)).or(task.estimate);
            words::change(&mut task.labels, &edit.labels, &edit.no_labels, words::label);
            words::change(&mut task.refs, &edit.refs, &edit.no_refs, words::reference);
        }
        Payload::Tick(tick) => task.ticks.extend(tick.criteria.iter().map(|key| (key.clone(), !tick.off))),
        Payload::Start(start) => return begin(task, event, start),
        Payload::Pause(pause) => {
            // What was never begun can be put off, too.
            let legal = step(task, Verb::Pause) || (task.status == Status::Pending && pause.until.is_some());
            if legal {
                end_span(task, event.at);
                task.claim = None;
                task.until = pause.until;
                task.reason = because(event, Deed::Paused, pause.reason.as_ref());
            }
            return legal;
        }
        Payload::Reopen(reopen) => {
            let was_closed = task.status.is_closed();
            let legal = step(task, Verb::Reopen);
            if legal {
                task.duplicate_of = None;
                task.reason = because(event, Deed::Reopened, reopen.reason.as_ref());
            }
            if legal && was_closed {
                task.completed_at = None;
                task.result = None;
                task.base = None;
            }
            return legal;
        }
        Payload::Complete(complete) => {
            let legal = close(task, event, Verb::Complete);
            if legal {
                task.completed_at = Some(event.at);
                task.started_at = task.started_at.or(Some(event.at));
                let value = complete.result.clone().map(TaskResult::Value);
                task.result = complete.stored.clone().map(TaskResult::Stored).or(value);
            }
            return legal;
        }
        Payload::Fail(fail) => {
            let legal = close(task, event, Verb::Fail);
            if legal {
                task.failures.push(Failure {
                    attempt: task.attempts,
                    reason: fail.reason.clone(),
                    kind: fail.kind.clone(),
                    at: event.at,
                    by: event.actor.clone(),
                });
            }
            return legal;
        }
        Payload::Cancel(cancel) => {
            let legal = close(task, event, Verb::Cancel);
            if legal {
                task.duplicate_of = cancel.duplicate_of.clone().filter(|id| *id != task.id);
                task.reason = because(event, Deed::Cancelled, cancel.reason.as_ref());
            }
            return legal;
        }
        Payload::Claim(claim) => {
            let legal = !task.status.is_closed() && take(task, event, claim.lease, claim.steal);
            if legal && claim.steal {
                task.reason = because(event, Deed::TakenOver, claim.reason.as_ref());
            }
            return legal;
        }
        Payload::Release(release) => {
            if task.claim.as_ref().is_some_and(|claim| claim.by == event.actor) {
                task.claim = None;
                task.reason = because(event, Deed::Released, release.reason.as_ref());
            }
        }
        Payload::Decide(decide) => task.decisions.push(Decision {
            at: event.at,
            by: event.actor.clone(),
            text: decide.text.clone(),
            why: decide.why.clone(),
        }),
        Payload::Note(note) => {
            task.notes.push(Remark { at: event.at, by: event.actor.clone(), text: note.text.clone() });
        }
        Payload::Verify(verify) => task.verifications.push(Verification {
            command: verify.command.clone(),
            exit: verify.exit,
            seconds: verify.seconds,
            tree: verify.tree.clone(),
            uncommitted: verify.uncommitted,
            output: verify.output.clone(),
            at: event.at,
            by: event.actor.clone(),
        }),
        Payload::Block(_)
        | Payload::Unblock(_)
        | Payload::Dep(_)
        | Payload::Commit(_)
        | Payload::Link(_)
        | Payload::Unlink(_)
        | Payload::Squash(_)
        | Payload::Split(_)
        | Payload::Rollback(_)
        | Payload::Undo(_)
        | Payload::Withdraw(_)
        | Payload::Unknown(_) => {}
    }
    true
}

/// When what `event` describes began: a command that ran for an hour is an hour of work.
fn began(event: &Event) -> Timestamp {
    match &event.payload {
        // A number from outside; the cast ends at the ends of the range.
        Payload::Verify(verify) => {
            Timestamp::from_millis(event.at.millis().saturating_sub((verify.seconds * 1000.0) as i64))
        }
        _ => event.at,
    }
}

/// Make the move if it is legal.
fn step(task: &mut Task, verb: Verb) -> bool {
    match task.status.after(verb) {
        Some(status) => {
            task.status = status;
            true
        }
        None => false,
    }
}

/// Why `event` did what it did to the task.
fn because(event: &Event, what: Deed, reason: Option<&Text>) -> Option<Because> {
    let text = reason?.clone();
    Some(Because { what, text, at: event.at, by: event.actor.clone() })
}

/// Begin, continue, or begin again; claims the task.
fn begin(task: &mut Task, event: &Event, start: &Start) -> bool {
    let before = task.status;
    if before.after(Verb::Start).is_none() || !take(task, event, start.lease.unwrap_or(DEFAULT_LEASE), false) {
        return false;
    }
    step(task, Verb::Start);
    (task.until, task.duplicate_of) = (None, None);
    // Who took it over continues with it: the reason for that still says why.
    task.reason = task.reason.take().filter(|reason| reason.what == Deed::TakenOver);
    open_attempt(task);
    task.started_at = task.started_at.or(Some(event.at));
    task.base.get_or_insert_with(|| Base { commit: start.base.clone(), branch: start.branch.clone() });
    if before == Status::InProgress && task.spans.last().is_some_and(|span| span.to.is_none() && span.by == event.actor)
    {
        return true;
    }
    end_span(task, event.at);
    task.spans.push(Span { by: event.actor.clone(), from: event.at, to: None, signs: Vec::new() });
    true
}

/// Complete, fail or cancel, if that is legal.
fn close(task: &mut Task, event: &Event, verb: Verb) -> bool {
    let legal = step(task, verb);
    if legal {
        if verb != Verb::Cancel {
            // Done or given up without ever being started is an attempt, too.
            open_attempt(task);
        }
        task.attempt_open = false;
        end_span(task, event.at);
        task.claim = None;
        task.until = None;
        task.reason = None;
    }
    legal
}

/// A new attempt, unless the last one is only paused or going on.
fn open_attempt(task: &mut Task) {
    task.attempts += u32::from(!task.attempt_open);
    task.attempt_open = true;
}

/// Give the task to the event's actor, unless another actor has claimed it; the loser is remembered.
fn take(task: &mut Task, event: &Event, lease: u64, steal: bool) -> bool {
    match &task.claim {
        Some(claim) if claim.by != event.actor && claim.is_live(event.at) && !steal => {
            let to = claim.by.clone();
            task.lost_claims.push(LostClaim { by: event.actor.clone(), at: event.at, to });
            false
        }
        _ => {
            task.claim = Some(Claim::new(event, lease));
            true
        }
    }
}

fn end_span(task: &mut Task, at: Timestamp) {
    if let Some(span) = task.spans.last_mut() {
        span.to.get_or_insert(at);
    }
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

#[cfg(test)]
mod tests;
