//! What was done when: a row a task, its work as bars, its checkpoints as points.

use std::fmt::Write as _;

use super::{class, escape, mark, open, scale::Busy};
use crate::{
    domain::{
        report::{Item, State},
        time::{Timestamp, show_duration},
    },
    view::{report::words, shorten},
};

const WIDTH: f64 = 980.0;
const LABELS: f64 = 232.0;
const RIGHT: f64 = 16.0;
const ROW: f64 = 24.0;
const TOP: f64 = 26.0;
/// What is shorter is drawn as if it took so long, or it could not be seen.
const LEAST: f64 = 3.0;
/// So many columns of text are left of the bars.
const TITLE: usize = 30;

/// The drawing of `items`, those that were begun, up to `now`; nothing if there are none.
pub fn timeline(name: &str, items: &[&Item], now: Timestamp) -> String {
    let begun = || items.iter().filter_map(|item| Some((*item, item.started_at?)));
    let end = |item: &Item| ended(item).unwrap_or(now);
    let stretches =
        begun().flat_map(|(item, at)| item.stretches.iter().map(|one| (one.from, one.to)).chain([(at, at)]));
    let commits = begun().flat_map(|(item, _)| item.checkpoints.iter().map(|one| (one.at, one.at)));
    let work: Vec<(Timestamp, Timestamp)> = stretches.chain(commits).collect();
    if work.is_empty() {
        return String::new();
    }
    let times = Busy::new(work, LABELS, WIDTH - LABELS - RIGHT);
    let count = begun().count();
    let height = TOP + count as f64 * ROW + 6.0;
    let description = format!(
        "{count} tasks, one a row, in the order in which they were started. Bars are work, the thin line is the time from start \
         to end; times in which nobody worked take little room. Points are checkpoints: filled ones passed a verification, \
         crosses failed it."
    );
    let mut svg = open(name, WIDTH, height, "Timeline", &description);
    for (x, word) in times.lines() {
        writeln!(
            svg,
            "<path class=\"grid\" d=\"M{x:.1} {TOP}V{height:.1}\"/><text class=\"faint\" text-anchor=\"middle\" x=\"{x:.1}\" \
             y=\"16\">{word}</text>"
        )
        .unwrap_or_default();
    }
    for (row, (item, start)) in begun().enumerate() {
        let y = TOP + row as f64 * ROW;
        let middle = y + 9.0;
        let (from, to) = (times.place(start), times.place(end(item)));
        writeln!(
            svg,
            "<path class=\"grid\" d=\"M{LABELS} {low:.1}H{end:.1}\"/><g class=\"{}\"><title>{} {}: {} of work in {}</title><text class=\"mark\" x=\"4\" y=\"{base:.1}\">{}</text>\
             <text x=\"20\" y=\"{base:.1}\">{}</text><path class=\"open\" d=\"M{from:.1} {middle:.1}H{to:.1}\"/>",
            class(item.state),
            item.id,
            escape(&item.title),
            words::work(item.active()),
            show_duration(item.elapsed),
            mark(item.state),
            escape(&shorten(&item.title, TITLE)),
            base = y + 15.0,
            low = y + ROW,
            end = WIDTH - RIGHT,
        )
        .unwrap_or_default();
        for stretch in &item.stretches {
            let (from, to) = (times.place(stretch.from), times.place(stretch.to));
            writeln!(
                svg,
                "<rect class=\"work\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"10\" rx=\"2\"/>",
                y + 4.0,
                (to - from).max(LEAST)
            )
            .unwrap_or_default();
        }
        svg.push_str("</g>\n");
        for checkpoint in &item.checkpoints {
            let (x, y) = (times.place(checkpoint.at), y + 19.0);
            let (shape, verdict) = match checkpoint.verified {
                Some(true) => {
                    (format!("<circle class=\"commit done\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\">"), ", verified")
                }
                Some(false) => {
                    let (left, low) = (x - 3.0, y - 3.0);
                    let path = format!("M{left:.1} {low:.1}l6 6m0 -6l-6 6");
                    (format!("<path class=\"missed\" d=\"{path}\">"), ", verification failed")
                }
                None => (format!("<circle class=\"commit\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\">"), ""),
            };
            let end = if shape.starts_with("<path") { "path" } else { "circle" };
            writeln!(
                svg,
                "{shape}<title>{}@{} {}{verdict}</title></{end}>",
                item.id,
                checkpoint.number,
                escape(&checkpoint.subject)
            )
            .unwrap_or_default();
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// When work on it ended, if it did.
fn ended(item: &Item) -> Option<Timestamp> {
    match item.state {
        State::Completed => item.completed_at,
        State::InProgress => None,
        _ => item.stretches.last().map(|last| last.to),
    }
}
