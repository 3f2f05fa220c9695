//! Hooks in the configuration: `hook.<name>.command` and `hook.<name>.event`, since git 2.54.
//!
//! An event without a command is fatal to every commit, so both come and go in one step, as one block of lines.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice as _};

use super::block::{self, Change};
use super::script::{self, Parts};
use super::{InstallOptions, Report, Step};
use crate::error::Result;
use crate::git::Repo;
use crate::hook::Hook;

/// Set our hooks. Those in `later`, the hooks directory, run after them.
pub(super) fn install(repo: &Repo, options: &InstallOptions, later: &Path, report: &mut Report) -> Result<()> {
    let step = match block::put(&file(repo), &section(options, later))? {
        Change::None => Step::Already,
        Change::Made => Step::Configured,
    };
    report.steps.extend(Hook::ALL.map(step));
    Ok(())
}

/// Unset our hooks.
pub(super) fn uninstall(repo: &Repo, report: &mut Report) -> Result<()> {
    if block::remove(&file(repo))? == Change::Made {
        report.steps.extend(Hook::ALL.map(Step::Removed));
    }
    Ok(())
}

/// True if this hook of ours is set; older versions did not set all of them.
pub(super) fn is_installed(repo: &Repo, hook: Hook) -> bool {
    block::read(&file(repo)).is_some_and(|block| block.contains_str(heading(hook)))
}

fn heading(hook: Hook) -> String {
    format!("[hook \"{}\"]\n", name(hook))
}

/// The name of a hook of ours in the configuration.
pub(super) fn name(hook: Hook) -> String {
    format!("git-agent-{}", hook.name())
}

fn file(repo: &Repo) -> PathBuf {
    repo.common_dir().join("config")
}

fn section(options: &InstallOptions, later: &Path) -> BString {
    let parts = Parts { program: Some(&options.program), later: Some(later), ..Parts::default() };
    let mut out = BString::default();
    for hook in Hook::ALL {
        out.extend_from_slice(format!("{}\tcommand = \"", heading(hook)).as_bytes());
        for &byte in script::command(hook, &parts).iter() {
            match byte {
                b'\n' => out.extend_from_slice(br"\n"),
                b'\t' => out.extend_from_slice(br"\t"),
                b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
                other => out.push(other),
            }
        }
        out.extend_from_slice(format!("\"\n\tevent = {}\n", hook.name()).as_bytes());
    }
    out
}
