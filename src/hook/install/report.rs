//! What an installation did, hook by hook, in sentences.

use std::fmt;
use std::path::PathBuf;

use crate::hook::Hook;

/// What an installation or removal did.
#[derive(Clone, Debug, Default)]
pub struct InstallReport {
    /// The steps, in order.
    pub steps: Vec<InstallStep>,
    /// Settings that were set or unset, in sentences.
    pub settings: Vec<String>,
}

/// One thing that was done, found done, or left to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallStep {
    /// The hook was set in the configuration.
    Configured(Hook),
    /// Written into the hooks directory.
    Written(Hook, PathBuf),
    /// As above; the hook that was there is kept and runs first.
    Chained(Hook, PathBuf, PathBuf),
    Already(Hook),
    /// The hook was removed.
    Removed(Hook),
    /// The hook that was there before is back.
    Restored(Hook, PathBuf),
    /// A hook of ours that a hook manager had moved aside is gone from there.
    TakenBack(Hook, PathBuf),
    /// Git tracks the file, so it is for the people of the project to change it.
    Tracked(Hook, PathBuf),
    /// Our hook was modified, so it is not touched.
    Changed(Hook, PathBuf),
    /// A kept hook that no hook runs any more.
    LeftOver(PathBuf),
}

impl InstallReport {
    /// The steps that a person has to finish.
    pub fn unfinished(&self) -> impl Iterator<Item = &InstallStep> {
        self.steps.iter().filter(|step| {
            matches!(step, InstallStep::Tracked(..) | InstallStep::Changed(..) | InstallStep::LeftOver(_))
        })
    }
}

/// The line that calls us from a hook of the user.
pub fn call_line(hook: Hook) -> String {
    match hook {
        // Its exit code counts, but not that of a git-agent that is not there.
        Hook::PrePush => {
            "! command -v git-agent >/dev/null || git-agent hook pre-push \"$@\" || [ $? -ne 1 ] || exit 1".to_owned()
        }
        _ => format!("git agent hook {} \"$@\" || :", hook.name()),
    }
}

impl fmt::Display for InstallStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InstallStep::Configured(hook) => {
                write!(f, "Set the {} hook in the repository's configuration.", hook.name())
            }
            InstallStep::Written(_, path) => write!(f, "Wrote '{}'.", path.display()),
            InstallStep::Chained(_, path, before) => {
                write!(f, "Wrote '{}'; the previous hook is now '{}' and runs first.", path.display(), before.display())
            }
            InstallStep::Already(hook) => write!(f, "The {} hook is installed.", hook.name()),
            InstallStep::Removed(hook) => write!(f, "Removed the {} hook.", hook.name()),
            InstallStep::Restored(_, path) => write!(f, "Restored '{}'.", path.display()),
            InstallStep::TakenBack(_, path) => {
                write!(f, "Removed '{}', a hook of git-agent that a hook manager had moved there.", path.display())
            }
            InstallStep::Tracked(hook, path) => {
                write!(f, "Skipped '{}', as git tracks it. Add to it: {}", path.display(), call_line(*hook))
            }
            InstallStep::Changed(_, path) => write!(f, "Skipped '{}', as it was modified.", path.display()),
            InstallStep::LeftOver(path) => write!(f, "Skipped '{}': a hook that is not in use.", path.display()),
        }
    }
}
