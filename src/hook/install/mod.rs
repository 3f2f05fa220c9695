//! Getting our hooks into a repository, and out again without a trace.
//!
//! | mechanism | when | how |
//! |---|---|---|
//! | [`config`] | git >= 2.54 | `hook.git-agent-*` in the repository's configuration; next to whatever else there is |
//! | [`directory`] | older | files in the hooks directory that git really uses; an existing hook is kept and runs first |
//!
//! Lines added to a file of the user are removed byte for byte ([`managed_block`], [`script`]); a hook of ours that was modified since is
//! not touched, and reported.

mod check;
mod config;
mod directory;
mod exclude;
mod managed_block;
mod others;
mod previous_hook;
mod report;
mod script;
mod stray;

use std::path::PathBuf;

pub use check::{Check, Unguarded, check, missing_here, unguarded_once};
pub use others::others_run_on_commit;
pub use report::{InstallReport, InstallStep};

use crate::{
    error::Result,
    git::{
        Repo, cmd,
        config_block::{self, Setting, WantedSetting},
        hooks,
    },
    hook::{Hook, fail_open},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// `hook.<name>.command` in the configuration.
    Config,
    /// Files in the hooks directory.
    Directory,
}

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

/// Install all hooks, or bring them up to date, and set what of `wanted` the user has not set.
///
/// # Errors
///
/// When nothing could be installed; nothing has changed then. A single hook that cannot be ours (tracked by git, or
/// modified) is an [`InstallStep`] of the report.
pub fn install(repo: &Repo, options: &InstallOptions, wanted: &[WantedSetting]) -> Result<InstallReport> {
    let mechanism = mechanism(repo)?;
    let mut report = InstallReport::default();
    let dir = directory::of_git(repo)?;
    let was_installed = directory::has_ours(repo)?;
    let settings = match mechanism {
        Mechanism::Config => config::settings(options, &dir),
        Mechanism::Directory => {
            directory::check(&dir)?;
            vec![Setting::of_hooks("directory")]
        }
    };
    // The configuration first: it is what another process may hold, and then nothing has changed.
    let changed = config_block::change(repo, Some(settings), wanted, was_installed)?;
    report.settings = changed.said;
    match mechanism {
        Mechanism::Config => {
            let step = if changed.hooks { InstallStep::Configured } else { InstallStep::Already };
            report.steps.extend(Hook::ALL.map(step));
            // A git that was upgraded: one of both is enough.
            directory::uninstall(repo, &mut report)?;
        }
        Mechanism::Directory => directory::install(repo, options, &mut report)?,
    }
    fail_open::note_limit(repo);
    Ok(report)
}

/// Set those of `wanted` that the user has not set, without touching hooks. Returns what was set, in sentences.
pub fn configure(repo: &Repo, wanted: &[WantedSetting]) -> Result<Vec<String>> {
    let was_installed = directory::has_ours(repo)?;
    Ok(config_block::change(repo, None, wanted, was_installed)?.said)
}

/// Remove everything that [`install`] added.
///
/// # Errors
///
/// When another process holds the configuration (nothing has changed then), or a hook cannot be removed.
pub fn uninstall(repo: &Repo) -> Result<InstallReport> {
    let mut report = InstallReport::default();
    let removed = config_block::remove(repo, directory::has_ours(repo)?)?;
    let (hooks, settings): (Vec<Setting>, Vec<Setting>) = removed.into_iter().partition(Setting::is_of_hooks);
    if hooks.len() > 1 {
        report.steps.extend(Hook::ALL.map(InstallStep::Removed));
    }
    report.settings = settings.iter().map(|setting| format!("Unset: {} {}.", setting.heading, setting.line)).collect();
    directory::uninstall(repo, &mut report)?;
    fail_open::forget_limit(repo);
    Ok(report)
}

/// The mechanism that the git on PATH supports.
pub fn mechanism(repo: &Repo) -> Result<Mechanism> {
    Ok(if hooks::are_configurable(repo)? { Mechanism::Config } else { Mechanism::Directory })
}
