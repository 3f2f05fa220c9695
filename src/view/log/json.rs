//! The entries of a log for programs.

use bstr::ByteSlice as _;
use serde_json::Value;

use crate::{
    domain::{event::Payload, text::Text, time::Timestamp},
    query::log::{Entry, LoggedCommit, TaskEvent},
    store::ledger::View,
    view::json::{LogCommit, LogEntry, LogEvent},
};

/// `entry`, with long texts of `view`.
pub fn entry(view: &View<'_>, entry: &Entry) -> LogEntry {
    match entry {
        Entry::Commit(commit) => LogEntry::Commit(self::commit(commit)),
        Entry::Event(task_event) => LogEntry::Event(event(view, task_event)),
    }
}

fn commit(commit: &LoggedCommit) -> LogCommit {
    LogCommit {
        commit: commit.record.commit.clone(),
        at: Timestamp::from_millis(commit.at).to_string(),
        author: commit.record.author.to_str_lossy().into_owned(),
        tasks: commit.tasks.clone(),
        subject: commit.record.subject().to_str_lossy().into_owned(),
        number: commit.number,
        numbers: commit.numbers.clone(),
        verified: commit.verified,
        reverted: commit.reverted,
        same_patch_as: commit.same_patch_as.map(|(first, _)| first.to_string()),
    }
}

/// An event with everything that its line in the ledger says, long texts in full.
fn event(view: &View<'_>, task_event: &TaskEvent) -> LogEvent {
    let mut payload = task_event.event.payload.clone();
    for text in payload.texts_mut() {
        *text = Text::Inline(view.text(text));
    }
    let keys = match payload.keys() {
        Ok(Value::Object(keys)) => keys,
        _ => serde_json::Map::new(),
    };
    let renamed = keys.into_iter().map(|(key, value)| {
        let key = match key.as_str() {
            // Words that stand for something else in every event.
            "kind" => "failure_kind".to_owned(),
            "by" => "linked_by".to_owned(),
            "stored" => "result".to_owned(),
            _ => key,
        };
        (key, value)
    });
    let was = task_event.was.clone().map(|was| {
        let mut was = Payload::Edit(was);
        for text in was.texts_mut() {
            *text = Text::Inline(view.text(text));
        }
        ("was".to_owned(), was.keys().unwrap_or_default())
    });
    let undone = task_event.is_withdrawn.then(|| ("undone".to_owned(), Value::Bool(true)));
    LogEvent {
        at: task_event.event.at.to_string(),
        by: task_event.event.actor.to_string(),
        task: task_event.task.to_string(),
        kind: payload.kind().to_owned(),
        id: task_event.event.id.to_string(),
        keys: renamed.chain(was).chain(undone).collect(),
    }
}
