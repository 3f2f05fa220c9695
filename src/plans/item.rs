//! What a plan is made of, before and after its words are settled.

use std::{collections::HashSet, hash::Hash};

use serde_json::Value;

use crate::domain::{id::TaskId, status::Status, time::Timestamp};

/// A plan: its items in the order in which the text has them, every word settled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The items; every id is unique.
    pub items: Vec<PlanItem>,
}

/// A task as a plan wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanItem {
    /// The byte of the text at which it begins.
    pub at: usize,
    /// The task: given, or made from its name.
    pub id: TaskId,
    /// The feature; `None` where the plan does not say, `Some(None)` for no feature.
    pub parent: Option<Option<TaskId>>,
    /// What it comes after, all of it; `None` where the plan does not say.
    pub after: Option<Vec<TaskId>>,
    /// All other fields.
    pub content: Content,
    /// When things happened; told by exports, not taken by imports.
    pub times: Times,
}

impl PlanItem {
    /// Take out of the item what `echo` says, too: an export of the task called `title` in the same format. It is no news, also where
    /// the format cannot say it as the ledger has it.
    pub fn silence(&mut self, echo: PlanItem, title: &str) {
        fn drop<T: PartialEq>(said: &mut Option<T>, echo: Option<T>) {
            if *said == echo {
                *said = None;
            }
        }
        fn drop_all<T: Eq + Hash>(said: &mut Vec<T>, echo: &[T]) {
            let known: HashSet<&T> = echo.iter().collect();
            said.retain(|one| !known.contains(one));
        }
        let (here, there) = (&mut self.content, echo.content);
        if here.title == there.title {
            title.clone_into(&mut here.title);
        }
        drop(&mut self.parent, echo.parent);
        drop(&mut self.after, echo.after);
        drop(&mut here.description, there.description);
        drop(&mut here.status, there.status);
        drop(&mut here.priority, there.priority);
        drop(&mut here.files, there.files);
        drop(&mut here.accept, there.accept);
        drop(&mut here.estimate, there.estimate);
        drop(&mut here.labels, there.labels);
        drop(&mut here.refs, there.refs);
        drop_all(&mut here.blockers, &there.blockers);
        drop_all(&mut here.failures, &there.failures);
        drop_all(&mut here.decisions, &there.decisions);
        drop_all(&mut here.notes, &there.notes);
        // One text for all remarks, to which something was added.
        for note in &mut here.notes {
            let more = there.notes.iter().find_map(|known| note.strip_prefix(known.as_str())?.strip_prefix("\n\n"));
            if let Some(more) = more {
                *note = more.to_owned();
            }
        }
    }
}

/// What a plan says of a task by itself. `None` and empty mean that it says nothing, except for lists that are there and empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// The title: one line.
    pub title: String,
    /// The description, which may have several lines.
    pub description: Option<String>,
    /// The intended status.
    pub status: Option<Status>,
    /// 0 (highest) to 4.
    pub priority: Option<u8>,
    /// Paths that it is expected to touch, all of them.
    pub files: Option<Vec<String>>,
    /// The acceptance criteria.
    pub accept: Option<String>,
    /// Expected effort in seconds.
    pub estimate: Option<u64>,
    /// The complete list of labels.
    pub labels: Option<Vec<String>>,
    /// References to things outside of the repository, all of them.
    pub refs: Option<Vec<String>>,
    /// Descriptions of blockers.
    pub blockers: Vec<String>,
    /// The result given when the task was completed.
    pub result: Option<Value>,
    /// Attempts that failed, oldest first; the last one is why it stands failed, if it does.
    pub failures: Vec<Failed>,
    /// Decisions, oldest first.
    pub decisions: Vec<Decided>,
    /// Notes, oldest first.
    pub notes: Vec<String>,
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Failed {
    /// The reason for the failure.
    pub reason: String,
    /// The kind of failure, one word.
    pub kind: Option<String>,
}

/// A decision and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decided {
    /// The text of the decision.
    pub text: String,
    /// Its reason.
    pub why: Option<String>,
}

/// When things happened to a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// The time when it was added.
    pub created: Option<Timestamp>,
    /// The time of its last event.
    pub updated: Option<Timestamp>,
    /// The time of completion.
    pub completed: Option<Timestamp>,
}

/// An item as it was read: its references are words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rough {
    /// The byte of the text at which it begins.
    pub at: usize,
    /// Its id, if the text gives one.
    pub id: Option<Word>,
    /// What else the text calls it, as `T012` or `2.1`: references mean it by that, if no other
    /// item has the same.
    pub label: Option<String>,
    /// What its id is made of, if not of its title.
    pub name: Option<String>,
    /// The feature, unresolved.
    pub parent: Parent,
    /// The dependencies, unresolved.
    pub after: Option<Vec<Word>>,
    /// Another tool wrote it: what it names and is not there is omitted, and what is there twice is distinguished.
    pub is_foreign: bool,
    /// Its id is a number of the text, which may change when the text is rewritten: its words say which task it is.
    pub is_numbered: bool,
    /// All other fields.
    pub content: Content,
}

/// A word that means a task: its id, its label, or its title where only one has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The byte of the text at which it is.
    pub at: usize,
    /// The word as written.
    pub text: String,
}

/// What an item is a part of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Parent {
    /// The plan does not say.
    #[default]
    Unsaid,
    /// Of nothing, says the text.
    Nothing,
    /// Of the item with this place in the list, which comes before it.
    Within(usize),
    /// Of the task that this word means.
    Named(Word),
}

/// Make what is a part of nothing in `rough` a part of `feature`, if it is not `feature` itself.
pub fn put_below(rough: &mut [Rough], feature: &TaskId) {
    let is_itself = |item: &Rough| item.id.as_ref().is_some_and(|id| id.text == feature.as_str());
    for item in rough.iter_mut().filter(|item| item.parent == Parent::Unsaid && !is_itself(item)) {
        item.parent = Parent::Named(Word { at: item.at, text: feature.to_string() });
    }
}
