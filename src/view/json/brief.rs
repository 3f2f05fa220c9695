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
    query::brief::{Checkpoint, ENOUGH, Facts, Ledger, Needs},
    store::{ledger::View, session::Session},
    view::brief::commands::{NextCommand, commands},
};

json! {
    /// `brief`: what stands on the page, as data. Lists are bounded; `total` says how many there are.
    pub struct BriefAnswer from facts: &Facts<'_> {
        /// The task it is about; `null` when none is active and none was asked for.
        task: Option<BriefTaskJson> = facts.focus.as_ref().map(|focus| BriefTaskJson::new(&focus.task, facts, focus.is_active)),
        /// The newest decisions, oldest first: of the tasks that it comes after and of finished parts of its feature, then of the
        /// feature, then its own.
        decisions: Several<BriefDecisionJson> = decisions(facts),
        /// The newest failed attempts, oldest first.
        failures: Several<BriefFailureJson> =
            newest(task(facts).map_or(&[], |task| &task.failures), |failure| BriefFailureJson::new(failure, &facts.view)),
        /// Blockers.
        blockers: Vec<BriefBlockerJson> = task(facts)
            .map_or(&[][..], |task| &task.blockers)
            .iter()
            .map(|blocker| BriefBlockerJson::new(blocker, &facts.view))
            .collect(),
        /// The newest notes, oldest first.
        notes: Several<NoteJson> =
            newest(task(facts).map_or(&[], |task| &task.notes), |note| NoteJson::new(note, &facts.view)),
        /// Checkpoints of the task on the present history.
        checkpoints: BriefCheckpointsJson = facts.to_json(),
        /// The state.
        state: BriefStateJson = facts.to_json(),
        /// Uncommitted changes.
        uncommitted: BriefUncommittedJson = facts.standing.to_json(),
        /// Tasks in progress, but for the one it is about.
        in_progress: Several<BriefRowJson> =
            rows(facts, facts.plan.in_progress.iter().map(|work| &work.row), facts.plan.in_progress_count),
        /// Tasks that stand failed, but for the one it is about.
        failed: Several<BriefRowJson> = rows(facts, &facts.plan.failed, facts.plan.failed_count),
        /// Ready tasks in the order of 'next'.
        next: Several<BriefRowJson> = rows(facts, &facts.plan.next, facts.plan.next_count),
        /// The next commands.
        commands: Vec<BriefCommandJson> = commands(facts).to_json(),
    }

    /// The task that a brief is about.
    struct BriefTaskJson from task: &Task, facts: &Facts<'_>, is_active: bool {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
        /// Its state.
        status: Status,
        /// Whether it is active in this worktree.
        active: bool = is_active,
        /// 0 (highest) to 4.
        priority: u8,
        /// How many times it was begun.
        attempts: u32,
        /// The files that it is expected to change.
        description: Option<String> = task.description.as_ref().map(|text| facts.text(text)),
        /// When it is done.
        accept: Option<String> = task.accept_text(|text| facts.text(text)),
        /// Paths that it is expected to touch.
        files: Vec<String>,
        /// Labels.
        labels: Vec<String>,
        /// References to issues and addresses elsewhere.
        refs: Vec<String>,
        /// The feature it is a part of.
        parent: Option<String>,
        /// Open dependencies.
        waiting_on: Vec<String> = facts.plan.waits_for.iter().map(|(id, _)| id.to_string()).collect(),
        /// Its open parts.
        open_parts: Several<BriefRowJson> = rows(facts, &facts.plan.parts, facts.plan.parts_count.0),
        /// The holder.
        held_by: Option<String> = task.claim.as_ref().map(|claim| claim.by.to_string()),
        /// Until when.
        held_until: Option<String> = task.claim.as_ref().map(|claim| claim.until.to_string()),
        /// That time is over.
        stale: bool = task.claim.as_ref().is_some_and(|claim| !claim.is_live(facts.now)),
    }

    /// A task in a list.
    struct BriefRowJson from row: &Summary, now: Timestamp {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
        /// Its state.
        status: Status,
        /// The holder.
        held_by: Option<String> = row.claim.as_ref().map(|(by, _)| by.to_string()),
        /// Until when.
        held_until: Option<String> = row.claim.as_ref().map(|(_, until)| Timestamp::from_millis(*until).to_string()),
        /// That time is over.
        stale: bool = row.claim.is_some() && row.live_claim(now).is_none(),
        /// Why it failed.
        failure: Option<String>,
    }

    /// A decision.
    pub struct BriefDecisionJson from decision: &Decision, view: &View<'_>, id: &TaskId {
        /// Of which task: the one it is about, its feature, one that it comes after, or a finished part of its feature.
        task: String = id.to_string(),
        #[serde(flatten)]
        decision: DecisionJson = DecisionJson::new(decision, view),
    }

    /// A failed attempt.
    pub struct BriefFailureJson from failure: &Failure, view: &View<'_> {
        /// Which, from 1.
        attempt: u32,
        /// Why.
        reason: String = view.text(&failure.reason),
        /// In one word.
        kind: Option<String>,
        /// When.
        at: String,
    }

    /// A blocker.
    pub struct BriefBlockerJson from blocker: &Blocker, view: &View<'_> {
        /// Its id, for 'unblock'.
        id: String,
        /// What.
        text: String = view.text(&blocker.text),
    }

    /// Checkpoints.
    struct BriefCheckpointsJson from facts: &Facts<'_> {
        /// How many there are on the present history.
        total: usize = facts.focus.as_ref().map_or(0, |focus| focus.checkpoints),
        /// The newest.
        last: Option<BriefCheckpointJson> = facts.focus.as_ref().and_then(|focus| focus.last.to_json()),
        /// The newest that passed a verification.
        verified: Option<BriefCheckpointJson> = facts.focus.as_ref().and_then(|focus| focus.verified.to_json()),
        /// How the commits that the ledger knows came about; `null` where that cannot be said.
        making: Option<MakingJson> = facts.focus.as_ref().and_then(|focus| focus.making.to_json()),
    }

    /// How the history of a task came about.
    pub struct MakingJson from making: &Making {
        /// `while-working`, or `at-the-end`: the first commit came when four fifths of the work were over.
        how: &'static str = making.how.as_str(),
        /// Seconds of work before the first commit.
        before_seconds: u64 = making.before,
        /// Seconds from the first snapshot, or the start, to the last commit.
        work_seconds: u64 = making.work,
        /// How many commits.
        commits: usize,
        /// How many snapshots of the task are in this repository.
        snapshots: usize,
    }

    /// A checkpoint.
    struct BriefCheckpointJson from checkpoint: &Checkpoint {
        /// n of `t-1@n`.
        number: usize,
        /// The commit.
        commit: String,
        /// Its subject.
        subject: String,
        /// When it was committed.
        at: String,
    }

    /// The state.
    struct BriefStateJson from facts: &Facts<'_> {
        /// Nothing is half done, nothing is uncommitted.
        clean: bool = !facts.state.is_stuck() && facts.standing.total == 0 && facts.standing.counts.hidden == 0,
        /// The operation that was interrupted: 'undo' undoes it, 'resume' finishes it.
        interrupted: Option<String> = facts.state.interrupted.as_ref().map(|operation| operation.id.to_string()),
        /// The operation of git in progress: 'a merge', 'a rebase'.
        unfinished: Option<String> = facts.state.in_progress.as_ref().map(|operation| operation.what.to_owned()),
        /// The commit.
        head: Option<String> = facts.state.head.commit.to_json(),
        /// The branch.
        branch: Option<String> = facts.state.head.branch_name(),
        /// Its upstream.
        upstream: Option<String> = facts.standing.upstream.to_json(),
        /// Commits that the branch has and its upstream has not.
        ahead: Option<usize> = facts.standing.ahead_behind.map(|(ahead, _)| ahead),
        /// Commits that the upstream has and the branch has not.
        behind: Option<usize> = facts.standing.ahead_behind.map(|(_, behind)| behind),
        /// The ledger against that of the remote, as it was last fetched.
        ledger: Option<BriefLedgerJson> = facts.state.ledger.to_json(),
        /// Active tasks of this worktree, but for the one it is about.
        also_active: Vec<String> = facts.active.iter().map(|(id, _)| id.to_string()).collect(),
        /// Tasks that the asker holds in this worktree, or left in progress there, without being active; omitted if none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        held: Vec<String> = facts.held.iter().map(|task| task.id.to_string()).collect(),
        /// Commits made while the task was active that carry no trailer.
        unstamped: usize = facts.state.unstamped,
        /// Why commits made here are not stamped; null if they are.
        hooks_missing: Option<String> = facts.state.unstamping.clone(),
        /// The tasks of this repository are elsewhere: this clone has no ledger, and its commits name tasks.
        ledger_missing: bool = facts.state.is_ledger_elsewhere,
        /// The last session of an agent host here, if it broke off.
        broke_off: Option<BriefSessionJson> = facts.state.broke_off.to_json(),
        /// Other sessions that are at work in this worktree.
        other_sessions: Vec<BriefSessionJson> =
            facts.state.other_sessions.iter().take(ENOUGH).map(BriefSessionJson::new).collect(),
        /// Commits made after the last active task ended, which may belong to it; omitted if there are none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        follow_up: Option<FollowUpJson> = facts.state.follow_up.to_json(),
    }

    /// A session of an agent host.
    struct BriefSessionJson from session: &Session {
        /// The host: `claude`.
        host: String,
        /// The id of the session in its host.
        session: String = session.id.clone(),
        /// The task that it works on.
        task: Option<String> = session.tasks.first().map(ToString::to_string),
        /// When it was last seen.
        seen: String,
    }

    /// Our ledger against another one.
    struct BriefLedgerJson from ledger: &Ledger {
        /// Whose.
        remote: String,
        /// Each side has changes that the other lacks.
        diverged: bool = ledger.ahead > 0 && ledger.behind > 0,
        /// Commits of the ledger that only we have.
        ahead: usize,
        /// Commits of the ledger that only they have.
        behind: usize,
    }

    /// Uncommitted changes.
    pub struct BriefUncommittedJson from summary: &status::StatusSummary {
        /// How many paths, by kind.
        counts: DirtyJson,
        /// The paths.
        paths: Several<PathJson> =
            Several { total: summary.total, shown: summary.first.iter().map(|one| one.path.to_json()).collect() },
    }

    /// A command.
    struct BriefCommandJson from command: &NextCommand {
        /// As it is typed.
        command: String = command.line.clone(),
        /// Its effect.
        what: String,
    }
}

/// Some of many.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Several<T> {
    /// How many there are.
    pub total: usize,
    /// Those that are shown.
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
