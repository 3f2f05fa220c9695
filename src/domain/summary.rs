//! The part of a task that lists, `next` and the dependency graph need; what the derived index holds for every task
//! ([`crate::domain::table`]).

use super::{
    actor::Actor,
    claim,
    id::TaskId,
    status::Status,
    task::{Task, Tie, named},
    time::Timestamp,
};

/// The row of a task: everything that lists and queries need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The id, unique in the ledger.
    pub id: TaskId,
    /// The title: one line.
    pub title: String,
    /// The current status.
    pub status: Status,
    /// 0 (highest) to 4.
    pub priority: u8,
    /// Ids of the tasks that it depends on.
    pub after: Vec<TaskId>,
    /// The feature that it is a subtask of.
    pub parent: Option<TaskId>,
    /// The time of its `create` event, in milliseconds.
    pub created_at: i64,
    /// The time of its last event, in milliseconds.
    pub updated_at: i64,
    /// The holder of the claim, valid or expired, and its end in milliseconds.
    pub claim: Option<(Actor, i64)>,
    /// The actor that last worked on it, or else added it.
    pub actor: Option<Actor>,
    /// The number of open blockers.
    pub blockers: u32,
    /// How many times it was started.
    pub attempts: u32,
    /// The beginning of the reason of the last failure, while it is failed.
    pub failure: Option<String>,
    /// While it is pending: the time before which it is not ready, in seconds.
    pub until: Option<i64>,
    /// While it is cancelled: the task that it duplicates.
    pub duplicate_of: Option<TaskId>,
    /// The reason for its state (`paused: …`), truncated; `None` while it is failed.
    pub why: Option<String>,
    /// Whether the ledger has its `create` event.
    pub exists: bool,
    /// The estimated effort in seconds.
    pub estimate: Option<u64>,
    /// Its labels, in the order in which they were added.
    pub labels: Vec<String>,
    /// Whether the ledger links or unlinks commits.
    pub has_links: bool,
}

impl Summary {
    /// Id and title: `t-1 (Fix login)`.
    pub fn name(&self) -> String {
        named(&self.id, &self.title)
    }

    /// The row for `task`.
    pub fn of(task: &Task) -> Self {
        let beginning = |text: &str| text.chars().take(200).collect::<String>();
        let why = task.reason.as_ref().filter(|_| task.status != Status::Failed);
        let worker = task.spans.last().map(|span| span.by.clone());
        Summary {
            id: task.id.clone(),
            title: task.title.clone(),
            status: task.status,
            priority: task.priority,
            after: task.after.clone(),
            parent: task.parent.clone(),
            created_at: task.created_at.unwrap_or_default().millis(),
            updated_at: task.updated_at.millis(),
            claim: task.claim.as_ref().map(|claim| (claim.by.clone(), claim.until.millis())),
            actor: worker.or_else(|| task.created_by.clone()),
            blockers: u32::try_from(task.blockers.len()).unwrap_or(u32::MAX),
            attempts: task.attempts,
            failure: task.failure().map(|failure| beginning(failure.reason.preview())),
            // A whole second later than a part of one.
            until: task.until.map(|until| until.millis().div_euclid(1000) + i64::from(until.millis() % 1000 != 0)),
            duplicate_of: task.duplicate_of.clone(),
            why: why.map(|why| format!("{}: {}", why.what.as_str(), beginning(why.text.preview()))),
            exists: task.exists(),
            estimate: task.estimate,
            labels: task.labels.clone(),
            has_links: task.commits.iter().any(|known| known.tie != Tie::Trailer),
        }
    }

    /// The time before which it is not ready, if that is after `now`.
    pub fn put_off(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.until.map(Timestamp::from_seconds)?;
        (self.status == Status::Pending && now < until).then_some(until)
    }

    /// The holder, if the claim is still valid at `now`.
    pub fn live_claim(&self, now: Timestamp) -> Option<(&Actor, Timestamp)> {
        let (by, until) = self.claim.as_ref()?;
        let until = Timestamp::from_millis(*until);
        claim::is_live(until, now).then_some((by, until))
    }
}
