//! The derived index of the commit graph.

use super::{Check, Index, count, failed};
use crate::{
    error::Result,
    git::Repo,
    store::history::{self, State},
};

const NAME: &str = "commits";

pub(super) fn checks(repo: &Repo, index: Index) -> Vec<Check> {
    vec![check(repo, index).unwrap_or_else(|error| failed(NAME, &error))]
}

fn check(repo: &Repo, index: Index) -> Result<Check> {
    let state = history::state(repo)?;
    if index == Index::Rebuild || state == State::Damaged {
        history::forget(repo)?;
        if let Some(head) = repo.head()?.commit {
            history::index(repo, head)?;
        }
        let why = if state == State::Damaged { "was damaged and has been rebuilt" } else { "has been rebuilt" };
        return Ok(Check::ok(NAME, format!("the history index {why}: {}", say(history::state(repo)?))));
    }
    Ok(Check::ok(NAME, format!("history index: {}", say(state))))
}

fn say(state: State) -> String {
    match state {
        State::Absent => "none; the first query of a long history creates it".to_owned(),
        State::Damaged => "damaged; the next query rebuilds it".to_owned(),
        State::Outdated => {
            "outdated by new settings or replacements; the next query of a long history rebuilds it".to_owned()
        }
        State::Sound(commits, layers) => {
            format!("{} in {}", count(commits, "commit", "commits"), count(layers, "layer", "layers"))
        }
    }
}
