//! The text of a brief. Lasting sections come above present ones, and no line contains an age.

use crate::{
    domain::{
        status::Status,
        time::{Timestamp, show_duration},
    },
    git::{Head, status::PathStatus},
    query::brief::{BriefCheckpoint, Facts, Focus},
    view::{
        brief::{
            Body, BriefPage, KeptPoints, Point, Section,
            commands::{commands, holder},
            needs,
        },
        hint, oid,
        report::words::making as making_words,
        sanitize::{self, plural},
        shorten,
    },
};

/// How many other sessions are named.
const SESSIONS: usize = 2;

/// Lay out `facts` as a page.
pub fn page(facts: &Facts<'_>) -> BriefPage {
    let mut page = BriefPage { alerts: alerts(facts), ..BriefPage::default() };
    match &facts.focus {
        Some(focus) => {
            page.title = focus.task.id.to_string();
            page.called.clone_from(&focus.task.title);
            lasting(facts, focus, &mut page.lasting);
            around(facts, focus, &mut page.present);
        }
        None => {
            page.title = match &facts.active[..] {
                [] => "No task is active here".to_owned(),
                _ => "The active task is not in this ledger".to_owned(),
            };
            plan(facts, &mut page.present);
        }
    }
    let mut add = |heading, (points, count), most, rank, more: &str| {
        page.present.push(list(heading, points, count, most, rank, more));
    };
    add("State", all(state(facts)), 6, 1, "git agent status");
    add("Uncommitted", (uncommitted(facts), facts.standing.total), 8, 3, "git status");
    if facts.focus.is_some() {
        add("Ready next", next(facts), 4, 5, "git agent ready");
    } else if !facts.plan.is_empty() {
        add("Tasks", all(vec![words(facts.plan.counts.to_string())]), 1, 4, "git agent list");
    }
    let commands = commands(facts).into_iter().map(|command| Point::Command(command.line, command.what));
    add("Continue", all(commands.collect()), 8, 0, "git agent --help");
    page
}

/// A section of points of which there are `count`, those that were gathered in front.
fn list(heading: &'static str, points: Vec<Point>, count: usize, most: usize, rank: u8, more: &str) -> Section {
    let beyond = count.saturating_sub(points.len());
    Section { heading, body: Body::Points(points, KeptPoints::First), most, rank, beyond, more: more.to_owned() }
}

fn all(points: Vec<Point>) -> (Vec<Point>, usize) {
    let count = points.len();
    (points, count)
}

fn next(facts: &Facts<'_>) -> (Vec<Point>, usize) {
    (facts.plan.next.iter().map(|row| named(row.id.as_str(), &row.title)).collect(), facts.plan.next_count)
}

fn words(text: impl Into<String>) -> Point {
    Point::Words(text.into())
}

fn said(head: impl Into<String>, text: impl Into<String>) -> Point {
    Point::Said { head: head.into(), text: text.into() }
}

fn named(head: impl Into<String>, text: impl Into<String>) -> Point {
    Point::Named { head: head.into(), text: text.into() }
}

/// Alerts: what to know before anything else is done.
fn alerts(facts: &Facts<'_>) -> Vec<String> {
    let mut alerts = Vec::new();
    if let Some(operation) = &facts.state.interrupted {
        alerts.push(format!("**An operation was interrupted. Undo or resume it first.** > {}", operation.title));
    } else if let Some(operation) = &facts.state.in_progress {
        alerts.push(format!("**In progress: {}. Finish or abort it first.**", operation.what));
    }
    if let Some(session) = &facts.state.broke_off {
        let on = session.tasks.first().map_or_else(String::new, |task| format!(" on {task}"));
        let (host, at) = (sanitize::line(&session.host), session.seen.to_minute());
        alerts.push(format!(
            "**The last session here ({host}{on}) ended unexpectedly after {at}: check uncommitted changes.**"
        ));
    }
    if facts.state.is_ledger_elsewhere {
        alerts.push(
            "**The tasks are in another clone: the commits name tasks, but this clone does not have their notes.**"
                .to_owned(),
        );
    }
    if facts.state.is_ledger_deleted {
        alerts.push("**Another program deleted the ledger: the tasks can be restored.**".to_owned());
    }
    alerts
}

/// The lasting sections about the task.
fn lasting(facts: &Facts<'_>, focus: &Focus, sections: &mut Vec<Section>) {
    let more = format!("git agent show {}", focus.task.id);
    let about = Body::Points(about(facts, focus), KeptPoints::First);
    sections.push(Section { heading: "Task", body: about, most: 4, rank: 0, beyond: 0, more });
    sections.extend(needs::sections(facts.needs(focus)));
}

fn about(facts: &Facts<'_>, focus: &Focus) -> Vec<Point> {
    let task = &focus.task;
    let mut line = task.status.in_words().to_owned();
    if !task.blockers.is_empty() && !task.status.is_closed() {
        line.push_str(", blocked");
    }
    if task.attempts > 0 {
        line.push_str(&format!(", attempt {}", task.attempts));
    }
    line.push_str(&format!(", priority {} (0 is the highest)", task.priority));
    if let Some(seconds) = task.estimate {
        line.push_str(&format!(", estimated {}", show_duration(seconds)));
    }
    let mut points = vec![words(line)];
    if let Some(actor) = task.created_by.as_ref().filter(|actor| **actor != facts.us.actor) {
        points.push(words(format!("added by {actor}")));
    }
    if let Some(why) = &task.reason {
        points.push(said(format!("{} by {}", why.what.as_str(), why.by), facts.text(&why.text)));
    }
    points.extend(task.duplicate_of.iter().map(|id| words(format!("duplicate of {id}"))));
    points.extend(task.until.iter().map(|until| words(format!("not ready before {}", until.to_minute()))));
    if let Some(id) = &task.parent {
        points.push(match &focus.feature {
            Some(feature) => named(format!("subtask of {id}"), &feature.title),
            None => words(format!("subtask of {id}")),
        });
    }
    if let Some(base) = &task.base {
        let commit = base.commit.as_ref().map_or("an unborn branch".to_owned(), oid);
        let branch = base.branch.as_ref().map(|branch| format!(" on {branch}")).unwrap_or_default();
        points.push(words(format!("started at {commit}{branch}")));
    }
    points
}

/// Checkpoints and tasks around the task.
fn around(facts: &Facts<'_>, focus: &Focus, sections: &mut Vec<Section>) {
    let task = &focus.task;
    let show = format!("git agent show {}", task.id);
    let mut add = |heading, (points, count), most, rank, more: &str| {
        sections.push(list(heading, points, count, most, rank, more));
    };
    let waits = facts.plan.waits_for.iter().map(|(id, status)| match status {
        Some(status) => words(format!("{id}, {}", status.in_words())),
        None => words(format!("{id}, not in this ledger")),
    });
    add("Waits for", all(waits.collect()), 4, 2, &show);
    let parts = facts.plan.parts.iter().map(|row| named(format!("{}, {}", row.id, row.status.in_words()), &row.title));
    let parts = (parts.collect(), facts.plan.parts_count.0);
    add("Open subtasks", parts, 6, 4, &format!("git agent list --parent {}", task.id));
    add("Checkpoints", all(checkpoints(focus)), 4, 2, &format!("git agent log {}", task.id));
}

fn checkpoints(focus: &Focus) -> Vec<Point> {
    let Some(last) = &focus.last else { return vec![words("none in this history yet")] };
    let id = &focus.task.id;
    let at = |point: &BriefCheckpoint| {
        let commit = oid(point.commit);
        format!("{id}@{} is {commit}, {}", point.number, point.at.to_minute())
    };
    let verified = match &focus.verified {
        None => words("verified: none yet"),
        Some(point) if point.number == last.number => {
            words(format!("verified: {id}@{}, the last checkpoint", point.number))
        }
        Some(point) => said(format!("verified: {}", at(point)), &point.subject),
    };
    let made = focus.making.as_ref().map(|making| words(making_words(making)));
    [said(format!("last: {}", at(last)), &last.subject), verified].into_iter().chain(made).collect()
}

/// The plan, when no task is active.
fn plan(facts: &Facts<'_>, sections: &mut Vec<Section>) {
    let plan = &facts.plan;
    let mut add = |heading, (points, count), most, rank, more: &str| {
        sections.push(list(heading, points, count, most, rank, more));
    };
    add("Ready next", next(facts), 8, 2, "git agent ready");
    let work = plan.in_progress.iter().map(|work| {
        let held = work.row.claim.as_ref().map(|(by, until)| {
            let until = Timestamp::from_millis(*until).to_minute();
            match work.is_live {
                true => format!("held by {by} until {until}"),
                false => format!("the claim of {by} expired at {until}"),
            }
        });
        let held = held.unwrap_or_else(|| "unclaimed".to_owned());
        named(format!("{}, {held}", work.row.id), &work.row.title)
    });
    add("In progress", (work.collect(), plan.in_progress_count), 8, 3, "git agent list --status in_progress");
    let failed = plan.failed.iter().map(|row| {
        let why = row.failure.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        said(row.id.as_str(), format!("{}{why}", shorten(&row.title, TITLE)))
    });
    add("Failed", (failed.collect(), plan.failed_count), 6, 4, "git agent list --status failed");
}

/// The state: a summary line, then everything unusual.
fn state(facts: &Facts<'_>) -> Vec<Point> {
    let state = &facts.state;
    let mut line = match (&state.interrupted, &state.in_progress, facts.standing.total) {
        (Some(_), ..) => "an operation was interrupted".to_owned(),
        (_, Some(operation), _) => format!("{} in progress", operation.what),
        (_, _, 0) if facts.standing.counts.hidden == 0 => "clean, nothing uncommitted".to_owned(),
        (_, _, 0) => "nothing uncommitted that 'git status' shows".to_owned(),
        (_, _, count) => format!("{} not committed", plural(count, "path")),
    };
    line.push_str(&format!("; {}", place(&state.head)));
    if let Some(upstream) = &facts.standing.upstream {
        let upstream = sanitize::bytes(upstream.as_ref());
        line.push_str(&match facts.standing.ahead_behind {
            Some((0, 0)) => format!(", up to date with {upstream}"),
            Some((ahead, 0)) => format!(", {ahead} ahead of {upstream}"),
            Some((0, behind)) => format!(", {behind} behind {upstream}"),
            Some((ahead, behind)) => format!(", {ahead} ahead of and {behind} behind {upstream}"),
            None => format!(", whose upstream {upstream} is gone"),
        });
    }
    let mut points = vec![words(line)];
    if facts.standing.counts.hidden > 0 {
        let count = plural(facts.standing.counts.hidden, "changed file");
        points.push(words(format!("{count} hidden from 'git status' by assume-unchanged or skip-worktree")));
    }
    points.extend(state.other_sessions.iter().take(SESSIONS).map(|session| {
        let on = session.tasks.first().map_or_else(String::new, |task| format!(" on {task}"));
        words(format!("another session of {} is working here{on}", sanitize::line(&session.host)))
    }));
    if let Some(ledger) = &state.ledger {
        let remote = &ledger.remote;
        points.extend(
            match (ledger.ahead, ledger.behind) {
                (0, 0) => None,
                (ahead, 0) => Some(format!("tasks: {} not yet in '{remote}'", plural(ahead, "change"))),
                (0, _) => Some(format!("tasks: '{remote}' has changes that this clone does not have")),
                (ahead, behind) => Some(format!(
                    "tasks: diverged from '{remote}', {} here and {behind} there",
                    plural(ahead, "change")
                )),
            }
            .map(words),
        );
    }
    if let Some(focus) = &facts.focus {
        if focus.task.status == Status::InProgress || focus.task.status == Status::Pending {
            points.extend(holder(facts, &focus.task).map(words));
        }
        if !focus.is_active && !focus.task.status.is_closed() {
            points.push(words("not active in this worktree: commits made here are not stamped with it"));
        }
    }
    if let Some(unstamping) = &state.unstamping {
        points.push(words(format!("commits made here are not stamped: {}", unstamping.why)));
    }
    if state.unstamped > 0 {
        let verb = if state.unstamped == 1 { "is" } else { "are" };
        let commits = plural(state.unstamped, "commit");
        points.push(words(format!("{commits} made while it was active {verb} not stamped with it")));
    }
    points.extend(state.follow_up.iter().map(|after| words(hint::follow_up(after))));
    let also = if facts.focus.as_ref().is_some_and(|focus| focus.is_active) { "also " } else { "" };
    points.extend(facts.active.iter().map(|(id, title)| match title {
        Some(title) => named(format!("{also}active here: {id}"), title),
        None => words(format!("active here, but not in this ledger: {id}")),
    }));
    let held = facts
        .held
        .iter()
        .map(|task| named(format!("held by you, {}: {}", task.status.in_words(), task.id), &task.title));
    points.extend(held);
    if facts.focus.is_some() && facts.others_in_progress > 0 {
        let count = plural(facts.others_in_progress, "other task");
        points.push(words(format!("{count} in progress: git agent list --status in_progress")));
    }
    points
}

fn place(head: &Head) -> String {
    let commit = head.commit.map(oid);
    match (head.branch_name(), commit) {
        (Some(branch), Some(commit)) => format!("on {branch} at {commit}"),
        (Some(branch), None) => format!("on {branch}, which has no commits yet"),
        (None, Some(commit)) => format!("HEAD is detached at {commit}"),
        (None, None) => "HEAD has no commit".to_owned(),
    }
}

fn uncommitted(facts: &Facts<'_>) -> Vec<Point> {
    let word = |kind| match kind {
        PathStatus::Staged => "staged",
        PathStatus::Unstaged => "changed",
        PathStatus::Untracked => "untracked",
        PathStatus::Unmerged => "unmerged",
    };
    let paths = facts.standing.first.iter();
    paths.map(|one| named(word(one.kind), sanitize::bytes(one.path.as_ref()))).collect()
}

/// The columns of a title that something is said behind.
const TITLE: usize = 60;
