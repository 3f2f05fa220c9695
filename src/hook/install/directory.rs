//! Hooks as files in the hooks directory that git really uses.
//!
//! ```text
//! commit-msg                    ours: runs the one below first, then us
//! commit-msg.before-git-agent   theirs, renamed: same bytes, same mode, same link
//! ```

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bstr::BString;

use super::{
    InstallOptions, InstallReport, InstallStep, exclude,
    script::{self, HookOwner, Parts},
    stray,
};
use crate::{
    error::{Context as _, Error, Result, codes},
    git::{Repo, discover::is_same_place, hooks, worktree},
    hook::{
        Hook,
        install::previous_hook::{Before, SUFFIX},
    },
};

/// The hooks directory of this repository and worktree, `core.hooksPath` included.
pub(super) fn of_git(repo: &Repo) -> Result<PathBuf> {
    if repo.config().texts_of_files("core.hooksPath").last().is_some_and(|path| path.is_empty()) {
        // Git looks for hooks in the root directory then; nothing of ours belongs there.
        return Ok(PathBuf::new());
    }
    hooks::git_path(repo, "hooks")
}

/// The hooks directories of all worktrees, each once, with a worktree that uses it: a relative `core.hooksPath` is another
/// one in each. This worktree's comes first.
pub(super) fn of_worktrees(repo: &Repo) -> Result<Vec<(Repo, PathBuf)>> {
    let mut found = vec![(Repo::discover(repo.dir())?, of_git(repo)?)];
    let may_differ =
        !repo.config().texts_of_files("core.hooksPath").is_empty() || repo.config().flag("extensions.worktreeConfig");
    let others = if may_differ { worktree::all(repo)? } else { Vec::new() };
    for top in others.iter().filter(|top| top.is_dir()) {
        let there = Repo::discover(top)?;
        let dir = of_git(&there)?;
        if !found.iter().any(|(_, known)| is_same_place(known, &dir)) {
            found.push((there, dir));
        }
    }
    Ok(found)
}

/// Whether there is a hook of ours in any hooks directory of this repository.
pub(super) fn has_ours(repo: &Repo) -> Result<bool> {
    let usual = repo.common_dir().join("hooks");
    let dirs = of_worktrees(repo)?.into_iter().map(|(_, dir)| dir).filter(|dir| !is_switched_off(dir)).chain([usual]);
    let mut paths = dirs.flat_map(|dir| every().map(move |hook| dir.join(hook.name())));
    Ok(paths.any(|path| matches!(look(&path), Ok(Found::File(HookOwner::Us { .. } | HookOwner::UsChanged, _)))))
}

/// The hooks that this version or an older one installs.
fn every() -> impl Iterator<Item = Hook> {
    Hook::ALL.into_iter().chain(Hook::FORMER)
}

/// Where the hook that `path` took the place of is kept.
pub(super) fn saved(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(SUFFIX);
    name.into()
}

/// What there is at the path of a hook.
pub(super) enum Found {
    Nothing,
    File(HookOwner, BString),
}

pub(super) fn look(path: &Path) -> Result<Found> {
    if path.symlink_metadata().is_err() {
        return Ok(Found::Nothing);
    }
    match fs::read(path) {
        Ok(text) => Ok(Found::File(script::owner(&text), text.into())),
        // A dangling link is not ours.
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Found::File(HookOwner::Other, BString::default())),
        Err(error) => Err(error).or_environment(|| format!("cannot read '{}'", path.display())),
    }
}

/// Write the hooks of git-agent; existing hooks run before them.
pub(super) fn install(repo: &Repo, options: &InstallOptions, report: &mut InstallReport) -> Result<()> {
    for (there, dir) in of_worktrees(repo)? {
        check(&dir)?;
        install_into(&there, &dir, options, report)?;
    }
    Ok(())
}

/// Refuse a place that can have no hooks.
pub(super) fn check(dir: &Path) -> Result<()> {
    if !is_switched_off(dir) {
        return Ok(());
    }
    let message = format!("cannot install hooks: core.hooksPath is '{}', which is not a directory", dir.display());
    Err(Error::new(codes::HOOKS_SWITCHED_OFF, message)
        .hint("to see where it is set: git config --show-origin core.hooksPath"))
}

/// Whether `core.hooksPath` is set to nothing, or to what is not a directory: `/dev/null`.
pub(super) fn is_switched_off(dir: &Path) -> bool {
    dir.as_os_str().is_empty() || dir.exists() && !dir.is_dir()
}

fn install_into(repo: &Repo, dir: &Path, options: &InstallOptions, report: &mut InstallReport) -> Result<()> {
    let made_dir = !dir.exists();
    fs::create_dir_all(dir).or_environment(|| format!("cannot create '{}'", dir.display()))?;
    let mut new_files = Vec::new();
    for hook in Hook::ALL {
        report.steps.extend(stray::take_back(dir, hook)?);
        let step = install_one(repo, options, hook, &dir.join(hook.name()), made_dir, &mut new_files)?;
        report.steps.push(step);
    }
    for hook in Hook::FORMER {
        uninstall_one(dir, hook, report)?;
    }
    exclude::hide(repo, &new_files)
}

fn install_one(
    repo: &Repo,
    options: &InstallOptions,
    hook: Hook,
    path: &Path,
    made_dir: bool,
    new_files: &mut Vec<PathBuf>,
) -> Result<InstallStep> {
    let kept = saved(path);
    let write = |made_dir| -> Result<bool> {
        let before = fs::read(&kept).ok().map(|text| Before::of(&text));
        let text = script::file(hook, &Parts { program: Some(&options.program), before, made_dir, later: None });
        if fs::read(path).is_ok_and(|old| old == text) && is_executable(path) {
            return Ok(false);
        }
        write_hook(path, &text).map(|()| true)
    };
    match look(path)? {
        Found::Nothing => {
            write(made_dir)?;
            new_files.push(path.to_owned());
            Ok(InstallStep::Written(hook, path.to_owned()))
        }
        Found::File(HookOwner::Us { made_dir }, _) => {
            if write(made_dir)? {
                Ok(InstallStep::Written(hook, path.to_owned()))
            } else {
                Ok(InstallStep::Already(hook))
            }
        }
        Found::File(HookOwner::UsChanged, _) => Ok(InstallStep::Changed(hook, path.to_owned())),
        Found::File(HookOwner::Other, text) if script::calls_us(hook, &text) => Ok(InstallStep::Already(hook)),
        Found::File(HookOwner::Other, _) if exclude::is_tracked(repo, path)? => {
            Ok(InstallStep::Tracked(hook, path.to_owned()))
        }
        Found::File(HookOwner::Other, text) => {
            make_room(&kept, &text)?;
            fs::rename(path, &kept).or_environment(|| format!("cannot rename '{}'", path.display()))?;
            write(false).inspect_err(|_| drop(fs::rename(&kept, path)))?;
            new_files.push(kept.clone());
            Ok(InstallStep::Chained(hook, path.to_owned(), kept))
        }
    }
}

/// Our hook was overwritten while the hook from before it is still kept: keep that one as well, under another name.
fn make_room(kept: &Path, newer: &[u8]) -> Result<()> {
    if kept.symlink_metadata().is_err() || fs::read(kept).is_ok_and(|old| stray::is_same(&old, newer)) {
        return Ok(());
    }
    let mut free = (1..1000).map(|number| {
        let mut name = kept.as_os_str().to_owned();
        name.push(format!(".{number}"));
        PathBuf::from(name)
    });
    let free = free.find(|path| path.symlink_metadata().is_err());
    let free = free
        .ok_or_else(|| Error::new(codes::TOO_MANY_HOOKS, format!("there are too many files '{}.*'", kept.display())))?;
    fs::rename(kept, &free).or_environment(|| format!("cannot rename '{}'", kept.display()))
}

/// Write a hook in one step: git never runs half of one.
fn write_hook(path: &Path, text: &[u8]) -> Result<()> {
    let failed = || format!("cannot write '{}'", path.display());
    let dir = path.parent().unwrap_or(path);
    let mut file = tempfile::Builder::new().prefix(".git-agent-").tempfile_in(dir).or_environment(failed)?;
    file.write_all(text).or_environment(failed)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o755)).or_environment(failed)?;
    file.persist(path).map(|_| ()).or_environment(failed)
}

/// Remove our hooks, restore what was there.
pub(super) fn uninstall(repo: &Repo, report: &mut InstallReport) -> Result<()> {
    let usual = repo.common_dir().join("hooks");
    let mut dirs: Vec<PathBuf> = of_worktrees(repo)?.into_iter().map(|(_, dir)| dir).collect();
    if !dirs.iter().any(|dir| is_same_place(dir, &usual)) {
        dirs.push(usual);
    }
    for dir in dirs {
        uninstall_from(&dir, report)?;
    }
    exclude::show_all(repo)
}

fn uninstall_from(dir: &Path, report: &mut InstallReport) -> Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    let mut dir_is_ours = false;
    for hook in every() {
        dir_is_ours |= uninstall_one(dir, hook, report)?;
    }
    if dir_is_ours {
        // Not empty: it is in use.
        drop(fs::remove_dir(dir));
    }
    Ok(())
}

/// Remove one hook of ours, restore what was there. Answers whether the directory is of our making.
fn uninstall_one(dir: &Path, hook: Hook, report: &mut InstallReport) -> Result<bool> {
    report.steps.extend(stray::take_back(dir, hook)?);
    let path = dir.join(hook.name());
    let kept = saved(&path);
    let was_there = kept.symlink_metadata().is_ok();
    match look(&path)? {
        Found::File(HookOwner::Us { .. }, _) | Found::Nothing if was_there => {
            fs::rename(&kept, &path).or_environment(|| format!("cannot restore '{}'", path.display()))?;
            report.steps.push(InstallStep::Restored(hook, path));
        }
        Found::File(HookOwner::Us { made_dir }, _) => {
            fs::remove_file(&path).or_environment(|| format!("cannot remove '{}'", path.display()))?;
            report.steps.push(InstallStep::Removed(hook));
            return Ok(made_dir);
        }
        Found::File(HookOwner::UsChanged, _) => report.steps.push(InstallStep::Changed(hook, path)),
        Found::File(HookOwner::Other, _) if was_there => report.steps.push(InstallStep::LeftOver(kept)),
        Found::File(HookOwner::Other, _) | Found::Nothing => {}
    }
    Ok(false)
}

/// True if git would run this file.
pub(super) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}
