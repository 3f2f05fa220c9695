//! A burn-up: how the plan grew, and how it was done.

use maud::html;

use super::{
    Drawing, px,
    scale::{Times, counts},
};
use crate::domain::{report::BurnPoint, time::Timestamp};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 70.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 26.0;

/// The drawing of `steps` up to `now`; nothing if there are none.
pub fn burn(steps: &[BurnPoint], now: Timestamp) -> Option<Drawing> {
    let (first, last) = (steps.first()?, steps.last()?);
    let times = Times::new(first.at, now.max(last.at), LEFT, WIDTH - LEFT - RIGHT);
    let base = HEIGHT - BOTTOM;
    let high = |count: usize| base - count as f64 / last.total.max(1) as f64 * (base - TOP);
    let (total, done) =
        (line(steps, &times, |step| high(step.total)), line(steps, &times, |step| high(step.completed)));
    let end = times.place(now.max(last.at));
    let is_complete = last.completed == last.total;
    let (upper, lower) = (high(last.total), high(last.completed));
    // Two labels in one place could not be read.
    let lower = if is_complete { upper } else { lower.max(upper + 13.0) };
    let body = html! {
        @for count in counts(last.total) {
            path.grid d=(format!("M{LEFT} {:.1}H{:.1}", high(count), WIDTH - RIGHT)) {}
            text.faint text-anchor="end" x=(px(LEFT - 6.0)) y=(px(high(count) + 4.0)) { (count) } "\n"
        }
        @for (x, word) in times.lines(10) {
            text.faint text-anchor="middle" x=(px(x)) y=(px(HEIGHT - 8.0)) { (word) } "\n"
        }
        path.sum d=(format!("{done}V{base:.1}H{:.1}z", times.place(first.at))) {} "\n"
        path.total d=(total) {} "\n"
        path.rise d=(done) {} "\n"
        @if !is_complete {
            text x=(px(end + 6.0)) y=(px(upper + 4.0)) { (last.total) " tasks" } "\n"
        }
        text x=(px(end + 6.0)) y=(px(lower + 4.0)) { (last.completed) " done" } "\n"
    };
    let description = format!(
        "{} of {} tasks are completed. The dashed line shows the number of tasks, the filled area the number of completed ones.",
        last.completed, last.total
    );
    let title = "Tasks added and completed over time";
    Some(Drawing { name: "burn", width: WIDTH, height: HEIGHT, title, description, body })
}

/// Stairs through `steps`, one for each pixel at most.
fn line(steps: &[BurnPoint], times: &Times, high: impl Fn(&BurnPoint) -> f64) -> String {
    let mut path = String::new();
    let mut rest = steps.iter().peekable();
    while let Some(step) = rest.next() {
        let x = times.place(step.at).round();
        if rest.peek().is_some_and(|next| times.place(next.at).round() == x) && !path.is_empty() {
            continue;
        }
        let y = high(step);
        path.push_str(&if path.is_empty() { format!("M{x:.0} {y:.1}") } else { format!("H{x:.0}V{y:.1}") });
    }
    path + &format!("H{:.0}", times.place(Timestamp::END))
}
