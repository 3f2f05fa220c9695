//! A clone without the ledger: it has not been fetched yet, or another program deleted it.

use crate::{
    domain::trailer::scan,
    error::Result,
    git::{commit, remote},
    store::ledger::{View, watch},
};

/// As many commits are examined, newest first.
const RECENT: usize = 1_000;

/// Whether this clone has no ledger and a remote may have one, whatever the commits say.
pub fn may_be_elsewhere(view: &View<'_>) -> bool {
    view.tip().is_none() && !remote::names(view.repo()).is_empty()
}

/// Whether another program deleted the ledger of this clone, which `doctor --fix` restores. With a ledger this costs nothing.
pub fn is_deleted(view: &View<'_>) -> Result<bool> {
    Ok(view.tip().is_none() && !watch::lost(view.repo())?.is_empty())
}

/// Whether this clone never had a ledger, but has remotes, and recent commits of HEAD name tasks. With a ledger this costs nothing.
pub fn is_elsewhere(view: &View<'_>) -> Result<bool> {
    let repo = view.repo();
    if !may_be_elsewhere(view) || repo.head()?.commit.is_none() || is_deleted(view)? {
        return Ok(false);
    }
    let rules = repo.settings().trailer_rules();
    let commits = commit::walk(repo, &[&format!("--max-count={RECENT}"), "HEAD"])?;
    Ok(commits.iter().any(|commit| !scan::ids(&commit.message, &rules).is_empty()))
}
