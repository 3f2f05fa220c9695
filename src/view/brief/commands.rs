//! The exact commands that continue from here.

use crate::{
    domain::{stamp::Unstamping, status::Status, task::Task},
    git::state::InProgress,
    query::brief::{Facts, Focus},
    view::hint,
};

/// A command, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextCommand {
    /// As it is typed; `'…'` stands for the user's own words.
    pub line: String,
    /// What the command does, as a part of a sentence.
    pub what: String,
}

fn command(line: impl Into<String>, what: impl Into<String>) -> NextCommand {
    NextCommand { line: line.into(), what: what.into() }
}

/// The commands that fit the state of `facts`, the most likely one first.
pub fn commands(facts: &Facts<'_>) -> Vec<NextCommand> {
    if facts.state.interrupted.is_some() {
        return vec![
            command("git agent undo", "restores the previous state"),
            command("git agent resume", "finishes it"),
        ];
    }
    let mut commands: Vec<NextCommand> = facts.state.in_progress.iter().flat_map(unfinished).collect();
    match &facts.focus {
        Some(focus) => of_task(facts, focus, &mut commands),
        None => of_nothing(facts, &mut commands),
    }
    let unstamping = facts.state.unstamping.as_ref();
    if let Some(shown) = unstamping.and_then(Unstamping::origin) {
        commands.insert(0, command(shown, "shows where the hooks are disabled"));
    }
    if unstamping.is_some_and(|unstamping| unstamping.disabled_by.is_none()) || facts.state.is_ledger_elsewhere {
        let what = match facts.state.is_ledger_elsewhere {
            true => "fetches the tasks of the remote and installs the hooks",
            false => "installs the hooks, so that commits name their task",
        };
        commands.insert(0, command("git agent init", what));
    }
    if facts.state.is_ledger_deleted {
        commands.insert(0, command("git agent doctor --fix", "restores the tasks"));
    }
    if facts.state.may_be_elsewhere && !facts.state.is_ledger_elsewhere {
        commands.push(command("git agent sync", "fetches the tasks of other clones, if the remote has any"));
    }
    if let Some(after) = &facts.state.follow_up {
        commands.push(command(hint::link_command(after), "links the commits made after it ended"));
    }
    if facts.state.unstamped > 0 {
        commands.push(command("git agent repair", "links the commits that do not name the task"));
    }
    if let Some(ledger) = facts.state.ledger.as_ref().filter(|ledger| ledger.behind > 0) {
        commands.push(command(format!("git agent sync {}", ledger.remote), "merges the two ledgers"));
    }
    commands
}

fn of_task(facts: &Facts<'_>, focus: &Focus, commands: &mut Vec<NextCommand>) {
    let task = &focus.task;
    let id = &task.id;
    let blocked = task
        .blockers
        .first()
        .map(|blocker| command(format!("git agent unblock {id} {}", blocker.id), "when it is no longer blocked"));
    match task.status {
        Status::InProgress if focus.is_active => at_work(facts, focus, commands),
        Status::InProgress if task.claim.as_ref().is_some_and(|claim| claim.stops(&facts.us, facts.now)) => {
            let line = format!("git agent claim {id} --steal --reason '…'");
            commands.push(command(line, "takes it over, if its holder has really stopped"));
        }
        Status::InProgress => commands.push(command(format!("git agent start {id}"), "continues it here")),
        Status::Pending if facts.plan.waits_for.is_empty() => {
            commands.push(command(format!("git agent start {id}"), "starts it"));
        }
        Status::Pending => {
            commands.push(command("git agent next --start", "starts a task that is ready"));
        }
        Status::Failed => commands.push(command(format!("git agent start {id}"), "starts a new attempt")),
        Status::Completed | Status::Cancelled => {
            commands.push(next(facts));
            commands.push(command(format!("git agent reopen {id}"), "reopens it"));
        }
    }
    commands.extend(blocked);
}

/// The task is active here and continues.
fn at_work(facts: &Facts<'_>, focus: &Focus, commands: &mut Vec<NextCommand>) {
    let id = &focus.task.id;
    if facts.standing.total > 0 && facts.state.in_progress.is_none() {
        commands.push(command("git agent checkpoint -m '…'", "commits the uncommitted changes"));
    }
    let settings = facts.view.repo().settings();
    if settings.verify_command().is_some() {
        commands.push(command("git agent verify", "runs the tests (agent.verify) and records the result"));
        commands.push(command("git agent complete --verify --result '…'", "when it is done"));
    } else {
        commands.push(command("git agent verify -- COMMAND", "runs a test and records the result"));
        let line = if settings.require_verify() { " --verify 'COMMAND'" } else { "" };
        commands.push(command(format!("git agent complete{line} --result '…'"), "when it is done"));
    }
    commands.push(command("git agent fail --reason '…'", "when this attempt does not work"));
    commands.push(command("git agent decide '…' --why '…'", "records a decision and its reason"));
    // What came after the last good state may be what broke it.
    if focus.verified.as_ref().is_some_and(|verified| verified.number < focus.checkpoints) {
        let line = format!("git agent rollback {id}@green --dry-run");
        commands.push(command(line, "shows a rollback to the last verified checkpoint"));
    }
}

/// No task is active.
fn of_nothing(facts: &Facts<'_>, commands: &mut Vec<NextCommand>) {
    if !facts.active.is_empty() {
        commands.push(command("git agent sync", "may fetch the active task from the clone that created it"));
    }
    let held = facts.held.first();
    commands
        .extend(held.map(|task| command(format!("git agent start {}", task.id), "continues the task that you hold")));
    if held.is_none() {
        commands.push(next(facts));
    }
    let stale = facts
        .plan
        .in_progress
        .iter()
        .find(|work| !work.is_live && facts.held.iter().all(|task| task.id != work.row.id));
    commands.extend(stale.map(|work| {
        let line = format!("git agent start {}", work.row.id);
        command(line, "continues a task whose claim has expired")
    }));
    commands.extend(facts.plan.failed.first().map(|row| {
        let line = format!("git agent start {}", row.id);
        command(line, "starts a new attempt at the failed task")
    }));
}

/// How to get at work, if there is any.
fn next(facts: &Facts<'_>) -> NextCommand {
    match () {
        () if facts.plan.ready > 0 => command("git agent next --start", "starts the next ready task"),
        () if facts.plan.is_empty() => command("git agent add '…'", "creates the first task"),
        () => command("git agent ready --explain", "shows why nothing is ready"),
    }
}

fn unfinished(operation: &InProgress) -> [NextCommand; 2] {
    [command(operation.go_on, format!("continues {}", operation.what)), command(operation.abort, "aborts it")]
}

/// Who has claimed `task`, if it is another actor.
pub(crate) fn holder(facts: &Facts<'_>, task: &Task) -> Option<String> {
    let claim = task.claim.as_ref()?;
    let until = claim.until.to_minute();
    let by = claim.holder_for(&facts.us);
    Some(match (claim.is_of(&facts.us), claim.is_live(facts.now)) {
        (true, true) => format!("held by you ({}) until {until}", claim.by),
        (true, false) => format!("held by you ({}); the claim expired at {until}", claim.by),
        (false, true) => format!("held by {by} until {until}, not by you ({})", facts.us.actor),
        (false, false) => format!("held by {by}, whose claim expired at {until}"),
    })
}
