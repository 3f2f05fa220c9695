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

use super::{FORMAT, Operation, OperationKind, OperationState};
use crate::{
    domain::{
        id::TaskId,
        message::{Fields, Writer},
        time::Timestamp,
    },
    git::{Head, ObjectId},
};

/// The complete message of the commit of `operation`; `previous` is the commit of the log before it.
pub fn write(operation: &Operation, previous: Option<ObjectId>) -> BString {
    let mut text = Writer::new(format!("git-agent operation {FORMAT}: {}", operation.title));
    text.field("Operation", operation.id.to_string());
    text.field("Kind", operation.kind.as_str());
    text.field("State", operation.state.as_str());
    text.field("At", operation.at.to_string());
    text.field("By", &operation.by);
    operation.task.iter().for_each(|task| text.field("Task-Id", task.as_str()));
    operation.snapshot.iter().for_each(|snapshot| text.field("Snapshot", snapshot.to_string()));
    text.field("Head-Before", operation.before.to_line());
    text.field("Head-After", operation.after.to_line());
    operation.undoes.iter().for_each(|undoes| text.field("Undoes", undoes.to_string()));
    previous.iter().for_each(|previous| text.field("Previous", previous.to_string()));
    operation.more.iter().for_each(|(key, value)| text.field(key, value));
    text.finish()
}

/// The fields that every operation may have.
const KNOWN: [&str; 11] = [
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

/// The operation that `message` describes, and the commit of the one before it; `None` if it is not one, or of a version that
/// is not known.
pub fn read(message: &[u8]) -> Option<(Operation, Option<ObjectId>)> {
    let (first, body) = message.split_once_str("\n")?;
    let (version, title) = first.strip_prefix(b"git-agent operation ")?.split_once_str(": ")?;
    if version.to_str().ok()?.parse::<u32>().ok()? > FORMAT {
        return None;
    }
    let fields = Fields::of(body);
    let text = |name: &str| fields.text(name);
    let head = |name: &str| Head::from_line(fields.values(name).next()?);
    let more = fields.all().filter(|(key, _)| !KNOWN.contains(key));
    let operation = Operation {
        id: Ulid::from_string(text("Operation")?).ok()?,
        kind: OperationKind::from_word(text("Kind")?)?,
        state: OperationState::from_word(text("State")?)?,
        title: title.to_str_lossy().into_owned(),
        at: Timestamp::parse(text("At")?).ok()?,
        by: text("By")?.to_owned(),
        task: text("Task-Id").and_then(|id| TaskId::parse(id).ok()),
        snapshot: text("Snapshot").and_then(|id| Ulid::from_string(id).ok()),
        before: head("Head-Before")?,
        after: head("Head-After")?,
        undoes: text("Undoes").and_then(|id| Ulid::from_string(id).ok()),
        more: more.map(|(key, value)| (key.to_owned(), value.to_str_lossy().into_owned())).collect(),
    };
    let previous = match text("Previous") {
        Some(hex) => Some(ObjectId::from_hex(hex.as_bytes()).ok()?),
        None => None,
    };
    Some((operation, previous))
}
