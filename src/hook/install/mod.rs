//! Getting our hooks into a repository, and out again without a trace.
//!
//! | mechanism | when | how |
//! |---|---|---|
//! | [`config`] | git >= 2.54 | `hook.git-agent-*` in the repository's configuration; beside whatever else there is |
//! | [`directory`] | older | files in the hooks directory that git really uses; an existing hook is kept and runs first |
//!
//! What is put into somebody's file is found again byte for byte ([`block`], [`script`]); what somebody changed since is left
//! alone and reported.

mod before;
mod block;
mod check;
mod config;
mod directory;
mod exclude;
mod report;
mod script;
mod stray;

use std::path::PathBuf;

pub use check::{Check, Health, check};
pub use report::{Report, Step};

use crate::error::Result;
use crate::git::{Repo, cmd};
use crate::hook::guard;

/// How hooks are installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// `hook.<name>.command` in the configuration.
    Config,
    /// Files in the hooks directory.
    Directory,
}

/// What to install.
#[derive(Clone, Debug)]
pub struct InstallOptions {
    /// The program that hooks run when there is no `git-agent` on their PATH.
    pub program: PathBuf,
}

impl InstallOptions {
    /// Fall back to the program that is running now: by its name on PATH if that leads to it, which survives upgrades.
    pub fn for_this_program() -> Self {
        let this = std::env::current_exe().unwrap_or_default();
        let on_path = cmd::is_on_path("git-agent").filter(|path| {
            path.is_absolute()
                && path.canonicalize().is_ok_and(|path| this.canonicalize().is_ok_and(|this| this == path))
        });
        InstallOptions { program: on_path.unwrap_or(this) }
    }
}

/// Install all hooks, or bring them up to date.
///
/// # Errors
///
/// When nothing could be installed. A single hook that cannot be ours (tracked by git, changed by somebody) is a
/// [`Step`] of the report.
pub fn install(repo: &Repo, options: &InstallOptions) -> Result<Report> {
    let report = match mechanism(repo)? {
        Mechanism::Config => {
            let dir = directory::of_git(repo)?;
            let mut report = Report::new(Mechanism::Config);
            config::install(repo, options, &dir, &mut report)?;
            // A git that was upgraded: one of both is enough.
            directory::uninstall(repo, &mut report)?;
            report
        }
        Mechanism::Directory => {
            let mut report = Report::new(Mechanism::Directory);
            directory::install(repo, options, &mut report)?;
            report
        }
    };
    guard::note_limit(repo);
    Ok(report)
}

/// Take everything out that [`install`] put in.
pub fn uninstall(repo: &Repo) -> Result<Report> {
    let mut report = Report::new(mechanism(repo)?);
    config::uninstall(repo, &mut report)?;
    directory::uninstall(repo, &mut report)?;
    guard::forget_limit(repo);
    Ok(report)
}

/// The mechanism that the git on PATH knows.
pub fn mechanism(repo: &Repo) -> Result<Mechanism> {
    // An unknown subcommand ends with usage, exit code 129; a hook that is not there with 1.
    let output = repo.git().args(["hook", "list", "commit-msg"]).output()?;
    Ok(match output.status.code() {
        Some(0 | 1) => Mechanism::Config,
        _ => Mechanism::Directory,
    })
}
