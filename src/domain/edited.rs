//! What an edit changed: the values from before it.

use std::collections::HashMap;

use ulid::Ulid;

use super::{
    event::{Edit, Event, Payload},
    task::DEFAULT_PRIORITY,
    withdraw, words,
};

/// For each `edit` of `ordered` (in the order of the fold) what the fields that it sets said before it: absent where there was nothing.
/// What was withdrawn counts for nothing, but what it would have changed is told. Of labels and references, all that there were.
pub fn before(ordered: &[Event]) -> HashMap<Ulid, Edit> {
    let withdrawn = withdraw::withdrawn(ordered.iter());
    let (mut now, mut found) = (Edit::default(), HashMap::new());
    for event in ordered {
        let has_effect = !withdrawn.contains(&event.id);
        match &event.payload {
            Payload::Create(create) if has_effect && now.title.is_none() => {
                now = Edit {
                    title: Some(create.title.clone()),
                    description: create.description.clone(),
                    priority: create.priority,
                    parent: create.parent.clone().map(Some),
                    files: Some(create.files.clone()),
                    accept: create.accept.clone(),
                    estimate: create.estimate,
                    labels: create.labels.clone(),
                    refs: create.refs.clone(),
                    ..Edit::default()
                };
            }
            Payload::Edit(edit) => {
                found.insert(event.id, of(edit, &now));
                if has_effect {
                    now = merged(edit, now);
                }
            }
            _ => {}
        }
    }
    found
}

/// Of `now`, the fields that `edit` sets.
fn of(edit: &Edit, now: &Edit) -> Edit {
    let all = |is_set: bool, words: &Vec<String>| if is_set { words.clone() } else { Vec::new() };
    Edit {
        title: edit.title.as_ref().and(now.title.clone()),
        description: edit.description.as_ref().and(now.description.clone()),
        priority: edit.priority.map(|_| now.priority.unwrap_or(DEFAULT_PRIORITY)),
        parent: edit.parent.as_ref().map(|_| now.parent.clone().flatten()),
        files: edit.files.as_ref().and(now.files.clone()),
        accept: edit.accept.as_ref().and(now.accept.clone()),
        estimate: edit.estimate.and(now.estimate),
        labels: all(edit.sets_labels(), &now.labels),
        refs: all(edit.sets_refs(), &now.refs),
        ..Edit::default()
    }
}

/// `now` after `edit`.
fn merged(edit: &Edit, mut now: Edit) -> Edit {
    words::change(&mut now.labels, &edit.labels, &edit.no_labels, words::label);
    words::change(&mut now.refs, &edit.refs, &edit.no_refs, words::reference);
    Edit {
        title: edit.title.clone().or(now.title),
        description: edit.description.clone().or(now.description),
        priority: edit.priority.or(now.priority),
        parent: edit.parent.clone().or(now.parent),
        files: edit.files.clone().or(now.files),
        accept: edit.accept.clone().or(now.accept),
        estimate: edit.estimate.or(now.estimate),
        labels: now.labels,
        refs: now.refs,
        ..Edit::default()
    }
}

impl Edit {
    /// The names of the fields that are set.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            (self.title.is_some(), "title"),
            (self.description.is_some(), "description"),
            (self.priority.is_some(), "priority"),
            (self.parent.is_some(), "parent"),
            (self.files.is_some(), "files"),
            (self.accept.is_some(), "acceptance"),
            (self.estimate.is_some(), "estimate"),
            (self.sets_labels(), "labels"),
            (self.sets_refs(), "references"),
        ];
        fields.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name)
    }

    fn sets_labels(&self) -> bool {
        !self.labels.is_empty() || !self.no_labels.is_empty()
    }

    fn sets_refs(&self) -> bool {
        !self.refs.is_empty() || !self.no_refs.is_empty()
    }
}
