//! The log for programs: one object, or one object a line.

use bstr::ByteSlice as _;
use serde_json::Value;

use crate::{
    cmd::context::Ctx,
    domain::{text::Text, time::Timestamp},
    error::Result,
    store::ledger::View,
    view::json::{self, LogCommit, LogEntry, LogEvent, SCHEMA},
};

use super::{
    Args, entries,
    events::Moment,
    history::{Checkpoint, Entry, History},
};

/// How much is kept back before it is written.
const BUFFER: usize = 32 * 1024;

/// Print the log, entry by entry: a history of a million commits is not held in memory.
pub(super) fn print(ctx: &Ctx, args: &Args, history: &mut History<'_, '_>) -> Result<()> {
    let mut text = String::new();
    let mut first = true;
    entries(args, history, |history, entry| {
        let line = json::text(&match entry {
            Entry::Commit(commit) => LogEntry::Commit(self::commit(commit)),
            Entry::Event(moment) => LogEntry::Event(event(history.book.view(), moment)),
        })?;
        if args.jsonl {
            text.push_str(&line);
            text.push('\n');
        } else {
            text.push_str(&if first { head() } else { ",".to_owned() });
            text.push_str(&line);
        }
        first = false;
        if text.len() >= BUFFER {
            ctx.out.print(&std::mem::take(&mut text))?;
        }
        Ok(!ctx.out.reader_is_gone())
    })?;
    if !args.jsonl {
        if first {
            text.push_str(&head());
        }
        text.push_str(&format!("],\"lower_bound\":{}}}\n", history.found.is_cut()));
    }
    ctx.out.print(&text)
}

fn head() -> String {
    format!("{{\"schema\":{SCHEMA},\"entries\":[")
}

fn commit(commit: &Checkpoint) -> LogCommit {
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
        same_patch_as: commit.twin.clone(),
    }
}

/// An event with everything that its line in the ledger says, long texts in full.
fn event(view: &View<'_>, moment: &Moment) -> LogEvent {
    let mut payload = moment.event.payload.clone();
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
    LogEvent {
        at: moment.event.at.to_string(),
        by: moment.event.actor.to_string(),
        task: moment.task.to_string(),
        kind: payload.kind().to_owned(),
        id: moment.event.id.to_string(),
        keys: renamed.collect(),
    }
}
