//! What each kind of event carries. Unknown kinds and unknown keys (from a newer version) are skipped by readers; the
//! lines that hold them are kept as they are.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use ulid::Ulid;

use super::{Create, Edit, Tick};
use crate::domain::{id::TaskId, text::Text, time::Timestamp};

/// Define [`Payload`] from one row a kind: variant, word on the line, carried struct.
macro_rules! payloads {
    ($( $(#[$doc:meta])* $variant:ident $word:literal $carries:ty ),+ $(,)?) => {
        /// What happened, by kind.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Payload {
            $( $(#[$doc])* $variant($carries), )+
            /// A kind that this version does not know: kept in the note, without effect.
            Unknown(String),
        }

        impl Payload {
            /// The kinds that this version knows, as they stand on the line.
            pub const KINDS: &'static [&'static str] = &[$($word),+];

            /// The word for the kind in the line.
            pub fn kind(&self) -> &str {
                match self {
                    $( Payload::$variant(_) => $word, )+
                    Payload::Unknown(kind) => kind,
                }
            }

            /// Read the payload of `kind` from a map of the line's keys.
            pub(super) fn read<'de, D: Deserializer<'de>>(kind: &str, keys: D) -> Result<Self, D::Error> {
                match kind {
                    $( $word => <$carries>::deserialize(keys).map(Payload::$variant), )+
                    other => Ok(Payload::Unknown(other.to_owned())),
                }
            }

            /// The keys and values that continue the line, in the order of the struct, without those that say nothing.
            ///
            /// # Errors
            ///
            /// When a value cannot be JSON, such as a number that is not finite.
            pub fn keys(&self) -> serde_json::Result<Value> {
                let mut keys = match self {
                    $( Payload::$variant(carried) => serde_json::to_value(carried)?, )+
                    Payload::Unknown(_) => Value::Null,
                };
                if let Value::Object(keys) = &mut keys {
                    keys.retain(|key, value| self.says(key, value));
                }
                Ok(keys)
            }
        }
    };
}

payloads! {
    /// The task was added.
    Create "create" Create,
    /// Fields were changed.
    Edit "edit" Edit,
    /// Acceptance criteria were ticked, or unticked.
    Tick "tick" Tick,
    /// Work began, went on, or began again.
    Start "start" Start,
    /// Put down without an outcome.
    Pause "pause" Pause,
    /// Taken up again after it was closed.
    Reopen "reopen" Reason,
    /// Finished.
    Complete "complete" Complete,
    /// An attempt failed.
    Fail "fail" Fail,
    /// No longer wanted.
    Cancel "cancel" Cancel,
    /// An actor claims it for a while.
    Claim "claim" Claim,
    /// The holder releases the task.
    Release "release" Reason,
    /// Something external blocks it.
    Block "block" Block,
    /// It no longer does.
    Unblock "unblock" Unblock,
    /// Dependencies were added or removed.
    Dep "dep" Dep,
    /// A decision and its why.
    Decide "decide" Decide,
    /// A remark.
    Note "note" Note,
    /// A commit was made for the task.
    Commit "commit" Commit,
    /// A commit that lost its trailer was found again.
    Link "link" Link,
    /// A commit does not belong to the task, whatever its message says.
    Unlink "unlink" Unlink,
    /// A command was run on a tree, with this outcome.
    Verify "verify" Verify,
    /// The worktree was rolled back to a checkpoint of the task.
    Rollback "rollback" Rollback,
    /// Events that belong to other work of the same id, which has an id of its own now.
    Split "split" Split,
    /// Several commits of the task became one.
    Squash "squash" Squash,
    /// A rollback or a squash was undone, or such an undo was.
    Undo "undo" Undo,
    /// A command was undone: its events no longer have an effect. Or such an undo was.
    Withdraw "withdraw" Withdraw,
}

impl Payload {
    /// Whether `key` says more with `value` than if it were absent.
    fn says(&self, key: &str, value: &Value) -> bool {
        match (self, key) {
            // Any value is a result; and no feature and no files are news.
            (Payload::Complete(complete), "result") => complete.result.is_some(),
            (Payload::Edit(edit), "parent") => edit.parent.is_some(),
            (Payload::Edit(edit), "files") => edit.files.is_some(),
            _ => {
                !matches!(value, Value::Null | Value::Bool(false))
                    && value.as_array().is_none_or(|list| !list.is_empty())
            }
        }
    }

    /// Whether it starts or ends work on the task, so that active tasks must be updated.
    pub fn is_of_work(&self) -> bool {
        matches!(
            self,
            Payload::Start(_) | Payload::Pause(_) | Payload::Complete(_) | Payload::Fail(_) | Payload::Cancel(_)
        )
    }

    /// The title that it sets.
    pub fn title(&self) -> Option<&str> {
        match self {
            Payload::Create(create) => Some(&create.title),
            Payload::Edit(edit) => edit.title.as_deref(),
            _ => None,
        }
    }

    /// The texts that may be too long for the line, to be moved into blobs.
    pub fn texts_mut(&mut self) -> Vec<&mut Text> {
        match self {
            Payload::Create(create) => create.description.iter_mut().chain(&mut create.accept).collect(),
            Payload::Edit(edit) => edit.description.iter_mut().chain(&mut edit.accept).collect(),
            Payload::Reopen(reason) | Payload::Release(reason) => reason.reason.iter_mut().collect(),
            Payload::Pause(pause) => pause.reason.iter_mut().collect(),
            Payload::Cancel(cancel) => cancel.reason.iter_mut().collect(),
            Payload::Fail(fail) => vec![&mut fail.reason],
            Payload::Claim(claim) => claim.reason.iter_mut().collect(),
            Payload::Block(block) => vec![&mut block.text],
            Payload::Decide(decide) => std::iter::once(&mut decide.text).chain(&mut decide.why).collect(),
            Payload::Note(note) => vec![&mut note.text],
            Payload::Verify(verify) => std::iter::once(&mut verify.command).chain(&mut verify.output).collect(),
            Payload::Complete(complete) => complete.stored.iter_mut().collect(),
            Payload::Tick(_)
            | Payload::Start(_)
            | Payload::Unblock(_)
            | Payload::Dep(_)
            | Payload::Commit(_)
            | Payload::Link(_)
            | Payload::Unlink(_)
            | Payload::Rollback(_)
            | Payload::Squash(_)
            | Payload::Split(_)
            | Payload::Undo(_)
            | Payload::Withdraw(_)
            | Payload::Unknown(_) => Vec::new(),
        }
    }
}

/// A time in the form of the ledger; anything else is none.
fn time<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(value)?.and_then(|text| Timestamp::parse(&text).ok()))
}

/// The fields of `start`: work begins, and the actor claims the task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Start {
    /// The full id of the commit that the work begins at, in hex; `None` on an unborn branch.
    pub base: Option<String>,
    /// The branch that it begins on; `None` if HEAD is detached.
    pub branch: Option<String>,
    /// How long the claim lasts without activity, in seconds.
    pub lease: Option<u64>,
    /// Started despite open dependencies or blockers.
    pub force: bool,
    /// The session of the actor, as [`crate::domain::session::SessionId::key`]; `None` outside of agent hosts.
    pub session: Option<String>,
    /// The name of the worktree it was started in.
    pub worktree: Option<String>,
}

/// `pause`: work on the task stops without an outcome, and its claim ends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pause {
    /// The reason, if one was given.
    pub reason: Option<Text>,
    /// The task is not ready before this time.
    #[serde(deserialize_with = "time")]
    pub until: Option<Timestamp>,
}

/// `cancel`: the task will not be done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cancel {
    /// The reason, if one was given.
    pub reason: Option<Text>,
    /// The task that this one duplicates: its dependents depend on that one from now on.
    pub duplicate_of: Option<TaskId>,
}

/// The fields of `reopen` and `release`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reason {
    /// The reason, if one was given.
    pub reason: Option<Text>,
}

/// `complete`: the task is done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Complete {
    /// The result: a text, or any JSON value.
    pub result: Option<Value>,
    /// A result stored in a blob because it is long.
    pub stored: Option<Text>,
    /// Completed despite open dependencies or blockers.
    pub force: bool,
}

/// `fail`: the attempt did not succeed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fail {
    /// The reason for the failure.
    pub reason: Text,
    /// The kind of failure, one word.
    pub kind: Option<String>,
}

/// `claim`: an actor reserves the task, or renews its claim.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// How long it lasts without activity, in seconds.
    pub lease: u64,
    /// Whether it was taken from a holder whose claim had not expired.
    pub steal: bool,
    /// The reason for taking it over.
    pub reason: Option<Text>,
    /// The session of the actor, as [`crate::domain::session::SessionId::key`]; `None` outside of agent hosts.
    pub session: Option<String>,
    /// The name of the worktree in which the task was claimed.
    pub worktree: Option<String>,
}

/// The fields of `block`. The id of the blocker is derived from that of the event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// A description of what the task waits for.
    pub text: Text,
}

/// `unblock`: blockers of the task are resolved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Unblock {
    /// Ids of the resolved blockers.
    pub blockers: Vec<String>,
}

/// `dep`: dependencies of the task are added and removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dep {
    /// Tasks that it depends on from now on.
    pub add: Vec<TaskId>,
    /// Tasks that it no longer depends on.
    pub remove: Vec<TaskId>,
}

/// `decide`: a decision and its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decide {
    /// The decision, which may have several lines.
    pub text: Text,
    /// The reason, if one was given.
    pub why: Option<Text>,
}

/// The fields of `note`: a note on the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The note, which may have several lines.
    pub text: Text,
}

/// `commit`: written by the first command after the commit, and by `checkpoint`. A cache: the trailer in the commit is the truth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// The full commit id, in hex.
    pub commit: String,
    /// The full id of its tree, in hex, which identifies the commit after it was rewritten.
    pub tree: Option<String>,
    /// Its subject, for readers without the commit.
    pub subject: Option<String>,
}

/// `link`: a commit without the trailer belongs to the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The full commit id, in hex.
    pub commit: String,
    /// The evidence: `checkpoint` (a hook removed its trailer), `reflog`, `tree`, `patch`, `squash`, `rewrite` (of a linked commit), `user`.
    pub by: String,
}

/// `unlink`: the commit does not belong to the task, even if its message names it. A later `link` makes it the task's again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unlink {
    /// The full commit id, in hex.
    pub commit: String,
    /// The evidence: `user`, `rewrite` (of an unlinked commit).
    pub by: String,
}

/// The fields of `verify`: a command was run on a tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verify {
    /// The command line, as passed to sh.
    pub command: Text,
    /// The exit code; 128 + n for signal n, as in a shell.
    pub exit: i32,
    /// The running time in seconds.
    pub seconds: f64,
    /// The full id of the tree, in hex.
    pub tree: String,
    /// Whether the tree was not that of HEAD.
    #[serde(default)]
    pub uncommitted: bool,
    /// The last lines of the output, if it failed: see [`crate::domain::tail`].
    pub output: Option<Text>,
}

/// `rollback`: what happened to the worktree. The state of the task is changed by a `reopen` next to it, if at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollback {
    /// The id of the operation, for `git agent undo` in the same worktree.
    pub operation: String,
    /// The full id of the checkpoint, in hex; `None` for the state before the first commit.
    pub to: Option<String>,
    /// The name of the checkpoint: `t-1@2`.
    pub name: String,
    /// `files`, `rewind`, `restore` or `revert`.
    pub mode: String,
    /// Whether the task was completed, and is reopened.
    #[serde(default)]
    pub reopened: bool,
}

/// `split`: two clones chose one id for different work. The events belong to the task `to`, whose note has them, too; here they do not
/// count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// The new id of the other work.
    pub to: TaskId,
    /// The ids of the events that belong to the other work.
    pub events: Vec<String>,
}

/// `squash`: the commits `onto..old` became `commit`, which has the tree of `old`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Squash {
    /// The id of the operation, for `git agent undo` in the same worktree.
    pub operation: String,
    /// The full id of the new commit, in hex.
    pub commit: String,
    /// The full id of its tree, in hex.
    pub tree: String,
    /// The full id of the newest squashed commit, in hex.
    pub old: String,
    /// The full id of the parent of the new commit, in hex; `None` if it is the first commit.
    pub onto: Option<String>,
    /// The number of squashed commits.
    pub count: usize,
}

/// The fields of `undo`: a rollback or squash, or the undo of one, was undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undo {
    /// The id of the undo, itself an operation.
    pub operation: String,
    /// The id of the operation that was undone.
    pub undoes: String,
    /// The kind of that operation; `None` for a rollback.
    pub of: Option<String>,
}

/// The fields of `withdraw`: events lose their effect. One that names another `withdraw` is a redo.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Withdraw {
    /// Earlier events of this note that no longer have an effect.
    pub events: Vec<Ulid>,
    /// A description of these events: `edit t-1`.
    pub what: String,
    /// Whether it withdraws events of an undo, so that what that withdrew has effect again.
    pub redo: bool,
    /// The id of the undo, for `git agent undo <command>` in the same worktree.
    pub command: Option<Ulid>,
}
