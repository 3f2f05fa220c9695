//! A burn-up: how the plan grew, and how it was done.

use std::fmt::Write as _;

use super::{
    open,
    scale::{Times, counts},
};
use crate::domain::{report::Step, time::Timestamp};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 70.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 26.0;

/// The drawing of `steps` up to `now`; nothing if there are none.
pub fn burn(name: &str, steps: &[Step], now: Timestamp) -> String {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return String::new() };
    let times = Times::new(first.at, now.max(last.at), LEFT, WIDTH - LEFT - RIGHT);
    let base = HEIGHT - BOTTOM;
    let high = |count: usize| base - count as f64 / last.total.max(1) as f64 * (base - TOP);
    let description = format!(
        "{} of {} tasks are completed. The dashed line is how many tasks there were, the filled area how many were completed.",
        last.completed, last.total
    );
    let mut svg = open(name, WIDTH, HEIGHT, "Tasks added and completed over time", &description);
    for count in counts(last.total) {
        let y = high(count);
        writeln!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{:.1}\"/><text class=\"faint\" text-anchor=\"end\" x=\"{:.1}\" \
             y=\"{:.1}\">{count}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0
        )
        .unwrap_or_default();
    }
    for (x, word) in times.lines(10) {
        writeln!(
            svg,
            "<text class=\"faint\" text-anchor=\"middle\" x=\"{x:.1}\" y=\"{:.1}\">{word}</text>",
            HEIGHT - 8.0
        )
        .unwrap_or_default();
    }
    let total = line(steps, &times, |step| high(step.total));
    let done = line(steps, &times, |step| high(step.completed));
    let end = times.place(now.max(last.at));
    writeln!(svg, "<path class=\"sum\" d=\"{done}V{base:.1}H{:.1}z\"/>", times.place(first.at)).unwrap_or_default();
    writeln!(svg, "<path class=\"total\" d=\"{total}\"/>\n<path class=\"rise\" d=\"{done}\"/>").unwrap_or_default();
    let mut label = |y: f64, word: String| {
        writeln!(svg, "<text x=\"{:.1}\" y=\"{:.1}\">{word}</text>", end + 6.0, y + 4.0).unwrap_or_default();
    };
    let (upper, lower) = (high(last.total), high(last.completed));
    // Two words in one place could not be read.
    let lower_word = if last.completed == last.total { upper } else { lower.max(upper + 13.0) };
    if last.completed != last.total {
        label(upper, format!("{} tasks", last.total));
    }
    label(lower_word, format!("{} done", last.completed));
    svg.push_str("</svg>\n");
    svg
}

/// Stairs through `steps`, one for each pixel at most.
fn line(steps: &[Step], times: &Times, high: impl Fn(&Step) -> f64) -> String {
    let mut path = String::new();
    let mut rest = steps.iter().peekable();
    while let Some(step) = rest.next() {
        let x = times.place(step.at).round();
        if rest.peek().is_some_and(|next| times.place(next.at).round() == x) && !path.is_empty() {
            continue;
        }
        let y = high(step);
        match path.is_empty() {
            true => write!(path, "M{x:.0} {y:.1}").unwrap_or_default(),
            false => write!(path, "H{x:.0}V{y:.1}").unwrap_or_default(),
        }
    }
    write!(path, "H{:.0}", times.place(Timestamp::END)).unwrap_or_default();
    path
}
