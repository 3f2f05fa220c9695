//! Checkpoints, decisions and time.

use std::fmt::Write as _;

use crate::{
    domain::{
        active_time,
        report::{Item, Report},
        time::show_duration,
    },
    view::{report::words, sanitize::plural, svg::escape},
};

/// A page lists so many checkpoints, and says how many there are.
const CHECKPOINTS: usize = 100;

/// Class, sign and word of a verdict.
pub(super) fn verdict(verified: Option<bool>) -> (&'static str, &'static str, &'static str) {
    match verified {
        Some(true) => (" done", " ✓", "verified"),
        Some(false) => (" bad", " ✗", "verification failed"),
        None => ("", "", "not verified"),
    }
}

/// The newest checkpoints.
pub(super) fn checkpoints(report: &Report) -> String {
    let of = |item: &'_ Item| item.checkpoints.len();
    let count: usize = report.items().map(of).sum();
    if count == 0 {
        return String::new();
    }
    let mut all: Vec<_> = report.items().flat_map(|item| item.checkpoints.iter().map(move |one| (item, one))).collect();
    all.sort_by_key(|(item, one)| (std::cmp::Reverse(one.at), &item.id, std::cmp::Reverse(one.number)));
    let mut rows = String::new();
    for (item, one) in all.iter().take(CHECKPOINTS) {
        let (class, sign, word) = verdict(one.verified);
        let commit = one.commit.get(..12).unwrap_or(&one.commit);
        writeln!(
            rows,
            "<tr><td class=\"time\">{}</td><td><code>{}@{}</code></td><td><code>{commit}</code></td><td><bdi>{}</bdi></td>\
             <td><span class=\"mark{class}\">{}</span> <small>{word}</small></td></tr>",
            one.at.to_minute(),
            item.id,
            one.number,
            escape(&one.subject),
            sign.trim()
        )
        .unwrap_or_default();
    }
    let note = match count.saturating_sub(CHECKPOINTS) {
        0 => String::new(),
        older => format!("<p><small>The newest of {count}; {} not listed.</small></p>\n", plural(older, "older one")),
    };
    format!(
        "<section>\n<h2>Checkpoints</h2>\n{note}<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Checkpoints\">\n\
         <table>\n<thead><tr><th scope=\"col\">Made</th><th scope=\"col\">Checkpoint</th><th scope=\"col\">Commit</th>\
         <th scope=\"col\">Subject</th><th scope=\"col\">Verification</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n\
         </div>\n</section>\n"
    )
}

/// Decisions and why, by date.
pub(super) fn decisions(report: &Report) -> String {
    let mut all: Vec<_> = report.blocks.iter().flat_map(|block| &block.decisions).collect();
    all.sort_by_key(|said| (said.at, &said.task));
    if all.is_empty() {
        return String::new();
    }
    let mut list = String::new();
    for said in all {
        let why =
            said.why.as_deref().map(|why| format!("<p>{}</p>", escape(&words::one_line(why)))).unwrap_or_default();
        writeln!(
            list,
            "<dt><bdi>{}</bdi></dt>\n<dd>{why}<small>{} on <code>{}</code>, {}</small></dd>",
            escape(&words::one_line(&said.text)),
            escape(said.by.as_str()),
            said.task,
            said.at.to_minute()
        )
        .unwrap_or_default();
    }
    format!("<section>\n<h2>Decisions</h2>\n<dl>\n{list}</dl>\n</section>\n")
}

/// Work, elapsed time and estimate of the tasks that were begun.
pub(super) fn time(report: &Report) -> String {
    let mut begun: Vec<&Item> = report.items().filter(|item| item.was_worked_on()).collect();
    if begun.is_empty() {
        return String::new();
    }
    begun.sort_by_key(|item| (item.started_at, &item.id));
    let show = |seconds: Option<u64>| seconds.map_or("–".to_owned(), words::work);
    let actors = |actors: &[(crate::domain::actor::Actor, u64)], one: bool| {
        let said = actors.iter().map(|(by, seconds)| match one {
            true => escape(by.as_str()),
            false => format!("{} {}", escape(by.as_str()), words::work(*seconds)),
        });
        said.collect::<Vec<_>>().join(", ")
    };
    let mut rows = String::new();
    for item in &begun {
        let by = active_time::by_actor(&item.stretches);
        let over = if item.estimate.is_some_and(|estimate| item.active() > estimate) { " over" } else { "" };
        writeln!(
            rows,
            "<tr><td><bdi>{}</bdi> <code>{}</code></td><td class=\"number{over}\">{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td>{}</td></tr>",
            escape(&item.title),
            item.id,
            words::work(item.active()),
            show_duration(item.elapsed),
            show(item.estimate),
            actors(&by, by.len() < 2)
        )
        .unwrap_or_default();
    }
    let all = active_time::by_actor(begun.iter().flat_map(|item| &item.stretches));
    let work: u64 = all.iter().map(|(_, seconds)| seconds).sum();
    let estimate = begun.iter().filter_map(|item| item.estimate).reduce(u64::saturating_add);
    format!(
        "<section>\n<h2>Time</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Time\">\n<table>\n<thead><tr>\
         <th scope=\"col\">Task</th><th scope=\"col\" class=\"number\">Work</th><th scope=\"col\" class=\"number\">Elapsed</th>\
         <th scope=\"col\" class=\"number\">Estimate</th><th scope=\"col\">By</th></tr></thead>\n<tbody>\n{rows}\
         <tr class=\"all\"><td>All</td><td class=\"number\">{}</td><td></td><td class=\"number\">{}</td><td>{}</td></tr>\n</tbody>\n\
         </table>\n</div>\n</section>\n",
        words::work(work),
        show(estimate),
        actors(&all, false)
    )
}
