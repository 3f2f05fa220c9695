//! Which events in the note of a task an undo withdraws, and what prevents that.
//!
//! ```text
//! n=2 edit       A
//! n=3 withdraw   W  events=[A]      undo: A has no effect
//! n=4 withdraw   X  events=[W]      redo: W has none, so A has one again
//! ```
//!
//! A `withdraw` reaches only events before it in the order of the fold. Its effect is decided from the newest event to the oldest, so
//! each is known before those that it names.

use std::collections::HashSet;

use ulid::Ulid;

use super::{
    actor::Actor,
    event::{Event, Link, Payload, Unlink, Withdraw},
    id::TaskId,
    task::Blocker,
    text::oid,
};

/// Those of `ordered` (in the order of the fold, each once) that have no effect because they were withdrawn.
pub fn withdrawn<'e>(ordered: impl DoubleEndedIterator<Item = &'e Event>) -> HashSet<Ulid> {
    let (mut named, mut withdrawn) = (HashSet::new(), HashSet::new());
    for event in ordered.rev() {
        if named.contains(&event.id) {
            withdrawn.insert(event.id);
        } else if let Payload::Withdraw(withdraw) = &event.payload {
            named.extend(withdraw.events.iter().copied());
        }
    }
    withdrawn
}

/// `ordered` with one more event that withdraws those of them that are `named`; `None` without any event.
pub fn as_if(ordered: &[Event], named: &HashSet<Ulid>) -> Option<Vec<Event>> {
    let last = ordered.last()?;
    let mut events: Vec<Ulid> = named.iter().copied().collect();
    events.sort_unstable();
    let payload = Payload::Withdraw(Withdraw { events, ..Withdraw::default() });
    let further = Event { id: Ulid(u128::MAX), n: u64::MAX, clone_id: None, payload, ..last.clone() };
    Some(ordered.iter().cloned().chain([further]).collect())
}

/// The split of `ordered` that gives the same work an id of its own as one of those that are `named`, and stays in effect without them: the
/// work cannot have its former id again.
pub fn other_split<'e>(ordered: &'e [Event], named: &HashSet<Ulid>) -> Option<&'e Event> {
    let withdrawn = withdrawn(ordered.iter());
    let splits = ordered.iter().filter(|event| !withdrawn.contains(&event.id));
    let splits = splits.filter_map(|event| match &event.payload {
        Payload::Split(split) => Some((event, &split.events)),
        _ => None,
    });
    let (ours, others): (Vec<_>, Vec<_>) = splits.partition(|(event, _)| named.contains(&event.id));
    let is_same = |events: &[String]| ours.iter().any(|(_, own)| own.iter().any(|event| events.contains(event)));
    others.into_iter().find(|(_, events)| is_same(events)).map(|(event, _)| event)
}

/// The events, other than withdrawals, that one of `before` and `after` (in order) gives an effect and the other does not.
pub fn changed(before: &[Event], after: &[Event]) -> HashSet<Ulid> {
    let [before, after] = [before, after].map(|events| withdrawn(events.iter()));
    let mut changed = before;
    for id in after {
        if !changed.remove(&id) {
            changed.insert(id);
        }
    }
    changed
}

/// A part of a task that an event sets, and that later events build on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// That it is there: everything depends on it.
    Task,
    Field(&'static str),
    /// Whether one of its criteria is met.
    Criterion(String),
    /// Where it stands, and who holds it.
    State,
    /// That it comes after another one.
    After(TaskId),
    Blocker(String),
    /// Whether a commit belongs to it.
    Commit(String),
    /// What it waits for.
    Obstacles,
}

/// What `event` sets.
fn parts(event: &Event) -> Vec<Part> {
    match &event.payload {
        Payload::Create(_) => vec![Part::Task],
        Payload::Edit(edit) => edit.fields().map(Part::Field).collect(),
        Payload::Tick(tick) => tick.criteria.iter().cloned().map(Part::Criterion).collect(),
        Payload::Start(_)
        | Payload::Pause(_)
        | Payload::Reopen(_)
        | Payload::Complete(_)
        | Payload::Fail(_)
        | Payload::Cancel(_)
        | Payload::Claim(_)
        | Payload::Release(_) => vec![Part::State],
        Payload::Block(_) => vec![Part::Blocker(Blocker::id_for(event.id))],
        Payload::Unblock(unblock) => unblock.blockers.iter().cloned().map(Part::Blocker).collect(),
        Payload::Dep(dep) => dep.add.iter().chain(&dep.remove).cloned().map(Part::After).collect(),
        Payload::Link(Link { commit, .. }) | Payload::Unlink(Unlink { commit, .. }) => {
            vec![Part::Commit(commit.clone())]
        }
        // They stand for themselves.
        Payload::Decide(_)
        | Payload::Note(_)
        | Payload::Commit(_)
        | Payload::Verify(_)
        | Payload::Rollback(_)
        | Payload::Squash(_)
        | Payload::Undo(_)
        | Payload::Split(_)
        | Payload::Withdraw(_)
        | Payload::Unknown(_) => Vec::new(),
    }
}

/// A later event that a change would pull the ground from under.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict<'e> {
    pub by: &'e Event,
    /// What it depends on: `its title`.
    pub about: String,
}

/// The newest event of `ordered` that has an effect and depends on what is `changed`. What `us` did later only counts if it sets the
/// same thing.
pub fn conflict<'e>(ordered: &'e [Event], changed: &HashSet<Ulid>, us: &Actor) -> Option<Conflict<'e>> {
    let withdrawn = withdrawn(ordered.iter());
    let mut set: Vec<Part> = Vec::new();
    let mut found = None;
    for event in ordered {
        if changed.contains(&event.id) {
            set.extend(parts(event));
            if matches!(event.payload, Payload::Dep(_) | Payload::Block(_) | Payload::Unblock(_)) {
                set.push(Part::Obstacles);
            }
            continue;
        }
        if withdrawn.contains(&event.id) || matches!(event.payload, Payload::Withdraw(_)) {
            continue;
        }
        let mut needed = parts(event);
        if matches!(event.payload, Payload::Start(_) | Payload::Complete(_)) && event.actor != *us {
            needed.push(Part::Obstacles);
        }
        let part = set.iter().find(|part| **part == Part::Task || needed.contains(part));
        found = part.map(|part| Conflict { by: event, about: part.name() }).or(found);
    }
    found
}

impl Part {
    fn name(&self) -> String {
        match self {
            Part::Task => "the task".to_owned(),
            Part::Field(name) => format!("its {name}"),
            Part::Criterion(key) => format!("its criterion '{key}'"),
            Part::State => "its state".to_owned(),
            Part::After(id) => format!("its dependency on {id}"),
            Part::Blocker(id) => format!("its blocker {id}"),
            Part::Commit(commit) => format!("the link to commit {}", oid(commit)),
            Part::Obstacles => "its dependencies and blockers".to_owned(),
        }
    }
}
