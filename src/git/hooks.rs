//! Hooks, as git finds and runs them.
//!
//! What is asked here is the same for every process: settings of one command line (`git -c core.hooksPath=… agent init`) do not count.

use std::path::PathBuf;

use bstr::{BString, ByteSlice as _};

use super::{
    cmd::{self, Git},
    config,
    repo::Repo,
};
use crate::error::{Context as _, Result};

/// git without the settings of the command line that runs us.
pub(super) fn git(repo: &Repo) -> Git {
    repo.git().without("GIT_CONFIG_PARAMETERS").without("GIT_CONFIG_COUNT")
}

/// Whether git runs the hooks of `hook.<name>.command` (git 2.54 or newer).
pub fn are_configurable(repo: &Repo) -> Result<bool> {
    // An unknown subcommand ends with usage, exit code 129; a hook that is not there with 1.
    Ok(matches!(git(repo).args(["hook", "list", "commit-msg"]).output()?.status.code(), Some(0 | 1)))
}

/// [`are_configurable`], asked once for each git that is found on `PATH`; true where that cannot be determined.
pub fn are_configurable_here(repo: &Repo) -> bool {
    let ask = || are_configurable(repo).ok().map(|answer| if answer { "yes" } else { "no" }.to_owned());
    cmd::asked_once(repo, "git-hooks", ask).as_deref() != Some("no")
}

/// Where git looks for `name` of the git directory (`hooks`, `info/exclude`).
pub fn git_path(repo: &Repo, name: &str) -> Result<PathBuf> {
    let dir = repo.dir();
    let dir = dir.canonicalize().or_environment(|| format!("cannot find '{}'", dir.display()))?;
    let answer = git(repo).args(["rev-parse", "--git-path", name]).run()?;
    Ok(dir.join(&*cmd::line(&answer).to_os_str_lossy()))
}

/// Settings under which git runs no hook at all: neither those of the hooks directory nor those of the configuration.
pub(super) fn off(repo: &Repo) -> Result<Vec<String>> {
    let known = config::matching(repo, None, r"^hook\..*\.command$")?;
    let name = |key: &BString| Some(key.to_str().ok()?.strip_suffix(".command")?.to_owned());
    let names = known.iter().filter_map(|(key, _)| name(key)).filter(|name| !name.contains('='));
    let off = names.map(|name| format!("{name}.enabled=false"));
    Ok(std::iter::once("core.hooksPath=/dev/null".to_owned()).chain(off).collect())
}
