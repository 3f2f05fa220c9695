//! One HTML file that needs nothing else: no network, no script. Light or dark as the reader has it, and made for paper, too.

mod charts;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::words;
use crate::{
    domain::report::{Block, Item, Report, State, Tally},
    view::{
        sanitize,
        svg::{self, class},
    },
};

/// How much of a result is shown.
const RESULT: usize = 300;
/// A longer list of what is completed is folded, but not on paper.
const FOLD: usize = 12;
/// A task shows at most this many of its checkpoints.
const CHIPS: usize = 12;

/// The report as an HTML file.
pub fn html(report: &Report) -> String {
    let only = report.only_feature();
    let title = only.map_or("Progress", |feature| feature.title.as_str());
    let place = words::place(report);
    let page = html! {
        (DOCTYPE) "\n"
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – " (place) ": " (words::tally(&report.overall)) } "\n"
                style { (PreEscaped(svg::STYLE)) (PreEscaped(include_str!("page.css"))) }
            } "\n"
            body {
                main {
                    h1 { bdi { (title) } " – " (place) }
                    p { strong { "Overall" } ": " (words::tally(&report.overall)) }
                    (bar(&report.overall)) (legend(report))
                    @if let Some(changes) = &report.changes {
                        p { strong { "Since " (changes.since.to_minute()) } ": " (words::changes(changes)) }
                    }
                    (remarks(&only.map(words::of_feature).unwrap_or_default())) "\n"
                    (now(report))
                    (charts::burn_up(report))
                    @match &report.blocks[..] {
                        [only] => (lists(only, 2)),
                        blocks => { @for one in blocks { (block(one)) } },
                    }
                    (charts::timeline(report)) (charts::dependencies(report))
                    (tables::checkpoints(report)) (tables::decisions(report)) (tables::time(report))
                }
                footer {
                    @if let Some(updated) = report.updated {
                        p { strong { "Last updated" } ": " (updated.to_minute()) }
                    }
                    p { "Made by git-agent on " (report.at.to_minute()) }
                }
            }
        } "\n"
    };
    // Markup is escaped by its type; what acts on a terminal or shows as nothing is so here, wherever in the page it stands.
    sanitize::lines(&page.into_string()).into_owned()
}

/// The most relevant tasks now.
fn now(report: &Report) -> Markup {
    let lines = words::now(report);
    html! {
        @if !lines.is_empty() {
            section {
                h2 { "Now" }
                ul {
                    @for line in &lines {
                        li {
                            @if let Some((before, item)) = line.item {
                                (before) (words::mark(item)) " " bdi { (item.title) } " " code { (item.id.as_str()) }
                                @if !line.remarks.is_empty() { " – " }
                            }
                            bdi { (line.remarks) }
                        }
                    }
                }
            } "\n"
        }
    }
}

/// How much is done, as a bar.
fn bar(tally: &Tally) -> Markup {
    let progress = &tally.progress;
    let parts = [("done", progress.completed), ("busy", tally.in_progress), ("bad", tally.failed)];
    let label = format!(
        "{} of {} completed, {} in progress, {} failed",
        progress.completed, progress.total, tally.in_progress, tally.failed
    );
    html! {
        @if progress.total > 0 {
            div.bar role="img" aria-label=(label) {
                @for (class, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
                    span class=(class) style={ "flex: " (count) } {}
                }
                i style={ "flex: " (tally.rest()) } {}
            }
        }
    }
}

/// How many tasks are in each state, which is also the key to the marks.
fn legend(report: &Report) -> Markup {
    let before: usize = report.blocks.iter().map(|block| block.completed_before).sum();
    let states = [State::Completed, State::InProgress, State::Ready, State::Waiting, State::Blocked, State::Failed]
        .map(|state| {
            let count = report.items().filter(|item| item.state == state).count();
            (state, count + if state == State::Completed { before } else { 0 })
        });
    html! {
        @if states.iter().any(|(_, count)| *count > 0) {
            ul.legend {
                @for (state, count) in states.into_iter().filter(|(_, count)| *count > 0) {
                    li { (mark(state)) " " (count) " " (state.as_str().replace('_', " ")) }
                }
            }
        }
    }
}

fn mark(state: State) -> Markup {
    html! { span class={ "mark " (class(state)) } { (svg::mark(state)) } }
}

fn remarks(remarks: &[String]) -> Markup {
    html! { @for remark in remarks { p.faint { (remark) } } }
}

/// A feature with its tasks.
fn block(block: &Block) -> Markup {
    let title = block.feature.as_ref().map_or("Other tasks", |feature| feature.title.as_str());
    html! {
        section {
            h2 { bdi { (title) } " " span.tally { (words::tally(&block.tally)) } }
            (bar(&block.tally))
            (remarks(&block.feature.as_ref().map(words::of_feature).unwrap_or_default()))
            (lists(block, 3))
        } "\n"
    }
}

/// The tasks of a block below headings of `level`.
fn lists(block: &Block, level: u8) -> Markup {
    let list = |title: &str, items: &[Item], before: usize| {
        let count = items.len() + before;
        let tasks = html! {
            ul.tasks {
                @for one in items { (item(one)) "\n" }
                @if before > 0 { li.faint { "… and " (before) " before" } }
            } "\n"
        };
        html! {
            @if title == "Completed" && count > FOLD {
                details { summary { (heading(level, &format!("{title}: {count}"))) } "\n" (tasks) }
            } @else if count > 0 {
                (heading(level, title)) "\n" (tasks)
            }
        }
    };
    html! {
        (list("In Progress", &block.in_progress, 0))
        (list("Remaining", &block.remaining, 0))
        (list("Completed", &block.completed, block.completed_before))
    }
}

fn heading(level: u8, text: &str) -> Markup {
    html! { @if level == 2 { h2 { (text) } } @else { h3 { (text) } } }
}

fn item(item: &Item) -> Markup {
    let remarks = words::remarks(item).join(", ");
    let why = if matches!(item.state, State::Failed | State::Blocked) { "why" } else { "faint" };
    let result = item.result.as_deref().filter(|result| !result.trim().is_empty());
    html! {
        li {
            (mark(item.state)) " " bdi { (item.title) } " " code { (item.id) }
            @if !remarks.is_empty() { " " small class={ (why) " " (class(item.state)) } { (remarks) } }
            (chips(item))
            @if let Some(result) = result { p.result { (words::beginning(result, RESULT)) } }
        }
    }
}

/// The checkpoints of a task, in small.
fn chips(item: &Item) -> Markup {
    let hidden = item.checkpoints.len().saturating_sub(CHIPS);
    html! {
        @if !item.checkpoints.is_empty() {
            " " span.chips {
                @if hidden > 0 { span.chip { "@1 – @" (hidden) } }
                @for one in item.checkpoints.iter().skip(hidden) {
                    @let (class, sign, _) = tables::verdict(one.verified);
                    span class={ "chip" (class) } title=(one.subject) { "@" (one.number) (sign) }
                }
            }
        }
    }
}

/// What may be wider than the page, in a box that scrolls.
fn scroll(label: &str, class: &str, content: &Markup) -> Markup {
    html! { div class=(class) tabindex="0" role="region" aria-label=(label) { (content) } }
}
