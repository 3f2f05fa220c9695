//! `brief`.

use super::{DecisionJson, DirtyJson, FollowUpJson, JsonForm as _, NoteJson, PathJson, json};
use crate::{
    domain::{
        id::TaskId,
        making::Making,
        status::Status,
        summary::Summary,
        task::{Blocker, Decision, Failure, Task},
        time::Timestamp,
    },
    git::status,
    query::brief::{BriefCheckpoint, ENOUGH, Facts, Ledger, Needs},
    store::{ledger::View, session::Session},
    view::brief::commands::{NextCommand, commands},
};

json! {
    /// The answer of `brief`: the content of the page as data. Lists are bounded; `total` is the full number.
    pub struct BriefAnswer from facts: &Facts<'_> {
        /// The task of the brief; `null` if none was named and none is active.
        task: Option<BriefTaskJson> = facts.focus.as_ref().map(|focus| BriefTaskJson::new(&focus.task, facts, focus.is_active)),
        /// The newest decisions, oldest first: of the dependencies and the completed sibling tasks, then of the
        /// feature, then of the task itself.
        decisions: Several<BriefDecisionJson> = decisions(facts),
        /// The newest failed attempts, oldest first.
        failures: Several<BriefFailureJson> =
            newest(task(facts).map_or(&[], |task| &task.failures), |failure| BriefFailureJson::new(failure, &facts.view)),
        /// The open blockers.
        blockers: Vec<BriefBlockerJson> = task(facts)
            .map_or(&[][..], |task| &task.blockers)
            .iter()
            .map(|blocker| BriefBlockerJson::new(blocker, &facts.view))
            .collect(),
        /// The newest notes, oldest first.
        notes: Several<NoteJson> =
            newest(task(facts).map_or(&[], |task| &task.notes), |note| NoteJson::new(note, &facts.view)),
        /// The commits of the task on this history.
        checkpoints: BriefCheckpointsJson = facts.to_json(),
        /// The state of the worktree and the ledger.
        state: BriefStateJson = facts.to_json(),
        /// The uncommitted paths.
        uncommitted: BriefUncommittedJson = facts.standing.to_json(),
        /// Tasks in progress, without the task of the brief.
        in_progress: Several<BriefRowJson> =
            rows(facts, facts.plan.in_progress.iter().map(|work| &work.row), facts.plan.in_progress_count),
        /// Failed tasks, without the task of the brief.
        failed: Several<BriefRowJson> = rows(facts, &facts.plan.failed, facts.plan.failed_count),
        /// Ready tasks in the order of 'next'.
        next: Several<BriefRowJson> = rows(facts, &facts.plan.next, facts.plan.next_count),
        /// The suggested commands.
        commands: Vec<BriefCommandJson> = commands(facts).to_json(),
    }

    /// The task that a brief is about.
    struct BriefTaskJson from task: &Task, facts: &Facts<'_>, is_active: bool {
        /// The id of the task.
        id: String,
        /// The title: one line.
        title: String,
        status: Status,
        /// Whether it is active in this worktree.
        active: bool = is_active,
        /// 0 (highest) to 4.
        priority: u8,
        /// How many times it was started.
        attempts: u32,
        /// The description.
        description: Option<String> = task.description.as_ref().map(|text| facts.text(text)),
        /// The acceptance criteria.
        accept: Option<String> = task.accept_text(|text| facts.text(text)),
        /// Paths that it is expected to change, relative to the top of the work tree.
        files: Vec<String>,
        /// Its labels.
        labels: Vec<String>,
        /// References: URLs, or keys of other trackers.
        refs: Vec<String>,
        /// The id of its feature.
        parent: Option<String>,
        /// Ids of dependencies that are not completed.
        waiting_on: Vec<String> = facts.plan.waits_for.iter().map(|(id, _)| id.to_string()).collect(),
        /// The open subtasks.
        open_parts: Several<BriefRowJson> = rows(facts, &facts.plan.parts, facts.plan.parts_count.0),
        /// The holder of the claim, as `name@host`.
        held_by: Option<String> = task.claim.as_ref().map(|claim| claim.by.to_string()),
        /// The end of the claim.
        held_until: Option<String> = task.claim.as_ref().map(|claim| claim.until.to_string()),
        /// Whether the claim has expired.
        stale: bool = task.claim.as_ref().is_some_and(|claim| !claim.is_live(facts.now)),
    }

    /// A task in a list.
    struct BriefRowJson from row: &Summary, now: Timestamp {
        /// The id of the task.
        id: String,
        /// The title: one line.
        title: String,
        status: Status,
        /// The holder of the claim, as `name@host`.
        held_by: Option<String> = row.claim.as_ref().map(|(by, _)| by.to_string()),
        /// The end of the claim.
        held_until: Option<String> = row.claim.as_ref().map(|(_, until)| Timestamp::from_millis(*until).to_string()),
        /// Whether the claim has expired.
        stale: bool = row.claim.is_some() && row.live_claim(now).is_none(),
        /// The reason of the last failure, while it is failed.
        failure: Option<String>,
    }

    /// A decision that applies to the task.
    pub struct BriefDecisionJson from decision: &Decision, view: &View<'_>, id: &TaskId {
        /// The id of the task it was made in: the task itself, its feature, a dependency, or a completed sibling task.
        task: String = id.to_string(),
        #[serde(flatten)]
        decision: DecisionJson = DecisionJson::new(decision, view),
    }

    /// A failed attempt.
    pub struct BriefFailureJson from failure: &Failure, view: &View<'_> {
        /// The number of the attempt, from 1.
        attempt: u32,
        /// The reason for the failure.
        reason: String = view.text(&failure.reason),
        /// The kind of failure, one word.
        kind: Option<String>,
        /// The time of the failure.
        at: String,
    }

    /// An open blocker.
    pub struct BriefBlockerJson from blocker: &Blocker, view: &View<'_> {
        /// The id, for 'unblock'.
        id: String,
        /// A description of what the task waits for.
        text: String = view.text(&blocker.text),
    }

    /// The commits of the task.
    struct BriefCheckpointsJson from facts: &Facts<'_> {
        /// The number of its commits on this history.
        total: usize = facts.focus.as_ref().map_or(0, |focus| focus.checkpoints),
        /// The newest one.
        last: Option<BriefCheckpointJson> = facts.focus.as_ref().and_then(|focus| focus.last.to_json()),
        /// The newest one that passed a verification.
        verified: Option<BriefCheckpointJson> = facts.focus.as_ref().and_then(|focus| focus.verified.to_json()),
        /// When its commits were made; `null` if that is unknown.
        making: Option<MakingJson> = facts.focus.as_ref().and_then(|focus| focus.making.to_json()),
    }

    /// When the commits of a task were made, relative to its work.
    pub struct MakingJson from making: &Making {
        /// `while-working`, or `at-the-end` if the first commit was made in the last fifth of the work.
        how: &'static str = making.how.as_str(),
        /// Seconds of work before the first commit.
        before_seconds: u64 = making.before,
        /// Seconds from the first snapshot, or the start, to the last commit.
        work_seconds: u64 = making.work,
        /// The number of commits.
        commits: usize,
        /// The number of its snapshots in this repository.
        snapshots: usize,
    }

    /// A commit of the task.
    struct BriefCheckpointJson from checkpoint: &BriefCheckpoint {
        /// `n` of `t-1@n`.
        number: usize,
        /// The full commit id.
        commit: String,
        /// The first line of its message.
        subject: String,
        /// The committer date.
        at: String,
    }

    /// The state of the worktree and the ledger.
    struct BriefStateJson from facts: &Facts<'_> {
        /// Whether there are neither uncommitted changes nor unfinished operations.
        clean: bool = !facts.state.is_stuck() && facts.standing.total == 0 && facts.standing.counts.hidden == 0,
        /// An interrupted operation: 'undo' rolls it back, 'resume' finishes it.
        interrupted: Option<String> = facts.state.interrupted.as_ref().map(|operation| operation.id.to_string()),
        /// The unfinished operation of git: 'a merge', 'a rebase'.
        unfinished: Option<String> = facts.state.in_progress.as_ref().map(|operation| operation.what.to_owned()),
        /// The full id of the commit of HEAD; null on an unborn branch.
        head: Option<String> = facts.state.head.commit.to_json(),
        /// The short name of the branch; null if HEAD is detached.
        branch: Option<String> = facts.state.head.branch_name(),
        /// The upstream of the branch.
        upstream: Option<String> = facts.standing.upstream.to_json(),
        /// The number of commits that only the branch has.
        ahead: Option<usize> = facts.standing.ahead_behind.map(|(ahead, _)| ahead),
        /// The number of commits that only the upstream has.
        behind: Option<usize> = facts.standing.ahead_behind.map(|(_, behind)| behind),
        /// The ledger compared with that of the remote, as last fetched.
        ledger: Option<BriefLedgerJson> = facts.state.ledger.to_json(),
        /// Ids of active tasks of this worktree, without the task of the brief.
        also_active: Vec<String> = facts.active.iter().map(|(id, _)| id.to_string()).collect(),
        /// Ids of tasks that the actor holds or left in progress in this worktree, without the active ones; omitted if there are none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held: Vec<String> = facts.held.iter().map(|task| task.id.to_string()).collect(),
        /// The number of commits without a trailer made while the task was active.
        unstamped: usize = facts.state.unstamped,
        /// Why commits made here are not stamped; null if they are.
        hooks_missing: Option<String> = facts.state.unstamping.as_ref().map(|unstamping| unstamping.why.clone()),
        /// This clone has no ledger, but its commits name tasks: they are in another clone.
        ledger_missing: bool = facts.state.is_ledger_elsewhere,
        /// The last session of an agent host in this worktree, if it broke off.
        broke_off: Option<BriefSessionJson> = facts.state.broke_off.to_json(),
        /// Other live sessions in this worktree.
        other_sessions: Vec<BriefSessionJson> =
            facts.state.other_sessions.iter().take(ENOUGH).map(BriefSessionJson::new).collect(),
        /// Commits made after the last active task ended that may belong to it; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        follow_up: Option<FollowUpJson> = facts.state.follow_up.to_json(),
    }

    /// A session of an agent host.
    struct BriefSessionJson from session: &Session {
        /// The word for the host: `claude`.
        host: String,
        /// The session id assigned by the host.
        session: String = session.id.clone(),
        /// The id of the task that it works on.
        task: Option<String> = session.tasks.first().map(ToString::to_string),
        /// The time of its last event.
        seen: String,
    }

    /// The local ledger compared with that of a remote.
    struct BriefLedgerJson from ledger: &Ledger {
        /// The name of the remote.
        remote: String,
        /// Whether both sides have changes that the other lacks.
        diverged: bool = ledger.ahead > 0 && ledger.behind > 0,
        /// The number of commits that only the local ledger has.
        ahead: usize,
        /// The number of commits that only the ledger of the remote has.
        behind: usize,
    }

    /// The uncommitted paths.
    pub struct BriefUncommittedJson from summary: &status::StatusSummary {
        /// The number of paths, by kind.
        counts: DirtyJson,
        /// The first of these paths.
        paths: Several<PathJson> =
            Several { total: summary.total, shown: summary.first.iter().map(|one| one.path.to_json()).collect() },
    }

    /// A suggested command.
    struct BriefCommandJson from command: &NextCommand {
        /// The command line.
        command: String = command.line.clone(),
        /// Its effect.
        what: String,
    }
}

/// The beginning of a list.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Several<T> {
    /// The full number of items.
    pub total: usize,
    /// The listed items.
    pub shown: Vec<T>,
}

fn task<'f>(facts: &'f Facts<'_>) -> Option<&'f Task> {
    facts.focus.as_ref().map(|focus| &focus.task)
}

fn rows<'r>(facts: &Facts<'_>, rows: impl IntoIterator<Item = &'r Summary>, total: usize) -> Several<BriefRowJson> {
    Several { total, shown: rows.into_iter().map(|row| BriefRowJson::new(row, facts.now)).collect() }
}

/// The newest of `all`.
fn newest<A, B>(all: &[A], say: impl Fn(&A) -> B) -> Several<B> {
    Several { total: all.len(), shown: all[all.len().saturating_sub(ENOUGH)..].iter().map(say).collect() }
}

fn decisions(facts: &Facts<'_>) -> Several<BriefDecisionJson> {
    let Some(focus) = &facts.focus else { return Several { total: 0, shown: Vec::new() } };
    let needs = facts.needs(focus);
    let all: Vec<_> = needs.decisions().collect();
    newest(&all, |(id, decision)| BriefDecisionJson::new(decision, needs.view, id))
}

/// The decisions that bear on the task and are not its own.
pub fn decided_before(needs: Needs<'_>) -> Vec<BriefDecisionJson> {
    let others: Vec<_> = needs.decisions().filter(|(id, _)| **id != needs.task.id).collect();
    newest(&others, |(id, decision)| BriefDecisionJson::new(decision, needs.view, id)).shown
}
