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

/// A task with its whole story.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The title, on one line.
    pub title: String,
    /// Its description.
    pub description: Option<Text>,
    /// Its status.
    pub status: Status,
    /// 0 (highest) to [`LOWEST_PRIORITY`].
    pub priority: u8,
    /// Tasks to be completed first, in the order they were named.
    pub after: Vec<TaskId>,
    /// The feature it belongs to.
    pub parent: Option<TaskId>,
    /// Paths it is expected to touch.
    pub files: Vec<String>,
    /// When is it done?
    pub accept: Option<Text>,
    /// Which of its criteria were ticked or unticked.
    pub ticks: Ticks,
    /// Expected effort in seconds.
    pub estimate: Option<u64>,
    /// Labels, in the order in which they were added.
    pub labels: Vec<String>,
    /// What it is about outside of the repository, in the order in which it was added.
    pub refs: Vec<String>,
    /// When it was added; `None` if the `create` event is not here (yet).
    pub created_at: Option<Timestamp>,
    /// By whom it was added.
    pub created_by: Option<Actor>,
    /// Work of another clone that has the same id: it was added there before the two clones met, and its words have no effect.
    pub rivals: Vec<Rival>,
    /// The time of the last event.
    pub updated_at: Timestamp,
    /// When the first attempt began.
    pub started_at: Option<Timestamp>,
    /// When it was completed, if it is.
    pub completed_at: Option<Timestamp>,
    /// How many times it was begun.
    pub attempts: u32,
    /// Whether the last attempt continues or is only paused.
    pub attempt_open: bool,
    /// The times it was in progress; the last one may be open.
    pub spans: Vec<Span>,
    /// Its holder.
    pub claim: Option<Claim>,
    /// Rejected claims: who, when, and the holder they lost to.
    pub lost_claims: Vec<LostClaim>,
    /// What blocks it.
    pub blockers: Vec<Blocker>,
    /// While it is pending: it is not ready before.
    pub until: Option<Timestamp>,
    /// While it is cancelled: the task that has the same to be done.
    pub duplicate_of: Option<TaskId>,
    /// Why it stands as it does, if that was said: until the next change of its state.
    pub reason: Option<Because>,
    /// The outcome.
    pub result: Option<TaskResult>,
    /// Why the last attempt failed; stays there as history when it is begun again.
    pub failures: Vec<Failure>,
    /// Decisions, oldest first.
    pub decisions: Vec<Decision>,
    /// Remarks, oldest first.
    pub notes: Vec<Remark>,
    /// Where the present work began: set by the first `start` since it was last closed.
    pub base: Option<Base>,
    /// Commits that the ledger knows of, oldest first; the trailers in the commits are the truth.
    pub commits: Vec<KnownCommit>,
    /// Commands that were run on it, oldest first.
    pub verifications: Vec<Verification>,
}

/// Work that was added with an id that other work has, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rival {
    /// The event that added it.
    pub event: Ulid,
    /// Its title.
    pub title: String,
    /// When it was added.
    pub at: Timestamp,
    /// The actor.
    pub by: Actor,
}

/// One stretch of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The actor who did it.
    pub by: Actor,
    /// The start.
    pub from: Timestamp,
    /// The end; `None` while it continues.
    pub to: Option<Timestamp>,
    /// When something happened on the task meanwhile, in the order of the fold: a moment, or as long as a command ran.
    pub signs: Vec<(Timestamp, Timestamp)>,
}

/// A claim that lost against another one made at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostClaim {
    /// Who lost.
    pub by: Actor,
    /// When that claim was made.
    pub at: Timestamp,
    /// Who held it.
    pub to: Actor,
}

/// An open blocker: a named thing outside of the ledger that is in the way of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// `b-` and the last characters of the id of the event that named it.
    pub id: String,
    /// What blocks it.
    pub text: Text,
    /// Since when.
    pub since: Timestamp,
}

impl Blocker {
    /// The id of the blocker that event `event` names.
    pub fn id_for(event: Ulid) -> String {
        let text = event.to_string().to_ascii_lowercase();
        format!("b-{}", &text[text.len() - 5..])
    }
}

/// Why a task stands as it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// What was done for this reason.
    pub what: Deed,
    /// The reason.
    pub text: Text,
    /// When.
    pub at: Timestamp,
    /// The actor.
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

/// The outcome of a task.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskResult {
    /// A JSON value; a plain text is a JSON string.
    Value(Value),
    /// A long result, in a blob.
    Stored(Text),
}

/// A failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Why.
    pub reason: Text,
    /// A single word for it.
    pub kind: Option<String>,
    /// When.
    pub at: Timestamp,
    /// Who tried.
    pub by: Actor,
}

/// A decision and its why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When.
    pub at: Timestamp,
    /// The actor.
    pub by: Actor,
    /// The text.
    pub text: Text,
    /// Why.
    pub why: Option<Text>,
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// When.
    pub at: Timestamp,
    /// The actor.
    pub by: Actor,
    /// The text.
    pub text: Text,
}

/// The commit at which work began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit, full hex; `None` on an unborn branch.
    pub commit: Option<String>,
    /// The branch; `None` when HEAD was detached.
    pub branch: Option<String>,
}

/// A commit that an event names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCommit {
    /// Full hex.
    pub commit: String,
    /// Its tree, full hex.
    pub tree: Option<String>,
    /// When the event was written.
    pub at: Timestamp,
    /// What the ledger says about it.
    pub tie: Tie,
}

/// How a commit that an event names belongs to the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// By its trailer, as its message was when it was recorded.
    Trailer,
    /// The ledger links it, whatever its message says.
    Linked,
    /// Not at all, whatever its message says.
    Unlinked,
}

/// A command and how it ended on a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// The command line.
    pub command: Text,
    /// Its exit code.
    pub exit: i32,
    /// How long it ran.
    pub seconds: f64,
    /// The tree, full hex.
    pub tree: String,
    /// That tree was not the one of HEAD.
    pub uncommitted: bool,
    /// The end of what it printed, if it failed.
    pub output: Option<Text>,
    /// When.
    pub at: Timestamp,
    /// The actor.
    pub by: Actor,
}

impl Verification {
    /// Whether the command succeeded.
    pub fn passed(&self) -> bool {
        self.exit == 0
    }
}

/// `t-1 (Fix login)`.
pub fn named(id: &TaskId, title: &str) -> String {
    format!("{id} ({title})")
}

impl Task {
    /// `t-1 (Fix login)`.
    pub fn name(&self) -> String {
        named(&self.id, &self.title)
    }

    /// A task of which nothing is known but its id.
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

    /// Whether a `create` event is here; without one the note is a fragment, for instance of a merge to come.
    pub fn exists(&self) -> bool {
        self.created_at.is_some()
    }

    /// Why the task stands failed, if it does.
    pub fn failure(&self) -> Option<&Failure> {
        (self.status == Status::Failed).then(|| self.failures.last()).flatten()
    }

    /// The last verification.
    pub fn verification(&self) -> Option<&Verification> {
        self.verifications.last()
    }

    /// The last verification, if it failed and the task is not closed: what has to be known before work continues.
    pub fn failed_verification(&self) -> Option<&Verification> {
        self.verification().filter(|last| !last.passed() && !self.status.is_closed())
    }

    /// Whether `verification` was of content that no commit of the task has.
    pub fn is_uncommitted(&self, verification: &Verification) -> bool {
        let has = |known: &KnownCommit| known.tree.as_ref() == Some(&verification.tree);
        verification.uncommitted && !self.commits.iter().any(has)
    }

    /// The newest verification of this task on exactly `tree`, whose verdict therefore still holds for it. A checkpoint with this tree is
    /// verified if it passed; what other tasks were verified with says nothing about this one.
    pub fn verification_of(&self, tree: &str) -> Option<&Verification> {
        self.verifications.iter().rev().find(|verification| verification.tree == tree)
    }

    /// The task that `events`, in any order, describe.
    pub fn from_events(id: TaskId, events: &[Event]) -> Self {
        super::fold::fold(id, events)
    }
}
