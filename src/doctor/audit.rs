//! The history of the ledger: what was lost from it.

use std::cmp::Reverse;

use super::{Depth, Finding, Level, count, list, plural};
use crate::{
    error::{Remedy, Result},
    git::Repo,
    store::ledger::{
        REF, View,
        audit::{self, LostLines, Reach},
        watch,
    },
};

/// Commits that another program overwrote; the reflog still has them.
pub(super) fn lost(view: &View<'_>) -> Result<Finding> {
    let lost = audit::lost_tips(view)?;
    let Some(newest) = lost.first() else {
        return Ok(Finding::ok("no state of the ledger was overwritten"));
    };
    Ok(Finding::warning(
        format!(
            "another program overwrote the ledger and lost {}: {}",
            count(lost.len(), "state of it", "states of it"),
            list(&lost)
        ),
        format!(
            "to restore the lost lines: git update-ref refs/agent/lost {newest} && \
git notes --ref={} merge -s cat_sort_uniq refs/agent/lost",
            REF.strip_prefix("refs/notes/").unwrap_or(REF)
        ),
    ))
}

/// Events that were lost from the ledger, as far as they were noticed or its history shows.
pub(super) fn missing(repo: &Repo, view: &View<'_>, depth: Depth) -> Result<Finding> {
    let reach = if depth == Depth::Past { Reach::Whole } else { Reach::Bounded };
    let mut lost: Vec<LostLines> = watch::lost(repo)?.into_iter().flat_map(|(_, lost)| lost).collect();
    let (found, is_whole) = audit::missing(view, reach)?;
    lost.extend(found.into_iter().map(|missing| missing.loss));
    lost.sort_by(|a, b| (&a.note, Reverse(a.events)).cmp(&(&b.note, Reverse(b.events))));
    lost.dedup_by(|a, b| a.note == b.note);
    let fine = if is_whole {
        "no event was ever lost from the ledger"
    } else {
        "no event was recently lost from the ledger; --verify checks its whole history"
    };
    Ok(Finding::ok(fine).and(
        Level::Warning,
        lost.iter().map(|loss| format!("{} of {}", plural(loss.events, "event"), loss.note)),
        |_| "another program removed events from the ledger".to_owned(),
        Remedy::RestoreEvents,
    ))
}

/// Commits that removed lines from notes.
pub(super) fn removals(view: &View<'_>) -> Result<Finding> {
    let removed = audit::removals(view)?.into_iter().map(|removal| {
        let lines = plural(removal.lines, "line");
        format!("{} removes {lines} from {}", removal.commit, removal.note)
    });
    Ok(Finding::ok("no commit of the ledger removes a line").and(
        Level::Warning,
        removed,
        |_| "another program removed lines from the append-only ledger".to_owned(),
        format!("'git log -p {REF}' shows them"),
    ))
}
