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
        let why = if state == State::Damaged { "was damaged, and is rebuilt" } else { "is rebuilt" };
        return Ok(Check::ok(NAME, format!("the index of the history {why}: {}", say(history::state(repo)?))));
    }
    Ok(Check::ok(NAME, format!("the index of the history: {}", say(state))))
}

fn say(state: State) -> String {
    match state {
        State::Absent => "none; the first question to a long history makes one".to_owned(),
        State::Damaged => "damaged; the next question makes a new one".to_owned(),
        State::Outdated => {
            "made under other settings or replacements; the next question to a long history makes a new one".to_owned()
        }
        State::Sound(commits, layers) => {
            format!("{} in {}", count(commits, "commit", "commits"), count(layers, "layer", "layers"))
        }
    }
}
