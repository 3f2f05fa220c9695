//! Programs that the configuration of a repository makes git run when it reads files or writes an index.
//!
//! In a repository that one works in, git runs them as a matter of course. One that lies somewhere else came with an archive, perhaps,
//! and no one has asked git to do anything there.

use std::{fs, os::unix::fs::PermissionsExt as _};

use bstr::{BStr, ByteSlice as _};
use gix::config::Source;

use super::repo::Repo;

/// Hooks that git runs for what a snapshot does.
const HOOKS: [&str; 2] = ["post-index-change", "reference-transaction"];

/// The settings of `repo` itself, and its hooks, that name a program which a snapshot there would make git run.
pub fn of(repo: &Repo) -> Vec<String> {
    let config = repo.gix().config_snapshot();
    let mut found = Vec::new();
    for section in config.plumbing().sections() {
        if !matches!(section.meta().source, Source::Local | Source::Worktree) {
            continue;
        }
        let header = section.header();
        let name = header.name().to_str_lossy().to_lowercase();
        for key in section.value_names().map(|key| key.to_lowercase()) {
            if section.values(&key).iter().any(|value| runs_a_program(&name, &key, value.as_ref())) {
                let sub = header.subsection_name().map(|sub| format!("{}.", sub.to_str_lossy())).unwrap_or_default();
                found.push(format!("{name}.{sub}{key}"));
            }
        }
    }
    let hooks = repo.common_dir().join("hooks");
    for name in HOOKS {
        if fs::metadata(hooks.join(name)).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0) {
            found.push(format!("hooks/{name}"));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn runs_a_program(section: &str, key: &str, value: &BStr) -> bool {
    match (section, key) {
        ("core", "fsmonitor") => gix::config::Boolean::try_from(value).is_err(),
        ("core", "hookspath" | "sshcommand" | "gitproxy" | "alternaterefscommand") => true,
        // What 'git lfs install --local' writes.
        ("filter", key) => key != "required" && !value.starts_with(b"git-lfs "),
        ("diff", "external" | "command" | "textconv") | ("hook", "command") => true,
        // A partial clone fetches what is missing.
        ("remote", "uploadpack" | "vcs") => true,
        ("remote", "url" | "pushurl") => value.starts_with(b"ext::"),
        _ => false,
    }
}
