//! Are our hooks where git runs them? For `doctor`.

use std::fmt;
use std::path::PathBuf;

use bstr::ByteSlice as _;

use super::{
    Mechanism, config,
    directory::{self, Found},
    report::call_line,
    script::{self, HookOwner},
    stray,
};
use crate::{
    domain::stamp::Unstamping,
    error::{Advice, Hint, Result},
    git::{
        Repo,
        config_block::{self, Setting},
        hooks, remote,
    },
    hook::{Hook, install::previous_hook::Before},
};

/// Where git runs hooks, if not in the git directory.
const HOOKS_PATH: &str = "core.hooksPath";

/// What was found out about one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The hook that was checked.
    pub hook: Hook,
    /// The result.
    pub health: Health,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// Git runs it.
    Good,
    /// It is not installed.
    Missing,
    /// The configuration has it, but this git is too old to look there.
    GitTooOld,
    /// Another hook replaced ours.
    Overwritten(PathBuf),
    /// Another hook is there, and it does not call us.
    Foreign(PathBuf),
    /// The file was modified after the installation.
    Changed(PathBuf),
    /// It is that of an older version, in this place.
    Old(String),
    /// The file is not executable, so git skips it.
    NotExecutable(PathBuf),
    /// The configuration disables it: the key that does.
    SwitchedOff(String),
    /// Git takes its hooks from elsewhere than where ours are.
    Elsewhere(PathBuf),
}

impl Check {
    /// True if there is nothing to do.
    pub fn is_good(&self) -> bool {
        self.health == Health::Good
    }

    /// How to fix it.
    pub fn hint(&self) -> Option<Hint> {
        Some(match &self.health {
            Health::Good => return None,
            Health::Foreign(path) => {
                Advice::CallHook { path: path.display().to_string(), line: call_line(self.hook) }.into()
            }
            Health::Changed(path) => Advice::ReplaceHook(path.display().to_string()).into(),
            Health::SwitchedOff(key) => format!("to see where it is set: git config --show-origin {key}").into(),
            _ => Advice::InstallHooks.into(),
        })
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.hook.name();
        match &self.health {
            Health::Good => write!(f, "the {name} hook is installed"),
            Health::Missing => write!(f, "the {name} hook is not installed"),
            Health::GitTooOld => {
                write!(f, "the {name} hook is set in the configuration, but this git does not read hooks from there")
            }
            Health::Overwritten(path) => {
                write!(f, "the git-agent hook '{}' was overwritten by another hook", path.display())
            }
            Health::Foreign(path) => write!(f, "the hook '{}' does not call git-agent", path.display()),
            Health::Changed(path) => write!(f, "the git-agent hook '{}' was modified", path.display()),
            Health::Old(place) => write!(f, "the {name} hook in {place} is from an older version of git-agent"),
            Health::NotExecutable(path) => write!(f, "git skips '{}' because it is not executable", path.display()),
            Health::SwitchedOff(key) => write!(f, "the {name} hook is disabled by '{key}'"),
            Health::Elsewhere(dir) => {
                write!(f, "git runs hooks from '{}', but the {name} hook is elsewhere", dir.display())
            }
        }
    }
}

/// Why pushes of snapshots are not rejected: our `pre-push` hook is not in place, and there is a remote.
fn unguarded(repo: &Repo) -> Result<Option<Check>> {
    if remote::names(repo).is_empty() {
        return Ok(None);
    }
    Ok(check(repo)?.into_iter().find(|check| check.hook == Hook::PrePush && !check.is_good()))
}

/// A push may take snapshots along.
#[derive(Clone, Debug)]
pub struct Unguarded {
    /// What is wrong with the `pre-push` hook.
    pub why: Check,
    /// It was not said before in this repository.
    pub is_new: bool,
}

/// Why a push may take the snapshot along that was made just now; what cannot be found out is for 'doctor' to report.
pub fn unguarded_once(repo: &Repo) -> Option<Unguarded> {
    let told = repo.agent_dir().join("unguarded");
    let why = unguarded(repo).ok()?;
    let is_new = !told.exists();
    match &why {
        // Reported again if it recurs after it was fixed.
        None => std::fs::remove_file(told).unwrap_or_default(),
        Some(_) if is_new => repo.put(&told, b"").unwrap_or_default(),
        Some(_) => {}
    }
    why.map(|why| Unguarded { why, is_new })
}

/// Check every hook.
pub fn check(repo: &Repo) -> Result<Vec<Check>> {
    let mechanism = super::mechanism(repo)?;
    let mut checks = Vec::new();
    for hook in Hook::ALL {
        let command = config::command(repo, hook);
        let configured = command.is_some();
        let health = match (mechanism, command) {
            (Mechanism::Config, Some(command)) => in_config(repo, hook, &command),
            _ => match in_directory(repo, hook)? {
                Health::Missing if configured => Health::GitTooOld,
                health => health,
            },
        };
        checks.push(Check { hook, health });
    }
    Ok(checks)
}

/// Why commits in this worktree are not stamped; `None` if they are, if `init --no-hooks` declined the hooks, or where only git could tell. As
/// cheap as a few files: what the git on `PATH` supports is remembered.
pub fn missing_here(repo: &Repo) -> Option<Unstamping> {
    let hook = Hook::PrepareCommitMsg;
    let settings = config_block::read(repo);
    if settings.contains(&Setting::of_hooks("none")) {
        return None;
    }
    let configured = config::command(repo, hook);
    if let Some(command) = &configured {
        match in_config(repo, hook, command) {
            Health::SwitchedOff(key) => return Some(Unstamping::by_setting(key)),
            _ if hooks::are_configurable_here(repo) => return None,
            _ => {}
        }
    }
    let because = |why: String| Unstamping { why, disabled_by: None };
    let dir = directory_here(repo)?;
    if directory::is_switched_off(&dir) {
        return Some(Unstamping::by_setting(HOOKS_PATH.to_owned()));
    }
    let path = dir.join(hook.name());
    let is_ours = match directory::look(&path) {
        Ok(Found::File(HookOwner::Us { .. } | HookOwner::UsChanged, _)) => true,
        Ok(Found::File(HookOwner::Other, text)) => script::calls_us(hook, &text) || stray::is_called(&dir, hook),
        Ok(Found::Nothing) => false,
        Err(_) => return None,
    };
    if is_ours {
        let skipped = !directory::is_executable(&path);
        return skipped.then(|| because(format!("'{}' is not executable, and git skips it", path.display())));
    }
    Some(because(match configured {
        Some(_) => "the hooks are in the configuration, but this git is too old to read them there".to_owned(),
        None if path.exists() => format!("'{}' is not a hook of git-agent", path.display()),
        None if settings.contains(&Setting::of_hooks("directory")) => {
            format!("git runs hooks from '{}', which does not contain those of git-agent", dir.display())
        }
        None => "the hooks of git-agent are not installed".to_owned(),
    }))
}

/// The hooks directory of this worktree, as far as the configuration shows; `None` where git has to expand it.
fn directory_here(repo: &Repo) -> Option<PathBuf> {
    let path = repo.config().texts_of_files(HOOKS_PATH).pop();
    match path {
        Some(path) if path.is_empty() => Some(PathBuf::new()),
        None => Some(repo.common_dir().join("hooks")),
        Some(path) if path.starts_with(b"~") || path.starts_with(b"%") => None,
        Some(path) => Some(repo.dir().join(&*path.to_os_str_lossy())),
    }
}

fn in_config(repo: &Repo, hook: Hook, command: &[u8]) -> Health {
    let off = |key: &String| repo.config().text(key).is_some() && !repo.config().flag(key);
    let keys = [format!("hook.{}.enabled", hook.name()), format!("hook.{}.enabled", config::name(hook))];
    match keys.into_iter().find(off) {
        Some(key) => Health::SwitchedOff(key),
        None if config::is_of_this_version(hook, command) => Health::Good,
        None => Health::Old("the configuration".to_owned()),
    }
}

fn in_directory(repo: &Repo, hook: Hook) -> Result<Health> {
    let dir = directory::of_git(repo)?;
    if directory::is_switched_off(&dir) {
        return Ok(Health::SwitchedOff(HOOKS_PATH.to_owned()));
    }
    let path = dir.join(hook.name());
    let was_chained = directory::saved(&path).symlink_metadata().is_ok();
    Ok(match directory::look(&path)? {
        Found::File(HookOwner::UsChanged, _) => Health::Changed(path),
        Found::File(HookOwner::Us { .. }, text) => {
            let before = std::fs::read(directory::saved(&path)).ok().map(|before| Before::of(&before));
            if script::is_of_this_version(hook, &text, before) {
                executable(path)
            } else {
                Health::Old(format!("'{}'", path.display()))
            }
        }
        Found::File(HookOwner::Other, text) if script::calls_us(hook, &text) => executable(path),
        Found::File(HookOwner::Other, _) if was_chained => Health::Overwritten(path),
        Found::File(HookOwner::Other, _) => Health::Foreign(path),
        Found::Nothing => {
            let usual = repo.common_dir().join("hooks").join(hook.name());
            match directory::look(&usual)? {
                Found::File(HookOwner::Us { .. } | HookOwner::UsChanged, _) => Health::Elsewhere(dir),
                _ => Health::Missing,
            }
        }
    })
}

fn executable(path: PathBuf) -> Health {
    if directory::is_executable(&path) { Health::Good } else { Health::NotExecutable(path) }
}
