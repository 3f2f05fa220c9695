//! `brief`.

use bstr::ByteSlice as _;
use schemars::JsonSchema;
use serde::Serialize;

use super::{DirtyJson, FollowUpJson, PathJson};
use crate::{
    domain::{id::TaskId, making::Making, status::Status, task::Decision},
    git::status::Summary,
    store::ledger::View,
};

/// `brief`: what stands on the page, as data. Lists are bounded; `total` says how many there are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// The task it is about; `null` when none is active and none was asked for.
    pub task: Option<BriefTaskJson>,
    /// The newest decisions, oldest first: of the tasks that it comes after and of finished parts of its feature, then of the
    /// feature, then its own.
    pub decisions: Several<BriefDecisionJson>,
    /// The newest failed attempts, oldest first.
    pub failures: Several<BriefFailureJson>,
    /// Blockers.
    pub blockers: Vec<BriefBlockerJson>,
    /// The newest notes, oldest first.
    pub notes: Several<BriefNoteJson>,
    /// Checkpoints of the task on the present history.
    pub checkpoints: BriefCheckpointsJson,
    /// The state.
    pub state: BriefStateJson,
    /// Uncommitted changes.
    pub uncommitted: BriefUncommittedJson,
    /// Tasks in progress, but for the one it is about.
    pub in_progress: Several<BriefRowJson>,
    /// Tasks that stand failed, but for the one it is about.
    pub failed: Several<BriefRowJson>,
    /// Ready tasks in the order of 'next'.
    pub next: Several<BriefRowJson>,
    /// The next commands.
    pub commands: Vec<BriefCommandJson>,
}

/// Some of many.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Several<T> {
    /// How many there are.
    pub total: usize,
    /// Those that are shown.
    pub shown: Vec<T>,
}

/// The task that a brief is about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefTaskJson {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its state.
    pub status: Status,
    /// Whether it is active in this worktree.
    pub active: bool,
    /// 0 (highest) to 4.
    pub priority: u8,
    /// How many times it was begun.
    pub attempts: u32,
    /// The files that it is expected to change.
    pub description: Option<String>,
    /// When it is done.
    pub accept: Option<String>,
    /// Paths that it is expected to touch.
    pub files: Vec<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// References to issues and addresses elsewhere.
    pub refs: Vec<String>,
    /// The feature it is a part of.
    pub parent: Option<String>,
    /// Open dependencies.
    pub waiting_on: Vec<String>,
    /// Its open parts.
    pub open_parts: Several<BriefRowJson>,
    /// The holder.
    pub held_by: Option<String>,
    /// Until when.
    pub held_until: Option<String>,
    /// That time is over.
    pub stale: bool,
}

/// A task in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefRowJson {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its state.
    pub status: Status,
    /// The holder.
    pub held_by: Option<String>,
    /// Until when.
    pub held_until: Option<String>,
    /// That time is over.
    pub stale: bool,
    /// Why it failed.
    pub failure: Option<String>,
}

/// A decision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefDecisionJson {
    /// Of which task: the one it is about, its feature, one that it comes after, or a finished part of its feature.
    pub task: String,
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What.
    pub text: String,
    /// Why.
    pub why: Option<String>,
}

impl BriefDecisionJson {
    /// `decision` of the task `id`.
    pub fn new(view: &View<'_>, id: &TaskId, decision: &Decision) -> Self {
        BriefDecisionJson {
            task: id.to_string(),
            at: decision.at.to_string(),
            by: decision.by.to_string(),
            text: view.text(&decision.text),
            why: decision.why.as_ref().map(|why| view.text(why)),
        }
    }
}

/// A failed attempt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefFailureJson {
    /// Which, from 1.
    pub attempt: u32,
    /// Why.
    pub reason: String,
    /// In one word.
    pub kind: Option<String>,
    /// When.
    pub at: String,
}

/// A blocker.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefBlockerJson {
    /// Its id, for 'unblock'.
    pub id: String,
    /// What.
    pub text: String,
}

/// A remark.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefNoteJson {
    /// When.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What.
    pub text: String,
}

/// Checkpoints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefCheckpointsJson {
    /// How many there are on the present history.
    pub total: usize,
    /// The newest.
    pub last: Option<BriefCheckpointJson>,
    /// The newest that passed a verification.
    pub verified: Option<BriefCheckpointJson>,
    /// How the commits that the ledger knows came about; `null` where that cannot be said.
    pub making: Option<MakingJson>,
}

/// How the history of a task came about.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MakingJson {
    /// `while-working`, or `at-the-end`: the first commit came when four fifths of the work were over.
    pub how: &'static str,
    /// Seconds of work before the first commit.
    pub before_seconds: u64,
    /// Seconds from the first snapshot, or the start, to the last commit.
    pub work_seconds: u64,
    /// How many commits.
    pub commits: usize,
    /// How many snapshots of the task are in this repository.
    pub snapshots: usize,
}

impl MakingJson {
    /// The JSON form of `making`.
    pub fn new(making: &Making) -> Self {
        MakingJson {
            how: making.how.as_str(),
            before_seconds: making.before,
            work_seconds: making.work,
            commits: making.commits,
            snapshots: making.snapshots,
        }
    }
}

/// A checkpoint.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefCheckpointJson {
    /// n of `t-1@n`.
    pub number: usize,
    /// The commit.
    pub commit: String,
    /// Its subject.
    pub subject: String,
    /// When it was committed.
    pub at: String,
}

/// The state.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefStateJson {
    /// Nothing is half done, nothing is uncommitted.
    pub clean: bool,
    /// The operation that was interrupted: 'undo' takes it back, 'resume' finishes it.
    pub interrupted: Option<String>,
    /// The operation of git in progress: 'a merge', 'a rebase'.
    pub unfinished: Option<String>,
    /// The commit.
    pub head: Option<String>,
    /// The branch.
    pub branch: Option<String>,
    /// Its upstream.
    pub upstream: Option<String>,
    /// Commits that the branch has and its upstream has not.
    pub ahead: Option<usize>,
    /// Commits that the upstream has and the branch has not.
    pub behind: Option<usize>,
    /// The ledger against that of the remote, as it was last fetched.
    pub ledger: Option<BriefLedgerJson>,
    /// Active tasks of this worktree, but for the one it is about.
    pub also_active: Vec<String>,
    /// Tasks that the asker holds in this worktree, or left in progress there, without being active; left out if none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<String>,
    /// Commits made while the task was active that carry no trailer.
    pub unstamped: usize,
    /// Why commits made here are not stamped; null if they are.
    pub hooks_missing: Option<String>,
    /// The tasks of this repository are elsewhere: this clone has no ledger, and its commits name tasks.
    pub ledger_missing: bool,
    /// The last session of an agent host here, if it broke off.
    pub broke_off: Option<BriefSessionJson>,
    /// Other sessions that are at work in this worktree.
    pub other_sessions: Vec<BriefSessionJson>,
    /// Commits made after the last active task ended, which may belong to it; left out if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUpJson>,
}

/// A session of an agent host.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefSessionJson {
    /// The host: `claude`.
    pub host: String,
    /// The id of the session in its host.
    pub session: String,
    /// The task that it works on.
    pub task: Option<String>,
    /// When it was last seen.
    pub seen: String,
}

/// Our ledger against another one.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefLedgerJson {
    /// Whose.
    pub remote: String,
    /// Each side has changes that the other lacks.
    pub diverged: bool,
    /// Commits of the ledger that only we have.
    pub ahead: usize,
    /// Commits of the ledger that only they have.
    pub behind: usize,
}

/// Uncommitted changes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefUncommittedJson {
    /// How many paths, by kind.
    pub counts: DirtyJson,
    /// The paths.
    pub paths: Several<PathJson>,
}

impl BriefUncommittedJson {
    /// `summary` as JSON.
    pub fn new(summary: &Summary) -> Self {
        let shown = summary.first.iter().map(|one| PathJson::new(one.path.as_bstr())).collect();
        BriefUncommittedJson { counts: summary.counts.into(), paths: Several { total: summary.total, shown } }
    }
}

/// A command.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BriefCommandJson {
    /// As it is typed.
    pub command: String,
    /// Its effect.
    pub what: String,
}
