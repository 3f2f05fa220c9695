//! A task as it stands: what the fold makes of its events.

use serde_json::Value;
use ulid::Ulid;

use super::{
    actor::Actor, claim::Claim, criteria::Ticks, event::Event, id::TaskId, status::Status, text::Text, time::Timestamp,
};
use crate::domain::named::named;

/// The highest priority number; 0 is the most urgent.
pub const LOWEST_PRIORITY: u8 = 4;
/// The largest estimate, in seconds: a hundred years are as good as more.
pub const MAX_ESTIMATE: u64 = 100 * 366 * 24 * 60 * 60;
/// The priority of tasks that do not say.
pub const DEFAULT_PRIORITY: u8 = 2;

/// A task with everything that its events say.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The id, unique in the ledger.
    pub id: TaskId,
    /// The title: one line.
    pub title: String,
    /// The description, which may have several lines.
    pub description: Option<Text>,
    /// The current status.
    pub status: Status,
    /// 0 (highest) to [`LOWEST_PRIORITY`].
    pub priority: u8,
    /// Ids of the tasks that it depends on, in the order in which they were added.
    pub after: Vec<TaskId>,
    /// The feature that it is a subtask of.
    pub parent: Option<TaskId>,
    /// Paths it is expected to change, relative to the top of the work tree.
    pub files: Vec<String>,
    /// The acceptance criteria: prose, or a list.
    pub accept: Option<Text>,
    /// The criteria that were ticked or unticked.
    pub ticks: Ticks,
    /// The estimated effort in seconds.
    pub estimate: Option<u64>,
    /// Labels, in the order in which they were added.
    pub labels: Vec<String>,
    /// References: URLs, or keys of other trackers, in the order in which they were added.
    pub refs: Vec<String>,
    /// The time of its `create` event; `None` if the ledger does not have that event (yet).
    pub created_at: Option<Timestamp>,
    /// The actor of its `create` event.
    pub created_by: Option<Actor>,
    /// Different work that another clone added with the same id before the clones met; its fields have no effect.
    pub rivals: Vec<Rival>,
    /// The time of the last event.
    pub updated_at: Timestamp,
    /// The time of the first start.
    pub started_at: Option<Timestamp>,
    /// The time of completion, if it is completed.
    pub completed_at: Option<Timestamp>,
    /// How many times it was started.
    pub attempts: u32,
    /// Whether the last attempt has not ended: it is running or paused.
    pub attempt_open: bool,
    /// The periods in progress; the last one may be open.
    pub spans: Vec<Span>,
    /// The current claim, valid or expired.
    pub claim: Option<Claim>,
    /// Claims that lost against a concurrent one.
    pub lost_claims: Vec<LostClaim>,
    /// The open blockers.
    pub blockers: Vec<Blocker>,
    /// While it is pending: the time before which it is not ready.
    pub until: Option<Timestamp>,
    /// While it is cancelled: the task that it duplicates.
    pub duplicate_of: Option<TaskId>,
    /// The reason given for its current state, until the next change of state.
    pub reason: Option<Because>,
    /// The result given on completion.
    pub result: Option<TaskResult>,
    /// The failed attempts, oldest first; kept when it is started again.
    pub failures: Vec<Failure>,
    /// Decisions, oldest first.
    pub decisions: Vec<Decision>,
    /// Notes, oldest first.
    pub notes: Vec<Remark>,
    /// The commit at which the current work began: set by the first `start` since it was last closed.
    pub base: Option<Base>,
    /// Commits named in events, oldest first. The trailers of the commits are authoritative.
    pub commits: Vec<KnownCommit>,
    /// Verifications, oldest first.
    pub verifications: Vec<Verification>,
}

/// Different work that was added with the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// The id of its `create` event.
    pub event: Ulid,
    /// The title of that work.
    pub title: String,
    /// The time of that event.
    pub at: Timestamp,
    /// The actor of that event.
    pub by: Actor,
}

/// A period in which a task was in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The actor who started it.
    pub by: Actor,
    /// The beginning of the period.
    pub from: Timestamp,
    /// The end; `None` if it is still in progress.
    pub to: Option<Timestamp>,
    /// Activity in the period, as intervals: a moment, or the duration of a command.
    pub signs: Vec<(Timestamp, Timestamp)>,
}

/// A claim that lost against a concurrent one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostClaim {
    /// The actor who lost.
    pub by: Actor,
    /// The time of the lost claim.
    pub at: Timestamp,
    /// The actor who holds the task.
    pub to: Actor,
}

/// An open blocker: something outside of the ledger that a task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// `b-` and the last five characters of the id of its `block` event.
    pub id: String,
    /// A description of what is waited for.
    pub text: Text,
    /// The time of its `block` event.
    pub since: Timestamp,
}

impl Blocker {
    /// The id of the blocker added by `event`.
    pub fn id_for(event: Ulid) -> String {
        let text = event.to_string().to_ascii_lowercase();
        format!("b-{}", &text[text.len() - 5..])
    }
}

/// The reason for the state of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// The action that it was given for.
    pub what: Deed,
    /// The text of the reason.
    pub text: Text,
    /// The time of the action.
    pub at: Timestamp,
    /// The actor of the action.
    pub by: Actor,
}

named! {
    /// What is done with a task for a reason.
    pub enum Deed {
        /// It was paused.
        Paused = "paused",
        /// It was cancelled.
        Cancelled = "cancelled",
        /// It was reopened.
        Reopened = "reopened",
        /// Its claim was taken over from another actor.
        TakenOver = "taken over",
        /// Its claim was released.
        Released = "released",
    }
}

/// The result of a completed task.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskResult {
    /// A JSON value; a plain text is a JSON string.
    Value(Value),
    /// A result that is stored in a blob because it is long.
    Stored(Text),
}

impl TaskResult {
    /// The value; `text` knows the whole of a stored one.
    pub fn value(&self, text: impl Fn(&Text) -> String) -> Value {
        match self {
            TaskResult::Value(value) => value.clone(),
            TaskResult::Stored(stored) => {
                let whole = text(stored);
                serde_json::from_str(&whole).unwrap_or(Value::String(whole))
            }
        }
    }

    /// A text unchanged, any other value as JSON.
    pub fn to_text(&self, text: impl Fn(&Text) -> String) -> String {
        match self {
            TaskResult::Value(value) => text_of(value),
            TaskResult::Stored(stored) => text(stored),
        }
    }

    /// Whether it is `value`.
    pub fn is(&self, value: &Value, text: impl Fn(&Text) -> String) -> bool {
        match self {
            TaskResult::Value(known) => known == value,
            TaskResult::Stored(stored) => text(stored) == text_of(value),
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// The reason for the failure.
    pub reason: Text,
    /// The kind of failure, one word: `tests`, `environment`, …
    pub kind: Option<String>,
    /// The time of the failure.
    pub at: Timestamp,
    /// The actor who made the attempt.
    pub by: Actor,
}

/// A decision and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The time when it was recorded.
    pub at: Timestamp,
    /// The actor who recorded it.
    pub by: Actor,
    /// The decision, which may have several lines.
    pub text: Text,
    /// The reason, if one was given.
    pub why: Option<Text>,
}

/// A note on a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The time when it was recorded.
    pub at: Timestamp,
    /// The actor who recorded it.
    pub by: Actor,
    /// The note, which may have several lines.
    pub text: Text,
}

/// The commit and branch at which work began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The full commit id, in hex; `None` on an unborn branch.
    pub commit: Option<String>,
    /// The branch; `None` if HEAD was detached.
    pub branch: Option<String>,
}

/// A commit named in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCommit {
    /// The full commit id, in hex.
    pub commit: String,
    /// The full id of its tree, in hex.
    pub tree: Option<String>,
    /// The time of the event.
    pub at: Timestamp,
    /// How the commit belongs to the task.
    pub tie: Tie,
}

/// How a commit named in an event belongs to the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// Its message names the task.
    Trailer,
    /// The ledger links it, whatever its message says.
    Linked,
    /// The ledger unlinks it, whatever its message says.
    Unlinked,
}

/// A command that was run on a tree, and its result.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// The command line, as passed to sh.
    pub command: Text,
    /// The exit code; 128 + n for signal n.
    pub exit: i32,
    /// The running time in seconds.
    pub seconds: f64,
    /// The full id of the tree, in hex.
    pub tree: String,
    /// Whether the tree was not that of HEAD.
    pub uncommitted: bool,
    /// The last lines of the output, if it failed.
    pub output: Option<Text>,
    /// The time when it ended.
    pub at: Timestamp,
    /// The actor who ran it.
    pub by: Actor,
}

impl Verification {
    /// Whether the command succeeded.
    pub fn passed(&self) -> bool {
        self.exit == 0
    }
}

/// Id and title for messages: `t-1 (Fix login)`.
pub fn named(id: &TaskId, title: &str) -> String {
    format!("{id} ({title})")
}

impl Task {
    /// Id and title for messages: `t-1 (Fix login)`.
    pub fn name(&self) -> String {
        named(&self.id, &self.title)
    }

    /// The task `id` without any events.
    pub fn unknown(id: TaskId) -> Self {
        Task {
            id,
            title: String::new(),
            description: None,
            status: Status::Pending,
            priority: DEFAULT_PRIORITY,
            after: Vec::new(),
            parent: None,
            files: Vec::new(),
            accept: None,
            ticks: Ticks::new(),
            estimate: None,
            labels: Vec::new(),
            refs: Vec::new(),
            created_at: None,
            created_by: None,
            rivals: Vec::new(),
            updated_at: Timestamp::default(),
            started_at: None,
            completed_at: None,
            attempts: 0,
            attempt_open: false,
            spans: Vec::new(),
            claim: None,
            lost_claims: Vec::new(),
            blockers: Vec::new(),
            until: None,
            duplicate_of: None,
            reason: None,
            result: None,
            failures: Vec::new(),
            decisions: Vec::new(),
            notes: Vec::new(),
            base: None,
            commits: Vec::new(),
            verifications: Vec::new(),
        }
    }

    /// Whether the ledger has its `create` event; without it the note is a fragment, for instance before a merge.
    pub fn exists(&self) -> bool {
        self.created_at.is_some()
    }

    /// The reason of the last failure, while it is failed.
    pub fn failure(&self) -> Option<&Failure> {
        (self.status == Status::Failed).then(|| self.failures.last()).flatten()
    }

    /// The newest verification, on any tree.
    pub fn verification(&self) -> Option<&Verification> {
        self.verifications.last()
    }

    /// The newest verification, if it failed and the task is still open.
    pub fn failed_verification(&self) -> Option<&Verification> {
        self.verification().filter(|last| !last.passed() && !self.status.is_closed())
    }

    /// Whether `verification` was on a tree that no commit of the task has.
    pub fn is_uncommitted(&self, verification: &Verification) -> bool {
        let has = |known: &KnownCommit| known.tree.as_ref() == Some(&verification.tree);
        verification.uncommitted && !self.commits.iter().any(has)
    }

    /// The newest verification of this task on exactly `tree`, whose verdict therefore still holds for it. A checkpoint with this tree is
    /// verified if it passed; what other tasks were verified with says nothing about this one.
    pub fn verification_of(&self, tree: &str) -> Option<&Verification> {
        self.verifications.iter().rev().find(|verification| verification.tree == tree)
    }

    /// The task described by `events`, which may be in any order.
    pub fn from_events(id: TaskId, events: &[Event]) -> Self {
        super::fold::fold(id, events)
    }
}
