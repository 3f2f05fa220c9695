//! What is known of the agent hosts on this machine: the one owner of what `host status`, `doctor` and `init` say of them.

use std::path::PathBuf;

use crate::{
    doctor::Check,
    domain::{
        named::named,
        time::{Timestamp, show_duration},
    },
    error::{Error, Result, codes},
    git::Repo,
    hosts::{
        Host,
        config::{PartState, Places, Scope},
        install, plugin,
    },
    store::session,
};

named! {
    /// Where a host has hooks of ours.
    pub enum Source {
        /// In the user's configuration.
        User = "user",
        /// In the repository.
        Project = "project",
        /// In a plugin that the host installed.
        Plugin = "plugin",
    }
}

/// A host.
#[derive(Clone, Debug)]
pub struct HostStatus {
    /// Which.
    pub host: Host,
    /// It is on this machine.
    pub is_found: bool,
    /// Where its hooks are installed, in the order of [`Source`].
    pub installed: Vec<Source>,
    /// It has our plugin, and does not run it.
    pub has_disabled_plugin: bool,
    /// Files that are not as this version installs them.
    pub missing: Vec<PathBuf>,
    /// Whether it trusts the hooks; `None` for hosts that run hooks without that, and where none are installed.
    pub is_trusted: Option<bool>,
    /// When its last event arrived in this repository.
    pub last_event: Option<Timestamp>,
}

impl HostStatus {
    /// It has our plugin, and nothing else of ours.
    pub fn is_plugin_only(&self) -> bool {
        self.installed == [Source::Plugin]
    }

    /// The command that installs what is missing.
    pub fn install_command(&self) -> String {
        format!("git agent host install {}", self.host.as_str())
    }

    /// What is said of it: the state first, then what needs attention.
    pub fn lines(&self, now: Timestamp) -> Vec<String> {
        let (title, install) = (self.host.title(), self.install_command());
        let words: Vec<&str> = self.installed.iter().map(|source| source.as_str()).collect();
        let state = match (self.is_found, words.as_slice()) {
            (false, []) => return vec![format!("{title}: not found")],
            (true, []) if self.has_disabled_plugin => {
                return vec![format!("{title}: installed as a plugin, which is disabled; enable it, or {install}")];
            }
            (true, []) => return vec![format!("{title}: not installed; {install}")],
            (_, ["plugin"]) => "installed as a plugin".to_owned(),
            (_, words) => format!("installed ({})", words.join(", ")),
        };
        let last = match self.last_event {
            Some(at) => format!("last event here {} ago", show_duration(now.seconds_since(at))),
            None => "no event here yet".to_owned(),
        };
        let mut lines = vec![format!("{title}: {state}, {last}")];
        if self.is_trusted == Some(false) {
            lines.push("not trusted yet, so its hooks do not run: /hooks in Codex".to_owned());
        }
        if !self.missing.is_empty() {
            let files = self.missing.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
            lines.push(match self.is_plugin_only() {
                true => format!("missing, or of another version: {files}; update the plugin, or {install}"),
                false => format!("differs from what this version installs: {files}; {install}"),
            });
        }
        if self.installed.len() > 1 {
            lines.push("installed twice; each event counts once".to_owned());
        }
        lines
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

/// What is known of `host`.
pub fn status(repo: Option<&Repo>, host: Host, places: &Places) -> HostStatus {
    let scopes =
        [(Some(Scope::User), Source::User), (places.project.as_ref().map(|_| Scope::Project), Source::Project)];
    let (mut installed, mut parts) = (Vec::new(), Vec::new());
    for (scope, source) in scopes.into_iter().filter_map(|(scope, source)| Some((scope?, source))) {
        if install::is_installed(host, scope, places) {
            installed.push(source);
            parts.extend(install::targets_of(host, scope, places));
        }
    }
    let plugin = plugin::find(host, places);
    let has_disabled_plugin = plugin.as_ref().is_some_and(|plugin| !plugin.is_enabled);
    if let Some(plugin) = plugin.filter(|plugin| plugin.is_enabled) {
        installed.push(Source::Plugin);
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

/// The hosts on this machine.
pub fn found(repo: Option<&Repo>, places: &Places) -> Vec<HostStatus> {
    Host::ALL.into_iter().filter(|host| places.has(*host)).map(|host| status(repo, host, places)).collect()
}

/// What `doctor` says of the hosts on this machine.
pub(in crate::verbs) fn checks(repo: &Repo, now: Timestamp) -> Vec<Check> {
    let Ok(places) = places(Some(repo)) else { return Vec::new() };
    let check = |known: HostStatus| {
        let said = known.lines(now).join("; ");
        match known.missing.is_empty() {
            true => Check::ok("host", said),
            false => Check::warning("host", said, known.install_command()),
        }
    };
    found(Some(repo), &places).into_iter().map(check).collect()
}
