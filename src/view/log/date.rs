//! Dates as `--date` asks for them; ages unless it asks for something else.

use bstr::ByteSlice as _;
use chrono::{DateTime, Local};

use crate::{
    domain::time::Timestamp,
    git::log::Record,
    view::{relative_time, sanitize},
};

pub(super) struct Dates {
    format: Option<String>,
    now: Timestamp,
}

impl Dates {
    /// In `format`, as `git log --date` knows it; the age at `now` without one.
    pub fn new(format: Option<&str>, now: Timestamp) -> Self {
        let format = format.filter(|format| !matches!(*format, "relative" | "human" | "auto:relative"));
        Dates { format: format.map(str::to_owned), now }
    }

    /// When a commit was made, in git's own words.
    pub fn of_commit(&self, record: &Record) -> String {
        match self.format {
            Some(_) => sanitize::bytes(record.date.as_bstr()),
            None => relative_time::ago(self.now, Timestamp::from_seconds(record.at)),
        }
    }

    /// When an event happened, in the same form.
    pub fn of(&self, at: Timestamp) -> String {
        let local = DateTime::<Local>::from(at.to_utc());
        let format = match self.format.as_deref().map(|format| format.strip_suffix("-local").unwrap_or(format)) {
            None => return relative_time::ago(self.now, at),
            Some("iso" | "iso8601") => "%Y-%m-%d %H:%M:%S %z",
            Some("iso-strict" | "iso8601-strict") => "%Y-%m-%dT%H:%M:%S%:z",
            Some("rfc" | "rfc2822") => "%a, %-d %b %Y %H:%M:%S %z",
            Some("short") => "%Y-%m-%d",
            Some("unix") => "%s",
            Some("raw") => "%s %z",
            Some(other) => match other.strip_prefix("format:").or(other.strip_prefix("format-local:")) {
                Some(format) if is_valid(format) => format,
                _ => "%a %b %-d %H:%M:%S %Y %z",
            },
        };
        sanitize::line(&local.format(format).to_string()).into_owned()
    }
}

/// Whether every item of `format` is one that can be shown.
fn is_valid(format: &str) -> bool {
    !chrono::format::StrftimeItems::new(format).any(|item| matches!(item, chrono::format::Item::Error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_events_read_like_gits() {
        let at = Timestamp::parse("2026-01-02T03:04:05.678Z").unwrap();
        let of = |format: &str| Dates::new(Some(format), at).of(at);
        // Whatever the time zone of the machine.
        assert_eq!(of("unix"), "1767323045");
        assert_eq!(of("relative"), "0 seconds ago");
        assert!(of("iso").starts_with("2026-01-0"), "{}", of("iso"));
        assert_eq!(of("format:%Q%"), of("default"), "what cannot be shown is shown in full");
        assert!(of("iso-strict-local").contains('T'));
    }
}
