//! Dates as people write them and git understands them: `yesterday`, `2 weeks ago`, `2026-11-20`.

use bstr::ByteSlice as _;

use super::repo::Repo;
use crate::{
    domain::time::Timestamp,
    error::{Error, Result, codes},
};

/// The time that `date` means to git's `--since`.
///
/// # Errors
///
/// `bad-date` if it means none to git.
pub fn since(repo: &Repo, date: &str) -> Result<Timestamp> {
    // git takes every text for a date: what it does not understand is now.
    let (since, now) = period(repo, Some(date), Some("now"))?;
    since.filter(|since| date.trim() == "now" || now != Some(*since)).map(Timestamp::from_seconds).ok_or_else(|| {
        Error::new(codes::BAD_DATE, format!("'{}' is not a valid date", date.escape_debug()))
            .hint("dates are written as for 'git log --since': 2026-11-20, yesterday, '2 weeks ago'")
    })
}

/// The time that `date` means, which begins with a day as `2026-12-24`; a day alone is its beginning. `None` for any other text, which git
/// takes for a time before now.
pub fn on_day(repo: &Repo, date: &str) -> Result<Option<Timestamp>> {
    if let Some(at) = Timestamp::parse_rfc3339(date) {
        return Ok(Some(at));
    }
    let Some((day, time)) = date.split_at_checked(10) else { return Ok(None) };
    let is_day = day.bytes().zip("0000-00-00".bytes()).all(|(byte, form)| match form {
        b'-' => byte == form,
        _ => byte.is_ascii_digit(),
    });
    if !is_day {
        return Ok(None);
    }
    since(repo, &if time.is_empty() { format!("{date} 00:00") } else { date.to_owned() }).map(Some)
}

/// What `--since` and `--until` mean to git, in seconds since the epoch; `None` for one that is not given.
pub fn period(repo: &Repo, since: Option<&str>, until: Option<&str>) -> Result<(Option<i64>, Option<i64>)> {
    if since.is_none() && until.is_none() {
        return Ok((None, None));
    }
    let words = [since.map(|date| format!("--since={date}")), until.map(|date| format!("--until={date}"))];
    let answer = repo.git().arg("rev-parse").args(words.into_iter().flatten()).run()?;
    let seconds = |name: &str| {
        let value = answer.lines().find_map(|line| line.strip_prefix(name.as_bytes()));
        value.and_then(|value| value.to_str().ok()?.parse().ok())
    };
    Ok((seconds("--max-age="), seconds("--min-age=")))
}
