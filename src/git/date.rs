//! Dates as people write them and git understands them: `yesterday`, `2 weeks ago`, `2026-11-20`.

use bstr::ByteSlice as _;

use super::repo::Repo;
use crate::{
    domain::time::Timestamp,
    error::{Error, Result, codes},
};

/// The time that `date` means to git's `--since`. Git takes every text for some date.
///
/// # Errors
///
/// `bad-date` when git gives no answer.
pub fn since(repo: &Repo, date: &str) -> Result<Timestamp> {
    let (since, _) = period(repo, Some(date), None)?;
    since.map(Timestamp::from_seconds).ok_or_else(|| {
        Error::new(codes::BAD_DATE, format!("git does not take '{}' for a date", date.escape_debug()))
            .hint("dates are those of 'git log --since': 2026-11-20, yesterday, '2 weeks ago'")
    })
}

/// The time that `date` means: a day alone is its beginning.
///
/// # Errors
///
/// As [`since`].
pub fn moment(repo: &Repo, date: &str) -> Result<Timestamp> {
    let is_day = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    match Timestamp::parse_rfc3339(date) {
        Some(at) => Ok(at),
        None if is_day => since(repo, &format!("{date} 00:00")),
        None => since(repo, date),
    }
}

/// What `--since` and `--until` mean to git, in seconds since the epoch; `None` for one that is not given.
///
/// # Errors
///
/// `git-failed`.
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
