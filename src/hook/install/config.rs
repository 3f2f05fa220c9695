//! Hooks in the configuration: `hook.<name>.command` and `hook.<name>.event`, since git 2.54.
//!
//! An event without a command is fatal to every commit, so both come and go in one step, in our block of lines.

use std::path::Path;

use bstr::{BString, ByteSlice as _};

use super::{
    InstallOptions,
    script::{self, Parts},
};
use crate::{
    git::{
        Repo,
        config_block::{self, Setting},
    },
    hook::Hook,
};

/// The settings of our hooks. Those in `later`, the hooks directory, run after them.
pub(super) fn settings(options: &InstallOptions, later: &Path) -> Vec<Setting> {
    let parts = Parts { program: Some(&options.program), later: Some(later), ..Parts::default() };
    let both = |hook: Hook| {
        let set = |key: &str, value: &[u8]| Setting::new("hook", Some(&name(hook)), key, value);
        [set("command", &script::command(hook, &parts)), set("event", hook.name().as_bytes())]
    };
    [Setting::of_hooks("config")].into_iter().chain(Hook::ALL.into_iter().flat_map(both)).collect()
}

/// The name of a hook of ours in the configuration.
pub(super) fn name(hook: Hook) -> String {
    format!("git-agent-{}", hook.name())
}

/// The command of this hook of ours, as it stands in the configuration; older versions did not set all of them.
pub(super) fn command(repo: &Repo, hook: Hook) -> Option<BString> {
    let heading = format!("[hook \"{}\"]", name(hook));
    let found = config_block::read(repo).into_iter().find(|setting| setting.heading == heading);
    found.filter(|setting| setting.line.starts_with(b"command = ")).map(|setting| setting.line)
}

/// Whether `line` is the command that this version sets, whatever program and directory it names.
pub(super) fn is_of_this_version(hook: Hook, line: &[u8]) -> bool {
    let set = Setting::new("hook", Some(&name(hook)), "command", &script::command(hook, &Parts::default()));
    let plain = |line: &[u8]| -> Vec<BString> {
        let parts = line.split_str("\\n").map(script::without_values);
        parts.collect()
    };
    plain(line) == plain(&set.line)
}
