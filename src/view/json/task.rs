//! A task as JSON: every field always there, absent values `null` or `[]`.

use serde_json::Value;

use super::{BriefBlockerJson, BriefDecisionJson, BriefFailureJson, JsonForm as _, decided_before, json};
use crate::{
    domain::{
        active_time,
        claim::Claim,
        criteria::Criterion,
        graph::Graph,
        id::TaskId,
        status::Status,
        task::{Base, Because, Blocker, Decision, Failure, LostClaim, Remark, Task, Verification},
        time::Timestamp,
    },
    error::{Error, Result},
    store::ledger::View,
    verbs::{Caller, brief},
};

json! {
    /// A task.
    pub struct TaskJson from task: &Task, view: &View<'_>, graph: &Graph<'_>, now: Timestamp {
        id: String,
        title: String,
        description: Option<String> = task.description.as_ref().map(|text| view.text(text)),
        status: Status,
        /// Whether it can be started: pending, dependencies completed, not blocked, not claimed.
        ready: bool = graph.get(&task.id).is_some_and(|row| graph.is_ready(row, now)),
        /// 0 (highest) to 4.
        priority: u8,
        after: Vec<String>,
        /// The dependencies that are not completed.
        waiting_on: Vec<String> = graph.waiting_on(&task.after).map(ToString::to_string).collect(),
        parent: Option<String>,
        children: Vec<String> = graph.children(&task.id).map(|child| child.id_str().to_owned()).collect(),
        files: Vec<String>,
        accept: Option<String> = task.accept_text(|text| view.text(text)),
        /// The criteria in `accept`, if it is a list; omitted otherwise.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        criteria: Vec<CriterionJson> = task.criteria(|text| view.text(text)).to_json(),
        estimate_seconds: Option<u64> = task.estimate,
        /// The labels; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        labels: Vec<String>,
        /// References: URLs, or keys of other trackers; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        refs: Vec<String>,
        created_at: Option<String>,
        updated_at: String,
        started_at: Option<String>,
        completed_at: Option<String>,
        attempts: u32,
        /// Seconds in progress; more than `agent.idleGap` without activity is not counted.
        active_seconds: u64 = active_time::active(task, view.repo().settings().idle_gap(), now),
        /// Seconds from the first start to the end, or to the current time.
        elapsed_seconds: u64 = active_time::elapsed(task, now),
        claim: Option<ClaimJson> = task.claim.as_ref().map(|claim| ClaimJson::new(claim, now)),
        blockers: Vec<BlockerJson> = task.blockers.iter().map(|blocker| BlockerJson::new(blocker, view)).collect(),
        /// The time until which it is paused; omitted if it is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<String> = task.until.filter(|_| task.status == Status::Pending).to_json(),
        /// The id of the task that it duplicates, if it was cancelled as a duplicate; omitted otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        duplicate_of: Option<String>,
        /// Ids of tasks that were cancelled as duplicates of this one; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        duplicates: Vec<String> = graph.duplicates(&task.id).map(|row| row.id_str().to_owned()).collect(),
        /// The reason given when it was paused, cancelled, reopened, taken over or released, until its state changes again; omitted if there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<ReasonJson> = task.reason.as_ref().map(|why| ReasonJson::new(why, view)),
        /// The result given on completion: text, or any JSON value.
        result: Value = task.result.as_ref().map(|result| result.value(|text| view.text(text))).unwrap_or_default(),
        failure: Option<FailureJson> = task.failure().map(|failure| FailureJson::new(failure, view)),
        /// All failed attempts, oldest first.
        failures: Vec<FailureJson> = task.failures.iter().map(|failure| FailureJson::new(failure, view)).collect(),
        decisions: Vec<DecisionJson> = task.decisions.iter().map(|decision| DecisionJson::new(decision, view)).collect(),
        notes: Vec<NoteJson> = task.notes.iter().map(|note| NoteJson::new(note, view)).collect(),
        base: Option<BaseJson>,
        verification: Option<VerificationJson> = task.verification().map(|verification| VerificationJson::new(verification, view)),
        created_by: Option<String>,
        /// Claims that lost against a concurrent one.
        lost_claims: Vec<LostClaimJson>,
    }

    /// An acceptance criterion that can be ticked.
    struct CriterionJson from criterion: &Criterion {
        text: String,
        met: bool = criterion.is_met,
    }

    struct ClaimJson from claim: &Claim, now: Timestamp {
        by: String,
        /// The id of the holder's clone, if known.
        clone: Option<String> = claim.clone_id.to_json(),
        until: String,
        /// Whether it has expired.
        stale: bool = !claim.is_live(now),
    }

    /// The reason for the state of a task.
    struct ReasonJson from why: &Because, view: &View<'_> {
        /// `paused`, `cancelled`, `reopened`, `taken over` or `released`.
        what: String = why.what.as_str().to_owned(),
        text: String = view.text(&why.text),
        at: String,
        by: String,
    }

    struct LostClaimJson from lost: &LostClaim {
        by: String,
        at: String,
        to: String,
    }

    struct BlockerJson from blocker: &Blocker, view: &View<'_> {
        #[serde(flatten)]
        blocker: BriefBlockerJson = BriefBlockerJson::new(blocker, view),
        since: String,
    }

    struct FailureJson from failure: &Failure, view: &View<'_> {
        #[serde(flatten)]
        failure: BriefFailureJson = BriefFailureJson::new(failure, view),
        by: String,
    }

    /// A decision and its reason.
    pub struct DecisionJson from decision: &Decision, view: &View<'_> {
        /// The time when it was recorded.
        at: String,
        /// The actor who recorded it.
        by: String,
        /// The decision.
        text: String = view.text(&decision.text),
        /// Its reason.
        why: Option<String> = decision.why.as_ref().map(|why| view.text(why)),
    }

    /// A note.
    pub struct NoteJson from note: &Remark, view: &View<'_> {
        /// The time when it was recorded.
        at: String,
        /// The actor who recorded it.
        by: String,
        /// The note.
        text: String = view.text(&note.text),
    }

    struct BaseJson from base: &Base {
        commit: Option<String>,
        branch: Option<String>,
    }

    /// A command that was run on a tree, and its result.
    pub struct VerificationJson from verification: &Verification, view: &View<'_> {
        /// The command line.
        command: String = view.text(&verification.command),
        /// The exit code of the command.
        exit: i32,
        /// The running time in seconds.
        seconds: f64,
        /// The full id of the tree.
        pub tree: String,
        /// The time when it ended.
        at: String,
        /// Whether the command succeeded.
        passed: bool = verification.passed(),
        /// Whether the tree was not that of HEAD; omitted if it was.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        uncommitted: bool,
        /// The last lines of the output, if it failed; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<String> = verification.output.as_ref().map(|output| view.text(output)),
    }

    /// The answer of `verify`.
    pub struct VerifyAnswer {
        /// The verification and its result.
        pub verification: VerificationJson,
    }
}

impl TaskJson {
    /// The tasks `ids` of the ledger.
    pub fn several<'t>(
        view: &View<'_>,
        graph: &Graph<'_>,
        ids: impl Iterator<Item = &'t TaskId>,
        now: Timestamp,
    ) -> Result<Vec<Self>> {
        let of = |id: &TaskId| {
            let task = view.task(id)?.ok_or_else(|| Error::bug(format!("task {id} is only in the task index")))?;
            Ok(TaskJson::new(&task, view, graph, now))
        };
        ids.map(of).collect()
    }

    /// `task` in the ledger as it is now.
    pub fn now(caller: &Caller, task: &Task) -> Result<Self> {
        let view = caller.view()?;
        let table = view.table()?;
        Ok(TaskJson::new(task, &view, &Graph::new(&table), caller.now()))
    }

    /// `task` in the ledger as it is now, with the decisions that bear on it.
    pub fn with_needs(caller: &Caller, task: &Task) -> Result<(Self, Vec<BriefDecisionJson>)> {
        let around = brief::around(caller, task)?;
        Ok((TaskJson::now(caller, task)?, decided_before(around.needs())))
    }
}
