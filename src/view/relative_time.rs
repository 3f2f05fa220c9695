//! How long ago: as git says it.

use crate::domain::time::Timestamp;

/// `5 seconds ago`, `3 hours ago`, `2 days ago`; `in the future` for clocks that disagree.
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    if then.millis() > now.millis() + 1000 {
        return "in the future".to_owned();
    }
    let seconds = now.seconds_since(then);
    // The steps of `show_date_relative` in git's date.c.
    let (count, unit) = match seconds {
        0..90 => (seconds, "second"),
        90..5_400 => ((seconds + 30) / 60, "minute"),
        5_400..129_600 => ((seconds + 1_800) / 3_600, "hour"),
        129_600..1_209_600 => ((seconds + 43_200) / 86_400, "day"),
        1_209_600..6_048_000 => ((seconds + 302_400) / 604_800, "week"),
        6_048_000..31_536_000 => ((seconds + 1_296_000) / 2_592_000, "month"),
        _ => (seconds / 31_536_000, "year"),
    };
    format!("{} ago", crate::view::sanitize::plural(usize::try_from(count).unwrap_or(usize::MAX), unit))
}

/// How long, in the same words: `3 hours`.
pub fn since(now: Timestamp, then: Timestamp) -> String {
    let ago = ago(now, then);
    ago.strip_suffix(" ago").map_or_else(|| "no time".to_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_like_gits() {
        let now = Timestamp::from_seconds(100_000_000);
        let ago = |seconds: i64| ago(now, Timestamp::from_seconds(100_000_000 - seconds));
        let said = [1, 89, 90, 5_399, 7_200, 200_000, 1_300_000, 8_000_000, 70_000_000].map(ago);
        assert_eq!(
            said,
            [
                "1 second ago",
                "89 seconds ago",
                "2 minutes ago",
                "90 minutes ago",
                "2 hours ago",
                "2 days ago",
                "2 weeks ago",
                "3 months ago",
                "2 years ago"
            ]
        );
        assert_eq!(ago(-10), "in the future");
        assert_eq!(since(now, Timestamp::from_seconds(100_000_000 - 7_200)), "2 hours");
        assert_eq!(since(now, Timestamp::from_seconds(100_000_010)), "no time");
    }
}
