//! Commits that wait to be recorded in the ledger.

use super::{Finding, count, list};
use crate::{
    domain::time::{Timestamp, show_duration},
    error::Remedy,
    git::Repo,
    hook::{self, Waiting, Why},
};

/// Record new commits as every command does, and say what keeps the rest waiting.
pub(super) fn check(repo: &Repo, now: Timestamp) -> Finding {
    let waiting = hook::take_in(repo, now).waiting;
    let reason = |waiting: &Waiting| match &waiting.why {
        Why::Failed(why) | Why::Never(why) => Some(why.clone()),
        Why::NotMade => None,
    };
    let mut reasons: Vec<String> = waiting.iter().filter_map(reason).collect();
    let stuck = reasons.len();
    if stuck == 0 {
        return Finding::ok(match waiting.len() {
            0 => "no commit is waiting to be recorded".to_owned(),
            some => {
                format!("{} stamped, with no commit created yet", count(some, "message was", "messages were"))
            }
        });
    }
    reasons.dedup();
    let since = waiting.iter().filter(|waiting| reason(waiting).is_some()).find_map(|waiting| waiting.since);
    let since = since.map(|since| format!(", the first one for {}", show_duration(now.seconds_since(since))));
    Finding::warning(
        format!(
            "{} to be recorded{}: {}",
            count(stuck, "commit is waiting", "commits are waiting"),
            since.unwrap_or_default(),
            list(&reasons)
        ),
        Remedy::DropUnrecordable,
    )
}
