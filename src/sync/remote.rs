//! Which remote, and how plain `git fetch` brings its ledger along.

use crate::{
    error::{Error, Result, codes},
    git::{
        Repo,
        config_block::{Setting, Unless, WantedSetting},
        remote,
    },
};

/// How `git notes merge` of stock git merges ledgers: as we do.
const MERGE_STRATEGY: (&str, &str) = ("notes.agent-tasks.mergeStrategy", "cat_sort_uniq");

/// Refs private to this clone: other repositories must neither fetch them nor push there.
const HIDDEN: [&str; 2] = ["refs/agent", "refs/worktree"];

/// The refspec that fetches a remote's ledger next to ours.
///
/// A glob: an exact refspec whose ref the remote lacks makes every `git fetch` die. Into a namespace of its own: a refspec
/// into `refs/notes/` would overwrite what was not pushed yet.
pub fn refspec(remote: &str) -> String {
    format!("+refs/notes/agent*:refs/agent/remotes/{remote}/agent*")
}

/// Refuse names that git would not take as a remote's.
pub(super) fn check(repo: &Repo, remote: &str) -> Result<()> {
    if remote::names(repo).iter().any(|name| name == remote) {
        Ok(())
    } else {
        Err(Error::new(codes::NO_SUCH_REMOTE, format!("remote '{}' does not exist", remote.escape_debug()))
            .hint("'git remote -v' lists the remotes"))
    }
}

/// What the configuration of a repository should have in addition to hooks: plain `git fetch` fetches the ledger of `remote`, and
/// plain `git notes merge` merges ledgers as we do.
///
/// # Errors
///
/// `no-such-remote`.
pub fn settings(repo: &Repo, remote: Option<&str>) -> Result<Vec<WantedSetting>> {
    let mut wanted = vec![WantedSetting {
        setting: Setting::new("notes", Some("agent-tasks"), "mergeStrategy", MERGE_STRATEGY.1.as_bytes()),
        key: MERGE_STRATEGY.0.to_owned(),
        value: MERGE_STRATEGY.1.to_owned(),
        unless: Unless::Any,
        said: "Set 'git notes merge' to merge ledgers as git-agent does.".to_owned(),
    }];
    wanted.extend(HIDDEN.map(|name| WantedSetting {
        setting: Setting::new("transfer", None, "hideRefs", name.as_bytes()),
        key: "transfer.hideRefs".to_owned(),
        value: name.to_owned(),
        unless: Unless::Has,
        said: format!("Hid {name} from clones and fetches of this repository."),
    }));
    if let Some(remote) = remote {
        check(repo, remote)?;
        let refspec = refspec(remote);
        wanted.push(WantedSetting {
            setting: Setting::new("remote", Some(remote), "fetch", refspec.as_bytes()),
            key: format!("remote.{remote}.fetch"),
            value: refspec,
            unless: Unless::Has,
            said: format!("Set 'git fetch {remote}' to also fetch the tasks."),
        });
    }
    Ok(wanted)
}
