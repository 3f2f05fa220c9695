//! Set up a repository.

use super::{Caller, setup};
use crate::{
    domain::{id::TaskId, text::plural},
    error::{Error, Result, codes},
    git::{
        Repo,
        config_block::{Setting, Unless, WantedSetting},
    },
    hook::install::{self, InstallOptions},
    store::ledger,
    sync::{self, Direction, Run},
};

/// How to set up a repository.
#[derive(Clone, Debug)]
pub struct Request {
    /// The remote to share tasks with; the upstream's, or origin, if not given.
    pub remote: Option<String>,
    /// Whether to install hooks.
    pub hooks: bool,
    /// The prefix of generated ids; `None`: unchanged.
    pub id_prefix: Option<String>,
}

/// The changes that were made.
#[derive(Clone, Debug, Default)]
pub struct SetupChanges {
    /// One sentence for each change; empty if nothing had to be changed.
    pub done: Vec<String>,
    /// Problems that did not prevent the set-up.
    pub warnings: Vec<String>,
}

/// Install hooks that stamp commits, and fetch the tasks of the remote. Running it again is safe.
///
/// # Errors
///
/// `bad-id-prefix`; where hooks or settings cannot be written.
pub fn init(caller: &Caller, request: &Request) -> Result<SetupChanges> {
    let repo = caller.repo();
    if let Some(prefix) = &request.id_prefix {
        check_prefix(prefix)?;
    }
    let remote = request.remote.clone().map_or_else(|| ledger::default_remote(repo), |remote| Ok(Some(remote)))?;
    let mut changes = SetupChanges::default();
    let mut wanted = sync::settings(repo, remote.as_deref())?;
    wanted.extend(request.id_prefix.as_ref().map(|prefix| WantedSetting {
        setting: Setting::new("agent", None, "idPrefix", prefix.as_bytes()),
        key: "agent.idPrefix".to_owned(),
        said: format!("Set the prefix of generated ids to '{prefix}'."),
        value: prefix.clone(),
        unless: Unless::Is,
    }));
    if request.hooks {
        install(repo, &wanted, &mut changes)?;
    } else {
        changes.done.extend(install::configure(repo, &wanted)?);
    }
    if let Some(remote) = &remote {
        match sync::sync(repo, remote, Direction::Fetch, Run::Whole, &caller.actor()?) {
            Ok(synced) if synced.merged_events > 0 => {
                let tasks = plural(synced.tasks_changed.len(), "task");
                changes.done.push(format!("Fetched {tasks} from '{remote}'."));
            }
            Ok(_) => {}
            // Offline is no reason not to begin.
            Err(error) => changes
                .warnings
                .push(format!("the tasks of '{remote}' were not fetched; 'git agent sync' retries: {error}")),
        }
    }
    Ok(changes)
}

fn install(repo: &Repo, wanted: &[WantedSetting], changes: &mut SetupChanges) -> Result<()> {
    let report = install::install(repo, &InstallOptions::for_this_program(), wanted)?;
    changes.warnings.extend(report.unfinished().map(ToString::to_string));
    let unfinished: Vec<_> = report.unfinished().collect();
    let is_news =
        |step: &&install::InstallStep| !unfinished.contains(step) && !matches!(step, install::InstallStep::Already(_));
    changes.done.extend(report.steps.iter().filter(is_news).map(ToString::to_string));
    changes.done.extend(report.settings);
    // A setting of the user's, which stays.
    let disabled = install::missing_here(repo).filter(|unstamping| unstamping.disabled_by.is_some());
    changes.warnings.extend(disabled.as_ref().map(setup::hooks_remark));
    Ok(())
}

/// Refuse a prefix that no id can begin with.
fn check_prefix(prefix: &str) -> Result<()> {
    TaskId::parse(&format!("{prefix}0")).map(drop).map_err(|why| {
        Error::new(codes::BAD_ID_PREFIX, format!("no id can begin with '{}': {why}", prefix.escape_debug()))
    })
}
