//! The message of an operation's commit.
//!
//! ```text
//! git-agent operation 1: rollback t-1 to t-1@2
//!
//! Operation: 01JD…
//! Kind: rollback
//! State: done
//! At: 2026-11-22T14:35:00.000Z
//! By: claude@devbox
//! Task-Id: t-1
//! Snapshot: 01JD…
//! Head-Before: refs/heads/main 9fceb02…
//! Head-After: refs/heads/main 3f1c22a…
//! Undoes: 01JC…
//! Previous: 77aa01b…
//! Mode: rewind
//! ```

use bstr::{BString, ByteSlice as _};
use ulid::Ulid;

use super::{FORMAT, Kind, Operation, State};
use crate::{
    domain::{id::TaskId, time::Timestamp},
    git::{Head, ObjectId},
};

/// Between a branch and nothing: it has no commits yet.
const UNBORN: &str = "(unborn)";
/// In the place of a branch.
const DETACHED: &str = "(detached)";

/// HEAD on one line. Branch names have no spaces.
pub fn write_head(head: &Head) -> BString {
    let branch = head.branch.clone().unwrap_or_else(|| DETACHED.into());
    let commit = head.commit.map_or(UNBORN.to_owned(), |id| id.to_string());
    bstr::join(" ", [branch.as_slice(), commit.as_bytes()]).into()
}

pub fn read_head(line: &[u8]) -> Option<Head> {
    let (branch, commit) = line.split_once_str(" ")?;
    let branch = (branch != DETACHED.as_bytes()).then(|| BString::from(branch));
    let commit = match commit {
        text if text == UNBORN.as_bytes() => None,
        hex => Some(ObjectId::from_hex(hex).ok()?),
    };
    Some(Head { commit, branch })
}

/// The complete message of the commit of `operation`; `previous` is the commit of the log before it.
pub fn write(operation: &Operation, previous: Option<ObjectId>) -> BString {
    let mut text = BString::from(format!("git-agent operation {FORMAT}: {}\n\n", operation.title));
    let mut line = |key: &str, value: &[u8]| {
        text.extend_from_slice(key.as_bytes());
        text.extend_from_slice(b": ");
        text.extend(value.iter().map(|byte| if byte.is_ascii_control() { b' ' } else { *byte }));
        text.push(b'\n');
    };
    line("Operation", operation.id.to_string().as_bytes());
    line("Kind", operation.kind.as_str().as_bytes());
    line("State", operation.state.as_str().as_bytes());
    line("At", operation.at.to_string().as_bytes());
    line("By", operation.by.as_bytes());
    if let Some(task) = &operation.task {
        line("Task-Id", task.as_str().as_bytes());
    }
    if let Some(snapshot) = operation.snapshot {
        line("Snapshot", snapshot.to_string().as_bytes());
    }
    line("Head-Before", &write_head(&operation.before));
    line("Head-After", &write_head(&operation.after));
    if let Some(undoes) = operation.undoes {
        line("Undoes", undoes.to_string().as_bytes());
    }
    if let Some(previous) = previous {
        line("Previous", previous.to_string().as_bytes());
    }
    for (key, value) in &operation.more {
        line(key, value.as_bytes());
    }
    text
}

/// The operation that `message` describes, and the commit of the one before it; `None` if it is not one, or of a version that
/// is not known.
pub fn read(message: &[u8]) -> Option<(Operation, Option<ObjectId>)> {
    let mut lines = message.lines();
    let first = lines.next()?.strip_prefix(b"git-agent operation ")?;
    let (version, title) = first.split_once_str(": ")?;
    if version.to_str().ok()?.parse::<u32>().ok()? > FORMAT {
        return None;
    }
    let fields: Vec<(&str, &[u8])> =
        lines.filter_map(|line| line.split_once_str(": ")).filter_map(|(k, v)| Some((k.to_str().ok()?, v))).collect();
    let bytes = |key: &str| fields.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
    let text = |key: &str| bytes(key).and_then(|value| value.to_str().ok());
    let known = [
        "Operation",
        "Kind",
        "State",
        "At",
        "By",
        "Task-Id",
        "Snapshot",
        "Head-Before",
        "Head-After",
        "Undoes",
        "Previous",
    ];
    let more = fields.iter().filter(|(key, _)| !known.contains(key));
    let operation = Operation {
        id: Ulid::from_string(text("Operation")?).ok()?,
        kind: Kind::from_word(text("Kind")?)?,
        state: State::from_word(text("State")?)?,
        title: title.to_str_lossy().into_owned(),
        at: Timestamp::parse(text("At")?).ok()?,
        by: text("By")?.to_owned(),
        task: text("Task-Id").and_then(|id| TaskId::parse(id).ok()),
        snapshot: text("Snapshot").and_then(|id| Ulid::from_string(id).ok()),
        before: read_head(bytes("Head-Before")?)?,
        after: read_head(bytes("Head-After")?)?,
        undoes: text("Undoes").and_then(|id| Ulid::from_string(id).ok()),
        more: more.map(|(key, value)| ((*key).to_owned(), value.to_str_lossy().into_owned())).collect(),
    };
    let previous = match text("Previous") {
        Some(hex) => Some(ObjectId::from_hex(hex.as_bytes()).ok()?),
        None => None,
    };
    Some((operation, previous))
}
