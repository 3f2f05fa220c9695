//! Dates as people write them and git understands them: `yesterday`, `2 weeks ago`, `2026-11-20`.

use super::{cmd, repo::Repo};
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
    let answer = repo.git().arg("rev-parse").arg(format!("--since={date}")).run()?;
    let line = cmd::line(&answer).to_string();
    let seconds = line.strip_prefix("--max-age=").and_then(|text| text.parse().ok());
    seconds.map(Timestamp::from_seconds).ok_or_else(|| {
        Error::new(codes::BAD_DATE, format!("git does not take '{}' for a date", date.escape_debug()))
            .hint("dates are those of 'git log --since': 2026-11-20, yesterday, '2 weeks ago'")
    })
}
