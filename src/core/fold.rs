//! The fold: events in, task out.
//!
//! Pure, total, order-independent and idempotent: any two clones that hold the same lines show the same task. Events are
//! taken in the order of `(n, ulid)`, each once. A move that the table of [`Status::after`] does not have, or a claim
//! against somebody's live claim, can only come from two clones acting at the same time; it stays in the note and has no
//! effect (a lost claim is remembered, so that its actor can be told).

use super::{
    blocker::Blocker,
    claim::{Claim, DEFAULT_LEASE},
    event::{Event, Payload, Start},
    id::TaskId,
    status::{Status, Verb},
    task::{
        Base, Decision, Failure, KnownCommit, LOWEST_PRIORITY, LostClaim, Outcome, Remark, Span, Task, Verification,
    },
    time::Timestamp,
};

/// Fold `events`, in any order, into the task `id`.
pub fn fold(id: TaskId, events: &[Event]) -> Task {
    let mut ordered: Vec<&Event> = events.iter().collect();
    // Of two events with one id, which only damage can make, the same one counts whatever order they come in.
    ordered.sort_by(|a, b| (a.id, a.n).cmp(&(b.id, b.n)).then_with(|| a.to_line().cmp(&b.to_line())));
    ordered.dedup_by_key(|event| event.id);
    ordered.sort_by_key(|event| event.order());
    let mut task = Task::unknown(id);
    for event in ordered {
        apply(&mut task, event);
    }
    task
}

/// Let `event`, which comes after everything in `task`, take effect.
fn apply(task: &mut Task, event: &Event) {
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
            task.title.clone_from(&create.title);
            task.description.clone_from(&create.description);
            for dependency in &create.after {
                add_dependency(task, dependency);
            }
            task.parent.clone_from(&create.parent);
            task.priority = create.priority.unwrap_or(task.priority).min(LOWEST_PRIORITY);
            task.files.clone_from(&create.files);
            task.accept.clone_from(&create.accept);
            task.estimate = create.estimate;
        }
        // Two clones made the same id at the same time: one task, the first one's words.
        Payload::Create(_) => {}
        Payload::Edit(edit) => {
            set(&mut task.title, edit.title.as_ref());
            task.description = edit.description.clone().or(task.description.take());
            task.priority = edit.priority.unwrap_or(task.priority).min(LOWEST_PRIORITY);
            set(&mut task.parent, edit.parent.as_ref());
            set(&mut task.files, edit.files.as_ref());
            task.accept = edit.accept.clone().or(task.accept.take());
            task.estimate = edit.estimate.or(task.estimate);
        }
        Payload::Start(start) => begin(task, event, start),
        Payload::Pause(_) => {
            if step(task, Verb::Pause) {
                end_span(task, event.at);
                task.claim = None;
            }
        }
        Payload::Reopen(_) => {
            let was_closed = task.status.is_closed();
            if step(task, Verb::Reopen) && was_closed {
                task.completed_at = None;
                task.result = None;
                task.base = None;
            }
        }
        Payload::Complete(complete) => {
            if close(task, event, Verb::Complete) {
                task.completed_at = Some(event.at);
                task.started_at = task.started_at.or(Some(event.at));
                let value = complete.result.clone().map(Outcome::Value);
                task.result = complete.stored.clone().map(Outcome::Stored).or(value);
            }
        }
        Payload::Fail(fail) => {
            if close(task, event, Verb::Fail) {
                task.failures.push(Failure {
                    attempt: task.attempts,
                    reason: fail.reason.clone(),
                    kind: fail.kind.clone(),
                    at: event.at,
                    by: event.actor.clone(),
                });
            }
        }
        Payload::Cancel(_) => {
            close(task, event, Verb::Cancel);
        }
        Payload::Claim(claim) => {
            if !task.status.is_closed() {
                take(task, event, claim.lease, claim.steal);
            }
        }
        Payload::Release(_) => {
            if task.claim.as_ref().is_some_and(|claim| claim.by == event.actor) {
                task.claim = None;
            }
        }
        Payload::Block(block) => {
            task.blockers.push(Blocker { id: Blocker::id_for(event.id), text: block.text.clone(), since: event.at });
        }
        Payload::Unblock(unblock) => task.blockers.retain(|blocker| !unblock.blockers.contains(&blocker.id)),
        Payload::Dep(dep) => {
            task.after.retain(|id| !dep.remove.contains(id));
            for dependency in &dep.add {
                add_dependency(task, dependency);
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
        Payload::Commit(commit) => know_commit(task, &commit.commit, commit.tree.clone(), event.at, false),
        Payload::Link(link) => know_commit(task, &link.commit, None, event.at, true),
        Payload::Squash(squash) => know_commit(task, &squash.commit, Some(squash.tree.clone()), event.at, false),
        Payload::Verify(verify) => task.verifications.push(Verification {
            command: verify.command.clone(),
            exit: verify.exit,
            seconds: verify.seconds,
            tree: verify.tree.clone(),
            at: event.at,
            by: event.actor.clone(),
        }),
        Payload::Rollback(_) | Payload::Undo(_) | Payload::Unknown(_) => {}
    }
}

/// When what `event` tells of began: a command that ran for an hour is an hour of work.
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

/// Begin, go on, or begin again; claims the task.
fn begin(task: &mut Task, event: &Event, start: &Start) {
    let before = task.status;
    if before.after(Verb::Start).is_none() || !take(task, event, start.lease.unwrap_or(DEFAULT_LEASE), false) {
        return;
    }
    step(task, Verb::Start);
    open_attempt(task);
    task.started_at = task.started_at.or(Some(event.at));
    task.base.get_or_insert_with(|| Base { commit: start.base.clone(), branch: start.branch.clone() });
    if before == Status::InProgress && task.spans.last().is_some_and(|span| span.to.is_none() && span.by == event.actor)
    {
        return;
    }
    end_span(task, event.at);
    task.spans.push(Span { by: event.actor.clone(), from: event.at, to: None, signs: Vec::new() });
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
    }
    legal
}

/// A new attempt, unless the last one is only paused or going on.
fn open_attempt(task: &mut Task) {
    task.attempts += u32::from(!task.attempt_open);
    task.attempt_open = true;
}

/// Give the task to the event's actor, unless somebody else holds it; the loser is remembered.
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

fn add_dependency(task: &mut Task, dependency: &TaskId) {
    if *dependency != task.id && !task.after.contains(dependency) {
        task.after.push(dependency.clone());
    }
}

fn know_commit(task: &mut Task, commit: &str, tree: Option<String>, at: Timestamp, linked: bool) {
    if !task.commits.iter().any(|known| known.commit == commit) {
        task.commits.push(KnownCommit { commit: commit.to_owned(), tree, at, linked });
    }
}

fn set<T: Clone>(field: &mut T, value: Option<&T>) {
    if let Some(value) = value {
        field.clone_from(value);
    }
}

#[cfg(test)]
mod tests;
