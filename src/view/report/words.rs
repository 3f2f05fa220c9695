//! The remarks of a report about a task, the same in every format.

use crate::{
    domain::{
        graph::show_cycle,
        making::{How, Making},
        report::{Changes, Feature, Item, Reason, Report, Tally, TaskState},
        status::Status,
        time::{Timestamp, show_duration},
    },
    view::{mark_of, sanitize::plural},
};

/// The mark for the state of `item`.
pub fn mark(item: &Item) -> &'static str {
    mark_of(item.state.status(), item.is_blocked(), item.state == TaskState::Waiting)
}

/// The remarks about `item` in one line, the most important first.
pub fn remarks(item: &Item) -> Vec<String> {
    let mut remarks: Vec<String> = Vec::new();
    if let Some(why) = item.failure() {
        remarks.push(format!("failed: {}", one_line(why)));
    }
    remarks.extend(reasons(&item.reasons));
    remarks.extend(item.why.as_deref().map(one_line));
    remarks.extend(item.duplicate_of.as_ref().map(|original| format!("duplicate of {original}")));
    if item.state == TaskState::InProgress {
        remarks.extend(item.by.as_ref().map(ToString::to_string));
        remarks.extend(item.started_at.map(|at| format!("since {}", at.to_minute())));
    }
    remarks.extend(spent(item));
    if item.state == TaskState::InProgress
        && let Some(last) = item.stretches.last().filter(|last| !last.goes_on)
    {
        remarks.push(format!("no activity since {}", last.to.to_minute()));
    }
    if item.attempts > 1 {
        remarks.push(format!("attempt {}", item.attempts));
    }
    match item.verified {
        Some((_, true)) if item.state != TaskState::Failed => remarks.push("verified".to_owned()),
        Some((_, false)) => remarks.push("last verification failed".to_owned()),
        _ => {}
    }
    remarks.extend(item.making.as_ref().map(making));
    if let Some(within) = &item.within {
        remarks.push(format!("part of {}", one_line(within)));
    }
    if !item.labels.is_empty() {
        remarks.push(format!("[{}]", item.labels.join(", ")));
    }
    remarks.extend(item.refs.iter().cloned());
    remarks
}

/// The subject and the date of a report: `shop on main, 2026-11-29`.
pub fn place(report: &Report) -> String {
    let branch = report.place.branch.as_ref().map(|branch| format!(" on {branch}")).unwrap_or_default();
    let separator = if report.place.repository.is_empty() { "" } else { ", " };
    one_line(&format!("{}{branch}{separator}{}", report.place.repository, day(report.at)))
}

/// Of each kind, what matters now is no more than this.
const NOW: usize = 5;

/// A line about a task that matters now.
pub struct NowLine<'r> {
    /// The task, and what stands before it: `Next: `; `None`: there are more of its kind.
    pub item: Option<(&'static str, &'r Item)>,
    /// The remarks, separated by commas.
    pub remarks: String,
}

/// What matters now: in progress, blocked, failed, next.
pub fn now(report: &Report) -> Vec<NowLine<'_>> {
    let now = report.now();
    let mut lines = Vec::new();
    for items in [&now.in_progress, &now.blocked, &now.failed] {
        for item in items.iter().take(NOW) {
            lines.push(NowLine { item: Some(("", *item)), remarks: remarks(item).join(", ") });
        }
        if items.len() > NOW {
            lines.push(NowLine { item: None, remarks: format!("… and {} more", items.len() - NOW) });
        }
    }
    lines.extend(now.next.map(|item| NowLine { item: Some(("Next: ", item)), remarks: remarks(item).join(", ") }));
    lines
}

/// The reasons as texts.
pub fn reasons(reasons: &[Reason]) -> Vec<String> {
    let after: Vec<String> = reasons
        .iter()
        .filter_map(|reason| match reason {
            Reason::After { on, status: None } => Some(format!("{on} (not in this ledger)")),
            Reason::After { on, status: Some(Status::Failed) } => Some(format!("{on} (failed)")),
            Reason::After { on, status: Some(Status::Cancelled) } => Some(format!("{on} (cancelled)")),
            Reason::After { on, .. } => Some(on.to_string()),
            _ => None,
        })
        .collect();
    let others = reasons.iter().filter_map(|reason| match reason {
        Reason::Blocked(text) => Some(format!("blocked: {}", one_line(text))),
        Reason::Cycle(cycle) => Some(format!("in a dependency cycle: {}", show_cycle(cycle))),
        Reason::Held { by, until } => Some(format!("held by {by} until {}", until.to_minute())),
        Reason::PutOff(until) => Some(format!("paused until {}", until.to_minute())),
        Reason::After { .. } => None,
    });
    let mut said: Vec<String> = others.collect();
    if !after.is_empty() {
        said.push(format!("after {}", after.join(", ")));
    }
    said
}

/// A feature in a line of ours: its id tells it from our own words.
pub fn titled(feature: &Feature) -> String {
    format!("{} ({})", feature.title, feature.id)
}

/// The remarks about the feature itself.
pub fn of_feature(feature: &Feature) -> Vec<String> {
    let failure = feature.failure.as_ref().map(|why| format!("failed: {}", one_line(why)));
    failure.into_iter().chain(reasons(&feature.reasons)).collect()
}

fn spent(item: &Item) -> Option<String> {
    match (item.was_worked_on(), item.estimate) {
        (false, None) => None,
        (false, Some(estimate)) => Some(format!("estimated {}", work(estimate))),
        (true, None) => Some(format!("{} of work", work(item.active()))),
        (true, Some(estimate)) => Some(format!("{} of {} estimated", work(item.active()), work(estimate))),
    }
}

/// How a history came about: `packaged at the end, 3 commits, the first after 55m of 1h00m`.
pub fn making(making: &Making) -> String {
    let (commits, before, all) = (plural(making.commits, "commit"), work(making.before), work(making.work));
    match making.how {
        How::WhileWorking => format!("{commits} while working"),
        How::AtTheEnd if making.commits == 1 => format!("packaged at the end: one commit after {all}"),
        How::AtTheEnd => format!("packaged at the end: {commits}, the first after {before} of {all}"),
    }
}

/// `2 completed, 1 started`.
pub fn changes(changes: &Changes) -> String {
    let counts = [
        (changes.completed, "completed"),
        (changes.started, "started"),
        (changes.failed, "failed"),
        (changes.added, "added"),
    ];
    let said: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if said.is_empty() { "nothing changed".to_owned() } else { said.join(", ") }
}

/// `3/5 tasks (60%)`; if all have estimates, with how much of these is done.
pub fn tally(tally: &Tally) -> String {
    let progress = &tally.progress;
    if progress.total == 0 {
        return "no tasks".to_owned();
    }
    let weighted = match progress.is_weighted {
        true => format!(", {}% of the estimate", progress.percent()),
        false => String::new(),
    };
    let (done, all) = (progress.completed, plural(progress.total, "task"));
    format!("{done}/{all} ({}%){weighted}", progress.percent_by_count())
}

/// How much work: in hours, as a day of work has no fixed number of them.
pub fn work(seconds: u64) -> String {
    match seconds {
        0..86_400 => show_duration(seconds),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// The date of `at`: `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    at.to_utc().format("%Y-%m-%d").to_string()
}

/// Text of several lines in one: every run of white space is a space.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first words of `text`, which may be a whole page.
pub fn beginning(text: &str, most: usize) -> String {
    let line = one_line(text);
    match line.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}
