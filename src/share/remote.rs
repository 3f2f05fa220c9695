//! Which remote, and how plain `git fetch` brings its ledger along.

use bstr::ByteSlice as _;

use crate::{
    error::{Error, Result},
    git::Repo,
};

/// How `git notes merge` of stock git merges ledgers: as we do.
const MERGE_STRATEGY: (&str, &str) = ("notes.agent-tasks.mergeStrategy", "cat_sort_uniq");

/// The refspec that fetches a remote's ledger next to ours.
///
/// A glob: an exact refspec whose ref the remote lacks makes every `git fetch` die. Into a namespace of its own: a refspec
/// into `refs/notes/` would overwrite what was not pushed yet.
pub fn refspec(remote: &str) -> String {
    format!("+refs/notes/agent*:refs/agent/remotes/{remote}/agent*")
}

/// The remote that is meant when none is named: `agent.remote`, the upstream's, `origin`, the only one.
pub fn default_remote(repo: &Repo) -> Result<Option<String>> {
    if let Some(remote) = repo.settings().text("agent.remote") {
        return Ok(Some(remote));
    }
    let upstream =
        repo.head()?.branch_name().and_then(|branch| repo.settings().text(&format!("branch.{branch}.remote")));
    let remotes: Vec<String> = repo.gix().remote_names().iter().map(|name| name.to_str_lossy().into_owned()).collect();
    let known = |name: &String| remotes.contains(name);
    Ok(upstream.filter(known).or_else(|| remotes.iter().find(|name| *name == "origin").cloned()).or(
        match &remotes[..] {
            [only] => Some(only.clone()),
            _ => None,
        },
    ))
}

/// Refuse names that git would not take as a remote's.
pub(super) fn check(repo: &Repo, remote: &str) -> Result<()> {
    let known = repo.gix().remote_names().iter().any(|name| name.as_bstr() == remote);
    match known {
        true => Ok(()),
        false => Err(Error::usage("no-such-remote", format!("there is no remote '{}'", remote.escape_debug()))
            .hint("'git remote -v' lists the remotes")),
    }
}

/// Let plain `git fetch` fetch the ledger of `remote`, and plain `git notes merge` merge ledgers. Says what was changed.
pub fn configure(repo: &Repo, remote: Option<&str>) -> Result<Vec<String>> {
    let mut done = Vec::new();
    if repo.settings().text(MERGE_STRATEGY.0).is_none() {
        set(repo, &[MERGE_STRATEGY.0, MERGE_STRATEGY.1])?;
        done.push("Set 'git notes merge' to merge ledgers as git-agent does.".to_owned());
    }
    if let Some(remote) = remote {
        check(repo, remote)?;
        let key = format!("remote.{remote}.fetch");
        let refspec = refspec(remote);
        if !repo.settings().texts(&key).iter().any(|value| value == refspec.as_str()) {
            set(repo, &["--add", &key, &refspec])?;
            done.push(format!("Set 'git fetch {remote}' to fetch the tasks, too."));
        }
    }
    Ok(done)
}

/// Take back what [`configure`] set, for all remotes.
pub fn unconfigure(repo: &Repo) -> Result<Vec<String>> {
    let mut done = Vec::new();
    if repo.settings().text(MERGE_STRATEGY.0).as_deref() == Some(MERGE_STRATEGY.1) {
        set(repo, &["--unset", MERGE_STRATEGY.0])?;
        done.push("Unset the merge strategy of 'git notes merge'.".to_owned());
    }
    for name in repo.gix().remote_names() {
        let remote = name.to_str_lossy();
        let key = format!("remote.{remote}.fetch");
        if repo.settings().texts(&key).iter().any(|value| value == refspec(&remote).as_str()) {
            let pattern = format!("^{}$", refspec(&remote).replace('+', "\\+").replace('*', "\\*").replace('.', "\\."));
            set(repo, &["--unset-all", &key, &pattern])?;
            done.push(format!("Unset the fetching of tasks from '{remote}'."));
        }
    }
    Ok(done)
}

/// Write to the repository's own configuration; retried, since git gives up at once when the file is locked.
fn set(repo: &Repo, words: &[&str]) -> Result<()> {
    let mut tries = 0;
    loop {
        let output = repo.git().args(["config", "--local"]).args(words).output()?;
        match output.status.code() {
            Some(0) => return Ok(()),
            Some(255 | 4) if tries < 20 && output.complaint().contains("lock") => {
                tries += 1;
                std::thread::sleep(std::time::Duration::from_millis(25));
            }
            _ => return Err(output.into_error()),
        }
    }
}
