//! The history of the ledger: what is in it no more.

use super::{count, failed, few};
use crate::{
    error::Result,
    ledger::{REF, View, history},
    output::json::Check,
};

/// Commits that another program threw away; the reflog still has them.
pub(super) fn lost(view: &View<'_>) -> Check {
    let look = || -> Result<Check> {
        let lost = history::lost_tips(view)?;
        let Some(newest) = lost.first() else {
            return Ok(Check::ok("reflog", "nothing that was in the ledger was thrown away"));
        };
        Ok(Check::warning(
            "reflog",
            format!(
                "another program wrote over the ledger and threw away {}: {}",
                count(lost.len(), "state of it", "states of it"),
                few(&lost)
            ),
            format!(
                "to get the lost lines back: git update-ref refs/agent/lost {newest} && \
git notes --ref={} merge -s cat_sort_uniq refs/agent/lost",
                REF.trim_start_matches("refs/notes/")
            ),
        ))
    };
    look().unwrap_or_else(|error| failed("reflog", &error))
}

/// Commits that took lines out of notes.
pub(super) fn removals(view: &View<'_>) -> Check {
    let look = || -> Result<Check> {
        let removals = history::removals(view)?;
        if removals.is_empty() {
            return Ok(Check::ok("history", "no commit of the ledger takes a line away"));
        }
        let shown: Vec<String> = removals
            .iter()
            .map(|removal| {
                let lines = count(removal.lines, "line", "lines");
                format!("{} takes {lines} from {}", removal.commit, removal.note)
            })
            .collect();
        Ok(Check::warning(
            "history",
            format!("the ledger only grows, but another program took lines away: {}", few(&shown)),
            format!("'git log -p {REF}' shows what they were"),
        ))
    };
    look().unwrap_or_else(|error| failed("history", &error))
}
