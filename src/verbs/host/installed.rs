//! What is known of the agent hosts on this machine: what `host status`, `doctor` and `init` report.

use std::path::PathBuf;

use crate::{
    domain::{named::named, time::Timestamp},
    error::{Error, Result, codes},
    git::Repo,
    hosts::{
        Host,
        config::{PartState, Places, Scope, targets},
        install, plugin,
    },
    store::session,
};

named! {
    /// Where a host has hooks of ours.
    pub enum InstallSource {
        /// In the user's configuration.
        User = "user",
        /// In the configuration of the repository.
        Project = "project",
        /// In a plugin that the host installed.
        Plugin = "plugin",
    }
}

/// What is installed for a host.
#[derive(Clone, Debug)]
pub struct HostStatus {
    /// The host that this is about.
    pub host: Host,
    /// Whether the host is on this machine.
    pub is_found: bool,
    /// Where its hooks are installed, in the order of [`InstallSource`].
    pub installed: Vec<InstallSource>,
    /// It has the plugin of git-agent, but it is disabled.
    pub has_disabled_plugin: bool,
    /// Files that are missing or differ from what this version installs.
    pub missing: Vec<PathBuf>,
    /// Whether its hooks are trusted; `None` for hosts without that concept, and if none are installed.
    pub is_trusted: Option<bool>,
    /// When its last event arrived in this repository.
    pub last_event: Option<Timestamp>,
}

impl HostStatus {
    /// Whether only the plugin is installed.
    pub fn is_plugin_only(&self) -> bool {
        self.installed == [InstallSource::Plugin]
    }
}

/// Where the configurations are, for work in `repo`, if there is one.
///
/// # Errors
///
/// `host-config`: `HOME` is not set.
pub fn places(repo: Option<&Repo>) -> Result<Places> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME").ok_or_else(|| {
        Error::new(codes::HOST_CONFIG, "cannot find the configuration of hosts: HOME is not set").hint("set HOME")
    })?;
    let project = repo.and_then(Repo::work_dir).map(|top| top.canonicalize().unwrap_or(top.into()));
    let named = Places::VARIABLES.into_iter().filter_map(|name| Some((name, variable(name)?))).collect();
    let programs = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    Ok(Places { home, project, named, programs })
}

/// What is installed for `host`, for the user and in `repo`.
pub fn status(repo: Option<&Repo>, host: Host, places: &Places) -> HostStatus {
    let scopes = [
        (Some(Scope::User), InstallSource::User),
        (places.project.as_ref().map(|_| Scope::Project), InstallSource::Project),
    ];
    let (mut installed, mut parts) = (Vec::new(), Vec::new());
    for (scope, source) in scopes.into_iter().filter_map(|(scope, source)| Some((scope?, source))) {
        if install::is_installed(host, scope, places) {
            installed.push(source);
            parts.extend(targets(host, scope, places));
        }
    }
    let plugin = plugin::find(host, places);
    let has_disabled_plugin = plugin.as_ref().is_some_and(|plugin| !plugin.is_enabled);
    if let Some(plugin) = plugin.filter(|plugin| plugin.is_enabled) {
        installed.push(InstallSource::Plugin);
        parts.extend(plugin.parts);
    }
    parts.retain(|part| !matches!(install::state_of(part), Ok(PartState::Installed)));
    let mut missing: Vec<PathBuf> = parts.into_iter().map(|part| part.path).collect();
    missing.dedup();
    let sessions = repo.map(session::all).unwrap_or_default();
    HostStatus {
        host,
        is_found: places.has(host),
        installed,
        has_disabled_plugin,
        missing,
        is_trusted: (host == Host::Codex).then(|| install::is_trusted_by_codex(places)).flatten(),
        last_event: sessions.iter().filter(|session| session.host == host.as_str()).map(|session| session.seen).max(),
    }
}

/// The status of each host that is on this machine.
pub fn found(repo: Option<&Repo>, places: &Places) -> Vec<HostStatus> {
    Host::ALL.into_iter().filter(|host| places.has(*host)).map(|host| status(repo, host, places)).collect()
}
