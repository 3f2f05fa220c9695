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

/// A task in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its id.
    pub id: TaskId,
    /// The title, on one line.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// 0 (highest) to 4.
    pub priority: u8,
    /// Tasks to be completed first.
    pub after: Vec<TaskId>,
    /// The feature it belongs to.
    pub parent: Option<TaskId>,
    /// When it was added, milliseconds.
    pub created_at: i64,
    /// The time of its last event, milliseconds.
    pub updated_at: i64,
    /// Holder of the claim and its end in milliseconds, live or not.
    pub claim: Option<(Actor, i64)>,
    /// Who worked on it last, or added it.
    pub actor: Option<Actor>,
    /// How many blockers are open.
    pub blockers: u32,
    /// How many times it was begun.
    pub attempts: u32,
    /// Why the last attempt failed, while it stands failed; the beginning of it.
    pub failure: Option<String>,
    /// While it is pending: it is not ready before; seconds.
    pub until: Option<i64>,
    /// While it is cancelled: the task that has the same to be done.
    pub duplicate_of: Option<TaskId>,
    /// Why it stands as it does (`paused: …`), while it does not stand failed; the beginning of it.
    pub why: Option<String>,
    /// Whether a `create` event is here.
    pub exists: bool,
    /// Expected effort in seconds.
    pub estimate: Option<u64>,
    /// Labels.
    pub labels: Vec<String>,
    /// Whether the ledger links commits to it, or unlinks them from it.
    pub has_links: bool,
}

impl Summary {
    /// `t-1 (Fix login)`.
    pub fn name(&self) -> String {
        named(&self.id, &self.title)
    }

    /// The row of `task`.
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

    /// Until when it is put off, if that lies after `now`.
    pub fn put_off(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.until.map(Timestamp::from_seconds)?;
        (self.status == Status::Pending && now < until).then_some(until)
    }

    /// The holder, if the claim still counts at `now`.
    pub fn live_claim(&self, now: Timestamp) -> Option<(&Actor, Timestamp)> {
        let (by, until) = self.claim.as_ref()?;
        let until = Timestamp::from_millis(*until);
        claim::is_live(until, now).then_some((by, until))
    }
}
