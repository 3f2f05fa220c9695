//! What `host status`, `doctor` and `init` say of an agent host.

use crate::{
    domain::time::{Timestamp, show_duration},
    hosts::Host,
    verbs::host::installed::HostStatus,
};

/// The command that installs what is missing of `host`.
pub fn install_command(host: Host) -> String {
    format!("git agent host install {}", host.as_str())
}

/// What is said of a host: the state first, then what needs attention.
pub fn lines(known: &HostStatus, now: Timestamp) -> Vec<String> {
    let (title, install) = (known.host.title(), install_command(known.host));
    let words: Vec<&str> = known.installed.iter().map(|source| source.as_str()).collect();
    let state = match (known.is_found, words.as_slice()) {
        (false, []) => return vec![format!("{title}: not found")],
        (true, []) if known.has_disabled_plugin => {
            return vec![format!("{title}: installed as a plugin, which is disabled; enable it, or {install}")];
        }
        (true, []) => return vec![format!("{title}: not installed; {install}")],
        (_, ["plugin"]) => "installed as a plugin".to_owned(),
        (_, words) => format!("installed ({})", words.join(", ")),
    };
    let last = match known.last_event {
        Some(at) => format!("last event here {} ago", show_duration(now.seconds_since(at))),
        None => "no event here yet".to_owned(),
    };
    let mut lines = vec![format!("{title}: {state}, {last}")];
    if known.is_trusted == Some(false) {
        lines.push("not trusted yet, so its hooks do not run: /hooks in Codex".to_owned());
    }
    if !known.missing.is_empty() {
        let files = known.missing.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        lines.push(match known.is_plugin_only() {
            true => format!("missing, or of another version: {files}; update the plugin, or {install}"),
            false => format!("differs from what this version installs: {files}; {install}"),
        });
    }
    if known.installed.len() > 1 {
        lines.push("installed twice; each event counts once".to_owned());
    }
    lines
}
