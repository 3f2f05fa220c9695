//! Which remote's ledger is compared with ours, and where its fetched copy is.

use crate::{
    error::Result,
    git::{Repo, remote},
};

/// The remote that is meant when none is named: `agent.remote`, the upstream's, `origin`, the only one.
///
/// # Errors
///
/// When HEAD cannot be read.
pub fn default_remote(repo: &Repo) -> Result<Option<String>> {
    if let Some(remote) = repo.config().text("agent.remote") {
        return Ok(Some(remote));
    }
    let upstream = repo.head()?.branch_name().and_then(|branch| repo.config().text(&format!("branch.{branch}.remote")));
    let mut remotes = remote::names(repo);
    let is_known = |name: &str| remotes.iter().any(|known| known == name);
    let preferred = upstream.filter(|name| is_known(name)).or_else(|| is_known("origin").then(|| "origin".to_owned()));
    Ok(preferred.or_else(|| if remotes.len() == 1 { remotes.pop() } else { None }))
}

/// The ref of the copy of `remote`'s ledger, as it was last fetched.
pub fn fetched_ref(remote: &str) -> String {
    format!("refs/agent/remotes/{remote}/agent-tasks")
}
