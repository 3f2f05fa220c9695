//! A clone that has not fetched the ledger yet.

use crate::{
    domain::trailer::scan,
    error::Result,
    git::{commit, remote},
    store::ledger::View,
};

/// As many commits are examined, newest first.
const RECENT: usize = 1_000;

/// Whether this clone has no ledger and a remote may have one, whatever the commits say.
pub fn may_be_elsewhere(view: &View<'_>) -> bool {
    view.tip().is_none() && !remote::names(view.repo()).is_empty()
}

/// Whether this clone has no ledger, but remotes, and recent commits of HEAD name tasks. With a ledger this costs nothing.
pub fn is_elsewhere(view: &View<'_>) -> Result<bool> {
    let repo = view.repo();
    if !may_be_elsewhere(view) || repo.head()?.commit.is_none() {
        return Ok(false);
    }
    let rules = repo.settings().trailer_rules();
    let commits = commit::walk(repo, &[&format!("--max-count={RECENT}"), "HEAD"])?;
    Ok(commits.iter().any(|commit| !scan::ids(&commit.message, &rules).is_empty()))
}
