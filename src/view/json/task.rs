//! A task as JSON: every field always there, absent values `null` or `[]`.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{
        active_time,
        criteria::Criterion,
        graph::Graph,
        id::TaskId,
        status::Status,
        task::{Task, TaskResult},
        text::Text,
        time::Timestamp,
    },
    error::{Error, Result},
    store::ledger::View,
    verbs::{Caller, brief},
    view::{brief::decided_before, json::BriefDecisionJson},
};

/// A task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskJson {
    id: String,
    title: String,
    description: Option<String>,
    status: Status,
    /// Pending, everything before it completed, not blocked, not claimed.
    ready: bool,
    /// 0 (highest) to 4.
    priority: u8,
    after: Vec<String>,
    /// Those of `after` that are not completed.
    waiting_on: Vec<String>,
    parent: Option<String>,
    children: Vec<String>,
    files: Vec<String>,
    accept: Option<String>,
    /// The criteria of `accept`, if it is a list of them; left out otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    criteria: Vec<CriterionJson>,
    estimate_seconds: Option<u64>,
    /// Left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<String>,
    /// References: addresses, keys of other trackers; omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refs: Vec<String>,
    created_at: Option<String>,
    updated_at: String,
    started_at: Option<String>,
    completed_at: Option<String>,
    attempts: u32,
    /// In progress, without silences longer than `agent.idleGap`.
    active_seconds: u64,
    /// From the first start to the end, or to now.
    elapsed_seconds: u64,
    claim: Option<ClaimJson>,
    blockers: Vec<BlockerJson>,
    /// It is paused until then; left out if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    /// The task that has the same to be done, if this one was cancelled as a duplicate; left out otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
    /// Tasks that were cancelled as duplicates of this one; left out if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    duplicates: Vec<String>,
    /// Why it was paused, cancelled, reopened, taken over or released, until its state changes again; left out if that was not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson>,
    /// A text or any JSON value.
    result: Value,
    failure: Option<FailureJson>,
    /// Every failed attempt, oldest first.
    failures: Vec<FailureJson>,
    decisions: Vec<DecisionJson>,
    notes: Vec<NoteJson>,
    base: Option<BaseJson>,
    verification: Option<VerificationJson>,
    created_by: Option<String>,
    /// Rejected claims.
    lost_claims: Vec<LostClaimJson>,
}

/// A criterion that can be ticked.
#[derive(Debug, Serialize, JsonSchema)]
struct CriterionJson {
    text: String,
    met: bool,
}

impl From<Criterion> for CriterionJson {
    fn from(criterion: Criterion) -> Self {
        CriterionJson { text: criterion.text, met: criterion.is_met }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct ClaimJson {
    by: String,
    /// The id of the clone that the holder works in, if it is known.
    clone: Option<String>,
    until: String,
    /// It has run out.
    stale: bool,
}

/// The reason for the state of a task.
#[derive(Debug, Serialize, JsonSchema)]
struct ReasonJson {
    /// `paused`, `cancelled`, `reopened`, `taken over` or `released`.
    what: String,
    text: String,
    at: String,
    by: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct LostClaimJson {
    by: String,
    at: String,
    to: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BlockerJson {
    id: String,
    text: String,
    since: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct FailureJson {
    attempt: u32,
    reason: String,
    kind: Option<String>,
    at: String,
    by: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct DecisionJson {
    at: String,
    by: String,
    text: String,
    why: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct NoteJson {
    at: String,
    by: String,
    text: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BaseJson {
    commit: Option<String>,
    branch: Option<String>,
}

/// A command and how it ended on a tree.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VerificationJson {
    /// The command line.
    pub command: String,
    /// Its exit code.
    pub exit: i32,
    /// How long it ran.
    pub seconds: f64,
    /// The tree it ran on.
    pub tree: String,
    /// When.
    pub at: String,
    /// Whether it succeeded.
    pub passed: bool,
    /// The tree was not the one of HEAD; left out if it was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncommitted: bool,
    /// The last lines that it printed, if it failed; left out if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

impl VerificationJson {
    /// A verification with its command in full.
    pub fn new(view: &View<'_>, verification: &crate::domain::task::Verification) -> Self {
        VerificationJson {
            command: view.text(&verification.command),
            exit: verification.exit,
            seconds: verification.seconds,
            tree: verification.tree.clone(),
            at: verification.at.to_string(),
            passed: verification.passed(),
            uncommitted: verification.uncommitted,
            output: verification.output.as_ref().map(|output| view.text(output)),
        }
    }
}

impl TaskJson {
    /// The tasks `ids` of the ledger.
    ///
    /// # Errors
    ///
    /// When a note cannot be read.
    pub fn several<'t>(
        view: &View<'_>,
        graph: &Graph<'_>,
        ids: impl Iterator<Item = &'t TaskId>,
        now: Timestamp,
    ) -> Result<Vec<Self>> {
        let of = |id: &TaskId| {
            let task = view.task(id)?.ok_or_else(|| Error::bug(format!("task {id} is only in the task index")))?;
            Ok(TaskJson::new(view, &task, graph, now))
        };
        ids.map(of).collect()
    }

    /// `task` in the ledger as it is now.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn now(caller: &Caller, task: &Task) -> Result<Self> {
        let view = caller.view()?;
        let table = view.table()?;
        Ok(TaskJson::new(&view, task, &Graph::new(&table), caller.now()))
    }

    /// `task` in the ledger as it is now, with the decisions that bear on it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub fn with_needs(caller: &Caller, task: &Task) -> Result<(Self, Vec<BriefDecisionJson>)> {
        let around = brief::around(caller, task)?;
        Ok((TaskJson::now(caller, task)?, decided_before(around.needs())))
    }

    /// `task` as it stands in `graph` at `now`, its texts in full.
    pub fn new(view: &View<'_>, task: &Task, graph: &Graph<'_>, now: Timestamp) -> Self {
        let text = |text: &Text| view.text(text);
        let row = graph.get(&task.id);
        let failure = |failure: &crate::domain::task::Failure| FailureJson {
            attempt: failure.attempt,
            reason: text(&failure.reason),
            kind: failure.kind.clone(),
            at: failure.at.to_string(),
            by: failure.by.to_string(),
        };
        TaskJson {
            id: task.id.to_string(),
            title: task.title.clone(),
            description: task.description.as_ref().map(text),
            status: task.status,
            ready: row.is_some_and(|row| graph.is_ready(row, now)),
            priority: task.priority,
            after: task.after.iter().map(ToString::to_string).collect(),
            waiting_on: graph.waiting_on(&task.after).map(ToString::to_string).collect(),
            parent: task.parent.as_ref().map(ToString::to_string),
            children: graph.children(&task.id).map(|child| child.id_str().to_owned()).collect(),
            files: task.files.clone(),
            accept: task.accept_text(text),
            criteria: task.criteria(text).into_iter().map(CriterionJson::from).collect(),
            estimate_seconds: task.estimate,
            labels: task.labels.clone(),
            refs: task.refs.clone(),
            created_at: task.created_at.map(|at| at.to_string()),
            updated_at: task.updated_at.to_string(),
            started_at: task.started_at.map(|at| at.to_string()),
            completed_at: task.completed_at.map(|at| at.to_string()),
            attempts: task.attempts,
            active_seconds: active_time::active(task, view.repo().settings().idle_gap(), now),
            elapsed_seconds: active_time::elapsed(task, now),
            claim: task.claim.as_ref().map(|claim| ClaimJson {
                by: claim.by.to_string(),
                clone: claim.clone_id.map(|id| id.to_string()),
                until: claim.until.to_string(),
                stale: !claim.is_live(now),
            }),
            blockers: task
                .blockers
                .iter()
                .map(|blocker| BlockerJson {
                    id: blocker.id.clone(),
                    text: text(&blocker.text),
                    since: blocker.since.to_string(),
                })
                .collect(),
            until: task.until.filter(|_| task.status == Status::Pending).map(|until| until.to_string()),
            duplicate_of: task.duplicate_of.as_ref().map(ToString::to_string),
            duplicates: graph.duplicates(&task.id).map(|row| row.id_str().to_owned()).collect(),
            reason: task.reason.as_ref().map(|why| ReasonJson {
                what: why.what.as_str().to_owned(),
                text: text(&why.text),
                at: why.at.to_string(),
                by: why.by.to_string(),
            }),
            result: match &task.result {
                None => Value::Null,
                Some(TaskResult::Value(value)) => value.clone(),
                Some(TaskResult::Stored(stored)) => {
                    let whole = text(stored);
                    serde_json::from_str(&whole).unwrap_or(Value::String(whole))
                }
            },
            failure: task.failure().map(failure),
            failures: task.failures.iter().map(failure).collect(),
            decisions: task
                .decisions
                .iter()
                .map(|decision| DecisionJson {
                    at: decision.at.to_string(),
                    by: decision.by.to_string(),
                    text: text(&decision.text),
                    why: decision.why.as_ref().map(text),
                })
                .collect(),
            notes: task
                .notes
                .iter()
                .map(|note| NoteJson { at: note.at.to_string(), by: note.by.to_string(), text: text(&note.text) })
                .collect(),
            base: task.base.as_ref().map(|base| BaseJson { commit: base.commit.clone(), branch: base.branch.clone() }),
            verification: task.verification().map(|verification| VerificationJson::new(view, verification)),
            created_by: task.created_by.as_ref().map(ToString::to_string),
            lost_claims: task
                .lost_claims
                .iter()
                .map(|lost| LostClaimJson { by: lost.by.to_string(), at: lost.at.to_string(), to: lost.to.to_string() })
                .collect(),
        }
    }
}
