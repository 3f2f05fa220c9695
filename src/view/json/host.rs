//! `host install`, `host uninstall`, `host status`.

use super::json;
use crate::{hosts::install::FileChange, verbs::host::installed::HostStatus};

json! {
    /// The answer of `host install`, `host uninstall` and `host status`.
    pub struct HostsAnswer {
        /// The status of each host.
        pub hosts: Vec<HostJson>,
        /// Files that were changed or, with `--dry-run`, would be.
        pub changes: Vec<HostChangeJson>,
        /// Whether nothing was written (`--dry-run`).
        pub dry_run: bool,
    }

    /// What is installed for an agent host.
    pub struct HostJson from known: &HostStatus {
        /// The word for the host: `claude`.
        pub host: String = known.host.as_str().to_owned(),
        /// Whether the host is on this machine.
        pub found: bool = known.is_found,
        /// Where its hooks are installed: `user`, `project`, `plugin` (installed by the host, and enabled).
        pub installed: Vec<String> = known.installed.iter().map(|source| source.as_str().to_owned()).collect(),
        /// Files that are missing or differ from what this version installs.
        pub missing: Vec<String> = known.missing.iter().map(|path| path.display().to_string()).collect(),
        /// Whether the host trusts the installed hooks; `null` for hosts without that concept, and if none are installed.
        pub trusted: Option<bool> = known.is_trusted,
        /// The time of its last event in this repository.
        pub last_event: Option<String>,
    }

    /// A changed file.
    pub struct HostChangeJson from file: &FileChange {
        /// The path of the file.
        pub path: String = file.path.display().to_string(),
        /// `new`, `changed` or `removed`.
        pub change: &'static str = match (&file.before, &file.after) {
            (None, _) => "new",
            (_, None) => "removed",
            _ => "changed",
        },
    }
}
