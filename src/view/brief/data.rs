//! A brief for programs: the same sections as data.

use bstr::ByteSlice as _;

use crate::{
    domain::{summary::Summary, task::Task, time::Timestamp},
    query::brief::{Checkpoint, ENOUGH, Facts, Needs},
    store::session::Session,
    view::json::{
        BriefAnswer, BriefBlockerJson, BriefCheckpointJson, BriefCheckpointsJson, BriefCommandJson, BriefDecisionJson,
        BriefFailureJson, BriefLedgerJson, BriefNoteJson, BriefRowJson, BriefSessionJson, BriefStateJson,
        BriefTaskJson, BriefUncommittedJson, FollowUpJson, MakingJson, SCHEMA, Several,
    },
};

/// Say `facts` as data.
pub fn data(facts: &Facts<'_>) -> BriefAnswer {
    let focus = facts.focus.as_ref();
    let task = focus.map(|focus| &focus.task);
    let plan = &facts.plan;
    let rows =
        |rows: &[Summary], total| Several { total, shown: rows.iter().map(|row| self::row(row, facts.now)).collect() };
    let work: Vec<Summary> = plan.in_progress.iter().map(|work| work.row.clone()).collect();
    BriefAnswer {
        schema: SCHEMA,
        task: focus.map(|focus| self::task(facts, &focus.task, focus.is_active)),
        decisions: decisions(facts),
        failures: newest(task.map_or(&[], |task| &task.failures), |failure| BriefFailureJson {
            attempt: failure.attempt,
            reason: facts.text(&failure.reason),
            kind: failure.kind.clone(),
            at: failure.at.to_string(),
        }),
        blockers: task
            .iter()
            .flat_map(|task| &task.blockers)
            .map(|blocker| BriefBlockerJson { id: blocker.id.clone(), text: facts.text(&blocker.text) })
            .collect(),
        notes: newest(task.map_or(&[], |task| &task.notes), |note| BriefNoteJson {
            at: note.at.to_string(),
            by: note.by.to_string(),
            text: facts.text(&note.text),
        }),
        checkpoints: BriefCheckpointsJson {
            total: focus.map_or(0, |focus| focus.checkpoints),
            last: focus.and_then(|focus| focus.last.as_ref()).map(checkpoint),
            verified: focus.and_then(|focus| focus.verified.as_ref()).map(checkpoint),
            making: focus.and_then(|focus| focus.making.as_ref()).map(MakingJson::new),
        },
        state: state(facts),
        uncommitted: BriefUncommittedJson::new(&facts.standing),
        in_progress: rows(&work, plan.in_progress_count),
        failed: rows(&plan.failed, plan.failed_count),
        next: rows(&plan.next, plan.next_count),
        commands: facts
            .commands()
            .into_iter()
            .map(|command| BriefCommandJson { command: command.line, what: command.what })
            .collect(),
    }
}

fn task(facts: &Facts<'_>, task: &Task, active: bool) -> BriefTaskJson {
    let plan = &facts.plan;
    BriefTaskJson {
        id: task.id.to_string(),
        title: task.title.clone(),
        status: task.status,
        active,
        priority: task.priority,
        attempts: task.attempts,
        description: task.description.as_ref().map(|text| facts.text(text)),
        accept: task.accept_text(|text| facts.text(text)),
        files: task.files.clone(),
        labels: task.labels.clone(),
        refs: task.refs.clone(),
        parent: task.parent.as_ref().map(ToString::to_string),
        waiting_on: plan.waits_for.iter().map(|(id, _)| id.to_string()).collect(),
        open_parts: Several {
            total: plan.parts_count.0,
            shown: plan.parts.iter().map(|part| row(part, facts.now)).collect(),
        },
        held_by: task.claim.as_ref().map(|claim| claim.by.to_string()),
        held_until: task.claim.as_ref().map(|claim| claim.until.to_string()),
        stale: task.claim.as_ref().is_some_and(|claim| !claim.is_live(facts.now)),
    }
}

fn row(row: &Summary, now: Timestamp) -> BriefRowJson {
    BriefRowJson {
        id: row.id.to_string(),
        title: row.title.clone(),
        status: row.status,
        held_by: row.claim.as_ref().map(|(by, _)| by.to_string()),
        held_until: row.claim.as_ref().map(|(_, until)| Timestamp::from_millis(*until).to_string()),
        stale: row.claim.is_some() && row.live_claim(now).is_none(),
        failure: row.failure.clone(),
    }
}

/// The newest of `all`.
fn newest<A, B>(all: &[A], say: impl Fn(&A) -> B) -> Several<B> {
    Several { total: all.len(), shown: all[all.len().saturating_sub(ENOUGH)..].iter().map(say).collect() }
}

fn decisions(facts: &Facts<'_>) -> Several<BriefDecisionJson> {
    let Some(focus) = &facts.focus else { return Several { total: 0, shown: Vec::new() } };
    let needs = facts.needs(focus);
    let all: Vec<_> = needs.decisions().collect();
    newest(&all, |(id, decision)| BriefDecisionJson::new(needs.view, id, decision))
}

/// The decisions that bear on the task and are not its own.
pub fn decided_before(needs: Needs<'_>) -> Vec<BriefDecisionJson> {
    let others: Vec<_> = needs.decisions().filter(|(id, _)| **id != needs.task.id).collect();
    newest(&others, |(id, decision)| BriefDecisionJson::new(needs.view, id, decision)).shown
}

fn checkpoint(point: &Checkpoint) -> BriefCheckpointJson {
    BriefCheckpointJson {
        number: point.number,
        commit: point.commit.to_string(),
        subject: point.subject.clone(),
        at: point.at.to_string(),
    }
}

fn session(session: &Session) -> BriefSessionJson {
    BriefSessionJson {
        host: session.host.clone(),
        session: session.id.clone(),
        task: session.tasks.first().map(ToString::to_string),
        seen: session.seen.to_string(),
    }
}

fn state(facts: &Facts<'_>) -> BriefStateJson {
    let state = &facts.state;
    let apart = facts.standing.ahead_behind;
    BriefStateJson {
        clean: !state.is_stuck() && facts.standing.total == 0 && facts.standing.counts.hidden == 0,
        interrupted: state.interrupted.as_ref().map(|operation| operation.id.to_string()),
        unfinished: state.in_progress.as_ref().map(|operation| operation.what.to_owned()),
        head: state.head.commit.map(|id| id.to_string()),
        branch: state.head.branch_name(),
        upstream: facts.standing.upstream.as_ref().map(|name| name.to_str_lossy().into_owned()),
        ahead: apart.map(|(ahead, _)| ahead),
        behind: apart.map(|(_, behind)| behind),
        ledger: state.ledger.as_ref().map(|ledger| BriefLedgerJson {
            remote: ledger.remote.clone(),
            diverged: ledger.ahead > 0 && ledger.behind > 0,
            ahead: ledger.ahead,
            behind: ledger.behind,
        }),
        also_active: facts.active.iter().map(|(id, _)| id.to_string()).collect(),
        held: facts.held.iter().map(|task| task.id.to_string()).collect(),
        unstamped: state.unstamped,
        broke_off: state.broke_off.as_ref().map(session),
        other_sessions: state.other_sessions.iter().take(ENOUGH).map(session).collect(),
        hooks_missing: state.unstamping.clone(),
        ledger_missing: state.is_ledger_elsewhere,
        follow_up: state.follow_up.as_ref().map(FollowUpJson::new),
    }
}
