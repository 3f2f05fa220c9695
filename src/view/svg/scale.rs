//! Axes: from times and counts to places, with round numbers as labels.

use crate::domain::time::Timestamp;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Steps between the lines of a time axis.
const STEPS: [i64; 16] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    365 * DAY,
    3650 * DAY,
];

/// Times are drawn in whole seconds.
fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds())
}

/// A stretch of time, drawn from `left` on over `width`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    from: i64,
    to: i64,
    left: f64,
    width: f64,
}

impl Times {
    /// From the first to the last time shown, at least a minute.
    pub(super) fn new(from: Timestamp, to: Timestamp, left: f64, width: f64) -> Self {
        let from = second(from).millis();
        Times { from, to: second(to).millis().max(from.saturating_add(MINUTE)), left, width }
    }

    /// Where `at` is; what is outside is at the edge.
    pub(super) fn place(&self, at: Timestamp) -> f64 {
        let part = (second(at).millis().clamp(self.from, self.to) - self.from) as f64 / (self.to - self.from) as f64;
        self.left + part * self.width
    }

    /// Places and words of at most `most` lines.
    pub(super) fn lines(&self, most: i64) -> Vec<(f64, String)> {
        let span = self.to - self.from;
        let step = STEPS.into_iter().find(|step| span / step < most).unwrap_or(span);
        let format = |at: i64| match step {
            _ if step >= 30 * DAY => "%b %Y",
            _ if step >= DAY || (span >= DAY && at.rem_euclid(DAY) == 0) => "%b %-d",
            _ => "%H:%M",
        };
        let first = self.from.div_euclid(step) * step + if self.from.rem_euclid(step) == 0 { 0 } else { step };
        (0..)
            .map(|number: i64| first + number * step)
            .take_while(|at| *at <= self.to)
            .map(|at| {
                let tick = Timestamp::from_millis(at);
                (self.place(tick), tick.to_utc().format(format(at)).to_string())
            })
            .collect()
    }
}

/// Working time: idle periods take little room, or a month of evenings and weekends would leave nothing to see.
#[derive(Clone, Debug)]
pub(super) struct Busy {
    /// Pieces with work in them, and the place where each begins and ends.
    pieces: Vec<(Timestamp, Timestamp, f64, f64)>,
}

/// A pause that is shorter than this is drawn as it is.
const PAUSE: i64 = 30 * MINUTE;
/// So wide is what is left of a longer one, at most.
const BREAK: f64 = 14.0;
/// Two words need this much room.
const WORD: f64 = 58.0;

impl Busy {
    /// The time of `work`, drawn from `left` on over `width`.
    pub(super) fn new(mut work: Vec<(Timestamp, Timestamp)>, left: f64, width: f64) -> Self {
        work.iter_mut().for_each(|(from, to)| (*from, *to) = (second(*from), second(*to)));
        work.sort_unstable();
        let whole: i64 = work.iter().map(|(from, to)| to.millis() - from.millis()).sum();
        let pause = PAUSE.max(whole / 40);
        let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
        for (from, to) in work {
            match joined.last_mut() {
                Some(last) if from.millis() - last.1.millis() <= pause => last.1 = last.1.max(to),
                _ => joined.push((from, to.max(Timestamp::from_millis(from.millis().saturating_add(MINUTE))))),
            }
        }
        let breaks = joined.len().saturating_sub(1) as f64;
        let between = if breaks > 0.0 { BREAK.min(width / 3.0 / breaks) } else { 0.0 };
        let busy: i64 = joined.iter().map(|(from, to)| to.millis() - from.millis()).sum();
        let scale = (width - between * breaks) / busy.max(1) as f64;
        let mut x = left;
        let pieces = joined.into_iter().map(|(from, to)| {
            let start = x;
            let end = start + (to.millis() - from.millis()) as f64 * scale;
            x = end + between;
            (from, to, start, end)
        });
        Busy { pieces: pieces.collect() }
    }

    /// Where `at` is; in a pause it is between what comes before and behind.
    pub(super) fn place(&self, at: Timestamp) -> f64 {
        let at = second(at);
        let behind = self.pieces.partition_point(|(from, ..)| *from <= at);
        let Some((from, to, start, end)) = behind.checked_sub(1).map(|before| self.pieces[before]) else {
            return self.pieces.first().map_or(0.0, |piece| piece.2);
        };
        if at <= to {
            return start
                + (at.millis() - from.millis()) as f64 / (to.millis() - from.millis()).max(1) as f64 * (end - start);
        }
        self.pieces.get(behind).map_or(end, |(.., next, _)| (end + next) / 2.0)
    }

    /// Places and words: where each piece begins, as far as there is room, or round times if there is one piece only.
    pub(super) fn lines(&self) -> Vec<(f64, String)> {
        if let [(from, to, start, end)] = self.pieces[..] {
            return Times::new(from, to, start, end - start).lines(8);
        }
        let mut lines: Vec<(f64, String)> = Vec::new();
        let mut day = String::new();
        for (from, _, start, _) in &self.pieces {
            if lines.last().is_some_and(|(x, _)| start - x < WORD) {
                continue;
            }
            let date = from.to_utc().format("%b %-d").to_string();
            let word = if date == day { from.to_utc().format("%H:%M").to_string() } else { date.clone() };
            day = date;
            lines.push((*start, word));
        }
        lines
    }
}

/// Round numbers up to `most`, about five of them.
pub(super) fn counts(most: usize) -> Vec<usize> {
    let mut step = 1;
    for factor in [2, 5, 10].iter().cycle() {
        if most / step <= 6 {
            break;
        }
        let decade = 10usize.pow(step.ilog10());
        step = decade * factor;
    }
    (0..=most).step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_take_little_room() {
        let hour = |hour: i64| Timestamp::from_seconds(hour * 3600);
        let busy = Busy::new(vec![(hour(9), hour(17)), (hour(33), hour(41)), (hour(10), hour(12))], 100.0, 814.0);
        let places: Vec<f64> = [0, 9, 13, 17, 20, 33, 41, 99].map(|at| busy.place(hour(at))).into();
        assert_eq!(places, [100.0, 100.0, 300.0, 500.0, 507.0, 514.0, 914.0, 914.0]);
        assert_eq!(busy.lines(), [(100.0, "Jan 1".into()), (514.0, "Jan 2".into())]);
        let one = Busy::new(vec![(hour(9), hour(9))], 0.0, 100.0);
        assert_eq!(one.place(hour(9)), 0.0);
    }

    #[test]
    fn axes_have_round_numbers() {
        assert_eq!(counts(5), [0, 1, 2, 3, 4, 5]);
        assert_eq!(counts(12), [0, 2, 4, 6, 8, 10, 12]);
        assert_eq!(counts(301), [0, 50, 100, 150, 200, 250, 300]);
        assert_eq!(counts(9_999).len(), 5);
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let words = |from: &str, to: &str| -> Vec<String> {
            let times = Times::new(at(from), at(to), 0.0, 100.0);
            times.lines(8).into_iter().map(|(_, word)| word).collect()
        };
        assert_eq!(
            words("2026-01-02T10:58:00.000Z", "2026-01-02T13:10:00.000Z"),
            ["11:00", "11:30", "12:00", "12:30", "13:00"]
        );
        assert_eq!(
            words("2026-01-02T10:58:00.000Z", "2026-01-05T13:10:00.000Z"),
            ["12:00", "Jan 3", "12:00", "Jan 4", "12:00", "Jan 5", "12:00"]
        );
        assert!(words("1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z").len() < 10);
    }
}
