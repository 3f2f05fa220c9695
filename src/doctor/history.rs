//! The derived index of the commit graph.

use super::{Finding, Index, plural};
use crate::{
    error::Result,
    git::Repo,
    store::history::{self, HistoryState},
};

pub(super) fn check(repo: &Repo, index: Index) -> Result<Finding> {
    let state = history::state(repo)?;
    if index == Index::Rebuild || state == HistoryState::Damaged {
        history::forget(repo)?;
        if let Some(head) = repo.head()?.commit {
            history::index(repo, head)?;
        }
        let why = if state == HistoryState::Damaged { "was damaged and has been rebuilt" } else { "has been rebuilt" };
        return Ok(Finding::ok(format!("the history index {why}: {}", say(history::state(repo)?))));
    }
    Ok(Finding::ok(format!("history index: {}", say(state))))
}

fn say(state: HistoryState) -> String {
    match state {
        HistoryState::Absent => "none; the first query of a long history creates it".to_owned(),
        HistoryState::Damaged => "damaged; the next query rebuilds it".to_owned(),
        HistoryState::Outdated => {
            "outdated by new settings or replacements; the next query of a long history rebuilds it".to_owned()
        }
        HistoryState::Sound(commits, layers) => {
            format!("{} in {}", plural(commits, "commit"), plural(layers, "layer"))
        }
    }
}
