//! Which events of a note belong to which of the works that were added with one id.
//!
//! Two clones that chose one id each wrote a note with one `create`, until they met. In the history of the ledger these notes are still
//! there: all lines of a note with only one `create` belong to that one. Lines that came after the merge could be about either, and stay.

use std::collections::HashSet;

use ulid::Ulid;

use super::{View, tree, view::read_note};
use crate::{
    domain::{
        event::{Event, Payload},
        id::TaskId,
        note::Events,
    },
    error::Result,
    git::{ObjectId, revwalk},
};

/// The events of task `id` that belong to the work which the event `create` added, in the order of the fold. Every clone that has the same
/// history answers the same. Where the history does not tell, they are those of the actor who added it, if no one else did.
pub fn of_create(view: &View<'_>, id: &TaskId, create: Ulid) -> Result<Vec<Event>> {
    let events = view.events(id)?.events;
    let mut own = apart(view, id, create)?;
    own.insert(create);
    if own.len() == 1 {
        let creates = |event: &&Event| matches!(event.payload, Payload::Create(_));
        let actors: Vec<_> = events.iter().filter(creates).map(|event| (event.id, &event.actor)).collect();
        let by = actors.iter().find(|(event, _)| *event == create).map(|(_, actor)| *actor);
        let is_alone = actors.iter().filter(|(_, actor)| Some(*actor) == by).count() == 1;
        if is_alone {
            own.extend(events.iter().filter(|event| Some(&event.actor) == by).map(|event| event.id));
        }
    }
    Ok(events.into_iter().filter(|event| own.contains(&event.id)).collect())
}

/// The events that were in the note while it had `create` and no other one.
fn apart(view: &View<'_>, id: &TaskId, create: Ulid) -> Result<HashSet<Ulid>> {
    let repo = view.repo();
    let (Some(tip), key) = (view.tip(), view.key(id)?) else { return Ok(HashSet::new()) };
    let mut read: HashSet<Vec<ObjectId>> = HashSet::new();
    let mut own = HashSet::new();
    for link in revwalk::between(repo, None, tip)? {
        // What is not here (a shallow or partial clone) tells nothing.
        let Ok(root) = revwalk::tree(repo, link.commit) else { continue };
        let Ok(blobs) = tree::find(repo, root, key) else { continue };
        if blobs.is_empty() || !read.insert(blobs.clone()) {
            continue;
        }
        let Ok(text) = read_note(repo, &blobs) else { continue };
        let events = Events::read(&text).events;
        let creates: Vec<Ulid> =
            events.iter().filter(|event| matches!(event.payload, Payload::Create(_))).map(|event| event.id).collect();
        if creates == [create] {
            own.extend(events.iter().map(|event| event.id));
        }
    }
    Ok(own)
}
