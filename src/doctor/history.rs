//! The derived index of the commit graph.

use super::{Finding, Index, plural};
use crate::{
    error::Result,
    git::Repo,
    store::history::{self, State},
};

pub(super) fn check(repo: &Repo, index: Index) -> Result<Finding> {
    let state = history::state(repo)?;
    if index == Index::Rebuild || state == State::Damaged {
        history::forget(repo)?;
        if let Some(head) = repo.head()?.commit {
            history::index(repo, head)?;
        }
        let why = if state == State::Damaged { "was damaged and has been rebuilt" } else { "has been rebuilt" };
        return Ok(Finding::ok(format!("the history index {why}: {}", say(history::state(repo)?))));
    }
    Ok(Finding::ok(format!("history index: {}", say(state))))
}

fn say(state: State) -> String {
    match state {
        State::Absent => "none; the first query of a long history creates it".to_owned(),
        State::Damaged => "damaged; the next query rebuilds it".to_owned(),
        State::Outdated => {
            "outdated by new settings or replacements; the next query of a long history rebuilds it".to_owned()
        }
        State::Sound(commits, layers) => {
            format!("{} in {}", plural(commits, "commit"), plural(layers, "layer"))
        }
    }
}
