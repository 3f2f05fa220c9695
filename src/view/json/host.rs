//! `host install`, `host uninstall`, `host status`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{hosts::install::Change, verbs::host::installed::HostStatus};

/// `host install`, `host uninstall`, `host status`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HostsAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// The hosts.
    pub hosts: Vec<HostJson>,
    /// Files that were changed, or would be.
    pub changes: Vec<HostChangeJson>,
    /// Nothing was written.
    pub dry_run: bool,
}

/// A host.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HostJson {
    /// Its word: `claude`.
    pub host: String,
    /// It is on this machine.
    pub found: bool,
    /// Where its hooks are installed: `user`, `project`, `plugin` (one that it installed itself, and runs).
    pub installed: Vec<String>,
    /// Files that are not as this version installs them.
    pub missing: Vec<String>,
    /// Whether the host trusts the hooks that are installed; `null` for hosts that run hooks without that, and where none are.
    pub trusted: Option<bool>,
    /// When its last event arrived in this repository.
    pub last_event: Option<String>,
}

impl HostJson {
    /// Of what is known.
    pub fn new(known: &HostStatus) -> Self {
        HostJson {
            host: known.host.as_str().to_owned(),
            found: known.is_found,
            installed: known.installed.iter().map(|source| source.as_str().to_owned()).collect(),
            missing: known.missing.iter().map(|path| path.display().to_string()).collect(),
            trusted: known.is_trusted,
            last_event: known.last_event.map(|at| at.to_string()),
        }
    }
}

/// A file that changes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HostChangeJson {
    /// The file.
    pub path: String,
    /// `new`, `changed` or `removed`.
    pub change: &'static str,
}

impl HostChangeJson {
    /// Of a change.
    pub fn new(change: &Change) -> Self {
        let word = match (&change.before, &change.after) {
            (None, _) => "new",
            (_, None) => "removed",
            _ => "changed",
        };
        HostChangeJson { path: change.path.display().to_string(), change: word }
    }
}
