//! Points in time (UTC, milliseconds) and durations as people write them (`90s`, `30m`, `2h`, `1d`).

use std::fmt;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// Milliseconds since the Unix epoch, UTC; shown as `2026-11-22T14:35:00.000Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Timestamp(i64);

/// A text that is not a point in time in the one form that the ledger uses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time like 2026-11-22T14:35:00.000Z")]
pub struct InvalidTime(String);

/// A day, in seconds.
pub const DAY: u64 = 24 * 60 * 60;

impl Timestamp {
    /// The beginning of time, as computers see it.
    pub const EPOCH: Timestamp = Timestamp(0);
    /// The last millisecond of the year 9999, after which RFC 3339 has no times.
    pub const END: Timestamp = Timestamp(253_402_300_799_999);

    /// From milliseconds since the epoch.
    pub fn from_millis(millis: i64) -> Self {
        Timestamp(millis)
    }

    /// From seconds since the epoch, as git counts.
    pub fn from_seconds(seconds: i64) -> Self {
        Timestamp(seconds.saturating_mul(1000))
    }

    /// When `id` was made, as it says.
    pub fn of_id(id: Ulid) -> Self {
        Timestamp(i64::try_from(id.timestamp_ms()).unwrap_or_default())
    }

    /// Milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This time moved on by `seconds`, at most to the end of time: leases come from outside and may be any number.
    #[must_use]
    pub fn plus_seconds(self, seconds: u64) -> Self {
        Timestamp(self.0.saturating_add_unsigned(seconds.saturating_mul(1000))).min(Self::END)
    }

    /// Seconds from `earlier` to `self`, 0 if it is not earlier.
    pub fn seconds_since(self, earlier: Timestamp) -> u64 {
        u64::try_from(self.0.saturating_sub(earlier.0) / 1000).unwrap_or(0)
    }

    /// Parse exactly `YYYY-MM-DDTHH:MM:SS.mmmZ`, the form of note lines.
    ///
    /// # Errors
    ///
    /// [`InvalidTime`] for any other form, and for a date that does not exist.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        Self::parse_fixed(text.as_bytes()).ok_or_else(|| InvalidTime(text.to_owned()))
    }

    fn parse_fixed(b: &[u8]) -> Option<Self> {
        let punctuation = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
        if b.len() != 24 || punctuation.iter().any(|(at, byte)| b[*at] != *byte) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            b[range].iter().try_fold(0u32, |n, d| d.is_ascii_digit().then(|| n * 10 + u32::from(d - b'0')))
        };
        let date = NaiveDate::from_ymd_opt(number(0..4)? as i32, number(5..7)?, number(8..10)?)?;
        let time = date.and_hms_milli_opt(number(11..13)?, number(14..16)?, number(17..19)?, number(20..23)?)?;
        Some(Timestamp(time.and_utc().timestamp_millis()))
    }

    /// Parse any RFC 3339 time, as people give it on the command line or in the environment.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().map(|time| Timestamp(time.timestamp_millis()))
    }

    /// For people: `2026-11-22 14:35 UTC`.
    pub fn to_minute(self) -> String {
        self.to_utc().format("%Y-%m-%d %H:%M UTC").to_string()
    }

    /// The time as a calendar date in UTC.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> String {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTime;

    fn try_from(text: String) -> Result<Self, InvalidTime> {
        Timestamp::parse(&text)
    }
}

/// Parse `90s`, `30min`, `1.5h`, `2 days`, `1w`, or several of them together (`1h30m`), into seconds. A day has 24 hours, and
/// a week seven days.
pub fn parse_duration(text: &str) -> Option<u64> {
    let mut total = 0u64;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, behind) = behind.split_at(letters);
        let unit = match unit.to_ascii_lowercase().as_str() {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 7 * 86_400,
            _ => return None,
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
        let whole: u64 = whole.parse().ok()?;
        // A millionth of a week is less than a second.
        let scale = 10u64.pow(u32::try_from(part.len()).ok().filter(|digits| *digits <= 6)?);
        let part = part.parse::<u64>().ok()?.checked_mul(unit)? / scale;
        total = total.checked_add(whole.checked_mul(unit)?)?.checked_add(part)?;
        rest = behind.trim_start();
    }
    Some(total)
}

/// Show seconds as people say them: `45s`, `12m`, `2h05m`, `3d04h`.
pub fn show_duration(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    if seconds < 60 {
        format!("{seconds}s")
    } else if minutes < 60 {
        format!("{minutes}m")
    } else if hours < 24 {
        format!("{hours}h{:02}m", minutes % 60)
    } else {
        format!("{days}d{:02}h", hours % 24)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_the_form_of_note_lines() {
        for text in ["1970-01-01T00:00:00.000Z", "2026-11-22T14:35:00.123Z", "2024-02-29T23:59:59.999Z"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Timestamp::parse("2026-11-22T14:35:59.999Z").unwrap().to_minute(), "2026-11-22 14:35 UTC");
    }

    #[test]
    fn refuses_other_forms() {
        for text in [
            "",
            "2026-11-22T14:35:00Z",
            "2026-13-22T14:35:00.123Z",
            "2026-11-22 14:35:00.123Z",
            "2026-11-22T14:35:00.123+",
        ] {
            assert!(Timestamp::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_lease_beyond_the_end_of_time_ends_there() {
        let end = Timestamp::EPOCH.plus_seconds(u64::MAX);
        assert_eq!(end.to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::parse(&end.to_string()), Ok(Timestamp::END));
    }

    #[test]
    fn durations_parse_and_show() {
        assert_eq!(parse_duration("90s"), Some(90));
        assert_eq!(parse_duration("1h30m"), Some(5400));
        assert_eq!(parse_duration("1d"), Some(86_400));
        assert_eq!(parse_duration("1w"), Some(604_800));
        for bad in ["", "90", "h", "1y", "-1s", "99999999999999999999d"] {
            assert_eq!(parse_duration(bad), None, "{bad:?}");
        }
        let shown: Vec<_> = [5, 65, 3_900, 100_000].map(show_duration).into();
        assert_eq!(shown, ["5s", "1m", "1h05m", "1d03h"]);
    }
}
