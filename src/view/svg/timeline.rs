//! What was done when: a row a task, its work as bars, its checkpoints as points.

use maud::{Markup, html};

use super::{Drawing, class, mark, px, scale::Busy};
use crate::{
    domain::{
        report::{Item, ReportCheckpoint, TaskState},
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
/// How many columns of text are left of the bars.
const TITLE: usize = 30;

/// The drawing of `items`, those that were begun, up to `now`; nothing if there are none.
pub fn timeline(items: &[&Item], now: Timestamp) -> Option<Drawing> {
    let begun = || items.iter().filter_map(|item| Some((*item, item.started_at?)));
    let stretches =
        begun().flat_map(|(item, at)| item.stretches.iter().map(|one| (one.from, one.to)).chain([(at, at)]));
    let commits = begun().flat_map(|(item, _)| item.checkpoints.iter().map(|one| (one.at, one.at)));
    let work: Vec<(Timestamp, Timestamp)> = stretches.chain(commits).collect();
    if work.is_empty() {
        return None;
    }
    let times = Busy::new(work, LABELS, WIDTH - LABELS - RIGHT);
    let count = begun().count();
    let height = TOP + count as f64 * ROW + 6.0;
    let body = html! {
        @for (x, word) in times.lines() {
            path.grid d=(format!("M{x:.1} {TOP}V{height:.1}")) {}
            text.faint text-anchor="middle" x=(px(x)) y="16" { (word) } "\n"
        }
        @for (row, (item, start)) in begun().enumerate() {
            @let y = TOP + row as f64 * ROW;
            @let (from, to) = (times.place(start), times.place(ended(item).unwrap_or(now)));
            path.grid d=(format!("M{LABELS} {:.1}H{:.1}", y + ROW, WIDTH - RIGHT)) {}
            g class=(class(item.state)) {
                title { (item.id) " " (item.title) ": " (words::work(item.active())) " of work in " (show_duration(item.elapsed)) }
                text.mark x="4" y=(px(y + 15.0)) { (mark(item.state)) }
                text x="20" y=(px(y + 15.0)) { (shorten(&item.title, TITLE)) }
                path.open d=(format!("M{from:.1} {:.1}H{to:.1}", y + 9.0)) {}
                @for stretch in &item.stretches {
                    @let (from, to) = (times.place(stretch.from), times.place(stretch.to));
                    rect.work x=(px(from)) y=(px(y + 4.0)) width=(px((to - from).max(LEAST))) height="10" rx="2" {}
                }
            }
            @for checkpoint in &item.checkpoints {
                (point(item, checkpoint, times.place(checkpoint.at), y + 19.0))
            } "\n"
        }
    };
    let description = format!(
        "{count} tasks, one per row, in the order of their start. Bars show work, thin lines the time from start \
         to end; times without work are compressed. Points are checkpoints: filled if verified, crosses if the \
         verification failed."
    );
    Some(Drawing { name: "timeline", width: WIDTH, height, title: "Timeline", description, body })
}

/// A checkpoint of `item` at (`x`, `y`).
fn point(item: &Item, checkpoint: &ReportCheckpoint, x: f64, y: f64) -> Markup {
    let title = |verdict: &str| {
        html! { title { (item.id) "@" (checkpoint.number) " " (checkpoint.subject) (verdict) } }
    };
    html! {
        @match checkpoint.verified {
            Some(true) => circle class="commit done" cx=(px(x)) cy=(px(y)) r="3" { (title(", verified")) },
            Some(false) => {
                path.missed d=(format!("M{:.1} {:.1}l6 6m0 -6l-6 6", x - 3.0, y - 3.0)) { (title(", verification failed")) }
            },
            None => circle.commit cx=(px(x)) cy=(px(y)) r="2.5" { (title("")) },
        }
    }
}

/// When work on it ended, if it did.
fn ended(item: &Item) -> Option<Timestamp> {
    match item.state {
        TaskState::Completed => item.completed_at,
        TaskState::InProgress => None,
        _ => item.stretches.last().map(|last| last.to),
    }
}
