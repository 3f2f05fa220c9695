//! `host install`, `host uninstall`, `host status`.

use super::json;
use crate::{hosts::install::FileChange, verbs::host::installed::HostStatus};

json! {
    /// `host install`, `host uninstall`, `host status`.
    pub struct HostsAnswer {
        /// The hosts.
        pub hosts: Vec<HostJson>,
        /// Files that were changed, or would be.
        pub changes: Vec<HostChangeJson>,
        /// Nothing was written.
        pub dry_run: bool,
    }

    /// A host.
    pub struct HostJson from known: &HostStatus {
        /// Its word: `claude`.
        pub host: String = known.host.as_str().to_owned(),
        /// It is on this machine.
        pub found: bool = known.is_found,
        /// Where its hooks are installed: `user`, `project`, `plugin` (one that it installed itself, and runs).
        pub installed: Vec<String> = known.installed.iter().map(|source| source.as_str().to_owned()).collect(),
        /// Files that are not as this version installs them.
        pub missing: Vec<String> = known.missing.iter().map(|path| path.display().to_string()).collect(),
        /// Whether the host trusts the hooks that are installed; `null` for hosts that run hooks without that, and where none are.
        pub trusted: Option<bool> = known.is_trusted,
        /// When its last event arrived in this repository.
        pub last_event: Option<String>,
    }

    /// A file that changes.
    pub struct HostChangeJson from file: &FileChange {
        /// The file.
        pub path: String = file.path.display().to_string(),
        /// `new`, `changed` or `removed`.
        pub change: &'static str = match (&file.before, &file.after) {
            (None, _) => "new",
            (_, None) => "removed",
            _ => "changed",
        },
    }
}
