//! One HTML file that needs nothing else: no network, no script. Light or dark as the reader has it, and made for paper, too.

mod charts;
mod tables;

use std::fmt::Write as _;

use super::words;
use crate::{
    domain::report::{Block, Item, Report, State, Tally},
    view::svg::{self, class, escape},
};

/// So much of a result is told.
const RESULT: usize = 300;
/// A longer list of what is completed is folded, but not on paper.
const FOLD: usize = 12;

/// The report as an HTML file.
pub fn html(report: &Report) -> String {
    let only = report.only_feature();
    let title = only.map_or("Progress", |feature| feature.title.as_str());
    let mut page = String::new();
    page.push_str("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    page.push_str(&format!("<title>{}: {}</title>\n", escape(title), words::tally(&report.overall)));
    page.push_str(&format!("<style>\n{}{}</style>\n</head>\n<body>\n<main>\n", svg::STYLE, include_str!("page.css")));
    page.push_str(&format!("<h1><bdi>{}</bdi></h1>\n", escape(title)));
    page.push_str(&format!("<p><strong>Overall</strong>: {}</p>\n", words::tally(&report.overall)));
    page.push_str(&bar(&report.overall));
    page.push_str(&legend(report));
    if let Some(changes) = &report.changes {
        page.push_str(&format!(
            "<p><strong>Since {}</strong>: {}</p>\n",
            changes.since.to_minute(),
            words::changes(changes)
        ));
    }
    page.push_str(&remarks(only.map(words::of_feature).unwrap_or_default()));
    page.push_str(&charts::burn_up(report));
    match &report.blocks[..] {
        [block] => page.push_str(&lists(block, "h2")),
        blocks => blocks.iter().for_each(|block| page.push_str(&self::block(block))),
    }
    page.push_str(&charts::timeline(report));
    page.push_str(&charts::dependencies(report));
    page.push_str(&tables::checkpoints(report));
    page.push_str(&tables::decisions(report));
    page.push_str(&tables::time(report));
    page.push_str("</main>\n<footer>\n");
    if let Some(updated) = report.updated {
        page.push_str(&format!("<p><strong>Last updated</strong>: {}</p>\n", updated.to_minute()));
    }
    page.push_str(&format!("<p>Made by git-agent on {}</p>\n</footer>\n</body>\n</html>\n", report.at.to_minute()));
    page
}

/// How much is done, as a bar.
fn bar(tally: &Tally) -> String {
    if tally.progress.total == 0 {
        return String::new();
    }
    let part = |class: &str, count: usize| match count {
        0 => String::new(),
        _ => format!("<span class=\"{class}\" style=\"flex: {count}\"></span>"),
    };
    format!(
        "<div class=\"bar\" role=\"img\" aria-label=\"{} of {} completed, {} in progress, {} failed\">{}{}{}<i style=\"flex: \
         {}\"></i></div>\n",
        tally.progress.completed,
        tally.progress.total,
        tally.in_progress,
        tally.failed,
        part("done", tally.progress.completed),
        part("busy", tally.in_progress),
        part("bad", tally.failed),
        tally.rest()
    )
}

/// How many tasks stand how, which is also the key to the marks.
fn legend(report: &Report) -> String {
    let before: usize = report.blocks.iter().map(|block| block.completed_before).sum();
    let mut text = String::new();
    for (state, word) in [
        (State::Completed, "completed"),
        (State::InProgress, "in progress"),
        (State::Ready, "ready"),
        (State::Waiting, "waiting"),
        (State::Blocked, "blocked"),
        (State::Failed, "failed"),
    ] {
        let count = report.items().filter(|item| item.state == state).count();
        let count = count + if state == State::Completed { before } else { 0 };
        if count > 0 {
            writeln!(text, "<li>{} {count} {word}</li>", mark(state)).unwrap_or_default();
        }
    }
    if text.is_empty() { text } else { format!("<ul class=\"legend\">\n{text}</ul>\n") }
}

fn mark(state: State) -> String {
    format!("<span class=\"mark {}\">{}</span>", class(state), svg::mark(state))
}

fn remarks(remarks: Vec<String>) -> String {
    remarks.iter().map(|remark| format!("<p class=\"faint\">{}</p>\n", escape(remark))).collect()
}

/// A feature with its tasks.
fn block(block: &Block) -> String {
    let title = block.feature.as_ref().map_or("Other tasks", |feature| feature.title.as_str());
    format!(
        "<section>\n<h2><bdi>{}</bdi> <span class=\"tally\">{}</span></h2>\n{}{}{}</section>\n",
        escape(title),
        words::tally(&block.tally),
        bar(&block.tally),
        remarks(block.feature.as_ref().map(words::of_feature).unwrap_or_default()),
        lists(block, "h3")
    )
}

fn lists(block: &Block, level: &str) -> String {
    let mut text = String::new();
    let mut list = |title: &str, items: &[Item], before: usize| {
        if items.is_empty() && before == 0 {
            return;
        }
        let count = items.len() + before;
        let is_folded = title == "Completed" && count > FOLD;
        if is_folded {
            writeln!(text, "<details>\n<summary><{level}>{title}: {count}</{level}></summary>").unwrap_or_default();
        } else {
            writeln!(text, "<{level}>{title}</{level}>").unwrap_or_default();
        }
        text.push_str("<ul class=\"tasks\">\n");
        items.iter().for_each(|item| text.push_str(&self::item(item)));
        if before > 0 {
            writeln!(text, "<li class=\"faint\">… and {before} before</li>").unwrap_or_default();
        }
        text.push_str(if is_folded { "</ul>\n</details>\n" } else { "</ul>\n" });
    };
    list("In Progress", &block.in_progress, 0);
    list("Remaining", &block.remaining, 0);
    list("Completed", &block.completed, block.completed_before);
    text
}

fn item(item: &Item) -> String {
    let remarks = words::remarks(item).join(", ");
    let why = match item.state {
        State::Failed | State::Blocked => "why",
        _ => "faint",
    };
    let remarks = match remarks.is_empty() {
        true => remarks,
        false => format!(" <small class=\"{why} {}\">{}</small>", class(item.state), escape(&remarks)),
    };
    let result = item.result.as_deref().filter(|result| !result.trim().is_empty());
    let result = result.map(|text| format!("<p class=\"result\">{}</p>", escape(&words::beginning(text, RESULT))));
    format!(
        "<li>{} <bdi>{}</bdi> <code>{}</code>{remarks}{}{}</li>\n",
        mark(item.state),
        escape(&item.title),
        item.id,
        chips(item),
        result.unwrap_or_default()
    )
}

/// The checkpoints of a task, in small.
fn chips(item: &Item) -> String {
    const MOST: usize = 12;
    if item.checkpoints.is_empty() {
        return String::new();
    }
    let hidden = item.checkpoints.len().saturating_sub(MOST);
    let mut chips = String::new();
    if hidden > 0 {
        write!(chips, "<span class=\"chip\">@1 – @{hidden}</span>").unwrap_or_default();
    }
    for one in item.checkpoints.iter().skip(hidden) {
        let (class, sign, _) = tables::verdict(one.verified);
        write!(chips, "<span class=\"chip{class}\" title=\"{}\">@{}{sign}</span>", escape(&one.subject), one.number)
            .unwrap_or_default();
    }
    format!(" <span class=\"chips\">{chips}</span>")
}
