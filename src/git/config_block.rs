//! The settings that `git agent init` writes: one block of lines in the repository's own configuration, so that everything
//! else in there stays unchanged, and nothing is left when the block goes.
//!
//! What is to be set is one list of [`WantedSetting`]es: see `sync::settings`.

mod text;

use std::fs;

use bstr::{BString, ByteSlice as _};

use super::{Repo, locked_file::LockedFile};
use crate::error::{Context as _, Result};

/// A line of the block, and the heading it is under, as they stand in the file: `[remote "origin"]`, `fetch = +refs/…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The heading, with its brackets.
    pub heading: BString,
    /// Key and value as in the file: `key = value`.
    pub line: BString,
}

impl Setting {
    /// `key` of the section `section` or `section.subsection`, with any value.
    pub fn new(section: &str, subsection: Option<&str>, key: &str, value: &[u8]) -> Self {
        let heading = match subsection {
            Some(name) => format!("[{section} \"{}\"]", name.replace('\\', r"\\").replace('"', "\\\"")),
            None => format!("[{section}]"),
        };
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./*:+@".contains(byte);
        let mut line = BString::from(format!("{key} = "));
        if !value.is_empty() && value.iter().all(is_plain) {
            line.extend_from_slice(value);
            return Setting { heading: heading.into(), line };
        }
        line.push(b'"');
        for &byte in value {
            match byte {
                b'\n' => line.extend_from_slice(br"\n"),
                b'\t' => line.extend_from_slice(br"\t"),
                b'"' | b'\\' => line.extend_from_slice(&[b'\\', byte]),
                other => line.push(other),
            }
        }
        line.push(b'"');
        Setting { heading: heading.into(), line }
    }

    /// How hooks were installed: `directory`, `config`, or `none`.
    pub fn of_hooks(how: &str) -> Self {
        Setting { heading: text::HEADING.into(), line: format!("hooks = {how}").into() }
    }

    /// Whether it is a setting of git-agent's hooks.
    pub fn is_of_hooks(&self) -> bool {
        text::is_of_hooks(&self.heading) || self.heading == text::HEADING
    }

    fn key(&self) -> (&[u8], &[u8]) {
        (&self.heading, self.line.split_once_str(" = ").map_or(&self.line[..], |(key, _)| key))
    }
}

/// A setting that the repository should have.
#[derive(Clone, Debug)]
pub struct WantedSetting {
    pub setting: Setting,
    /// Its name for git: `remote.origin.fetch`.
    pub key: String,
    pub value: String,
    /// In which case it is not written, because the user has set it.
    pub unless: Unless,
    /// The sentence that reports that it was set.
    pub said: String,
}

/// When a wanted setting is left to the user. Values of this process alone (`git -c`) never count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unless {
    /// If the key has any value.
    Any,
    /// If the key, which can have several values, has this one.
    Has,
    /// If the effective value is this one; another value written by git-agent is replaced.
    Is,
}

/// The result of [`change`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Whether the settings of hooks changed.
    pub hooks: bool,
    /// The changes, one sentence each.
    pub said: Vec<String>,
}

/// The settings in git-agent's block, unchanged since they were written.
pub fn read(repo: &Repo) -> Vec<Setting> {
    let text = fs::read(file(repo)).unwrap_or_default();
    text::find(&text).map(|block| block.settings(&text)).unwrap_or_default()
}

/// Write `hooks`, if given, and what of `wanted` the user has not set.
///
/// `was_installed`: hooks of an earlier version are there, which wrote settings without a block; these are taken over.
///
/// # Errors
///
/// When another process holds the configuration, or it cannot be written.
pub fn change(
    repo: &Repo,
    hooks: Option<Vec<Setting>>,
    wanted: &[WantedSetting],
    was_installed: bool,
) -> Result<Changed> {
    let (lock, mut text) = open(repo)?;
    let known = text::find(&text);
    if known.as_ref().map_or(was_installed, text::Block::is_earlier) {
        text = without_earlier(&text);
    }
    let block = text::find(&text);
    let old = block.as_ref().map(|block| block.settings(&text)).unwrap_or_default();
    let hooks = hooks.unwrap_or_else(|| {
        let before: Vec<Setting> = old.iter().filter(|setting| setting.is_of_hooks()).cloned().collect();
        if before.is_empty() { vec![Setting::of_hooks("none")] } else { before }
    });
    let mut new: Vec<Setting> = old.iter().filter(|setting| !setting.is_of_hooks()).cloned().collect();
    let mut changed = Changed { hooks: hooks.iter().any(|setting| !old.contains(setting)), said: Vec::new() };
    for one in wanted {
        if !new.contains(&one.setting) && !is_users(repo, one, &old) {
            if one.unless == Unless::Is {
                new.retain(|setting| setting.key() != one.setting.key());
            }
            new.push(one.setting.clone());
            changed.said.push(one.said.clone());
        }
    }
    // Those of hooks come last, but for the first line.
    let (first, last) = hooks.into_iter().partition(|setting| setting.heading == text::HEADING);
    let new: Vec<Setting> = [first, new, last].concat();
    let text = match block {
        Some(_) if old == new => return Ok(changed),
        Some(block) => block.replace(&text, &new),
        None => text::append(&text, &new),
    };
    lock.commit(&text)?;
    Ok(changed)
}

/// Take the block out. Returns what was in it; without one, what an earlier version has set, if one `was_installed`.
///
/// # Errors
///
/// When another process holds the configuration, or it cannot be written.
pub fn remove(repo: &Repo, was_installed: bool) -> Result<Vec<Setting>> {
    let before = fs::read(file(repo)).unwrap_or_default();
    let is_of_earlier = |text: &[u8]| text::find(text).map_or(was_installed, |block| block.is_earlier());
    if text::find(&before).is_none() && !(was_installed && without_earlier(&before) != before) {
        return Ok(Vec::new());
    }
    let (lock, mut text) = open(repo)?;
    let mut removed = Vec::new();
    if is_of_earlier(&text) {
        removed.extend(earlier(&text));
        text = without_earlier(&text);
    }
    while let Some(block) = text::find(&text) {
        removed.extend(block.settings(&text));
        text = block.replace(&text, &[]);
    }
    lock.commit(&text)?;
    Ok(removed)
}

/// Whether the user has set what `wanted` sets, in any file: more often than our block does.
fn is_users(repo: &Repo, wanted: &WantedSetting, old: &[Setting]) -> bool {
    let values = repo.config().texts_of_files(&wanted.key);
    match wanted.unless {
        Unless::Any => values.len() > old.iter().filter(|setting| setting.key() == wanted.setting.key()).count(),
        Unless::Has => {
            let ours = usize::from(old.contains(&wanted.setting));
            values.iter().filter(|value| **value == wanted.value.as_str()).count() > ours
        }
        Unless::Is => values.last().is_some_and(|value| *value == wanted.value.as_str()),
    }
}

/// The settings that earlier versions wrote with `git config`, in exactly its form, and their block of hooks.
fn is_earlier(heading: &[u8], line: &[u8]) -> bool {
    let remote = heading.strip_prefix(b"[remote \"").and_then(|rest| rest.strip_suffix(b"\"]"));
    match remote {
        Some(remote) => {
            line == [b"fetch = +refs/notes/agent*:refs/agent/remotes/".as_slice(), remote, b"/agent*"].concat()
        }
        None => heading == b"[notes \"agent-tasks\"]" && line == b"mergeStrategy = cat_sort_uniq",
    }
}

fn earlier(text: &[u8]) -> Vec<Setting> {
    let mut found = text::find(text).map(|block| block.settings(text)).unwrap_or_default();
    text::strip(text, |heading, line| {
        let is_ours = is_earlier(heading, line);
        if is_ours {
            found.push(Setting { heading: heading.into(), line: line.into() });
        }
        is_ours
    });
    found
}

fn without_earlier(text: &[u8]) -> Vec<u8> {
    let text = match text::find(text).filter(text::Block::is_earlier) {
        Some(block) => block.replace(text, &[]),
        None => text.to_vec(),
    };
    text::strip(&text, is_earlier)
}

fn open(repo: &Repo) -> Result<(LockedFile, Vec<u8>)> {
    let file = file(repo);
    let lock = LockedFile::take(&file)?;
    let text = fs::read(&file).or_environment(|| format!("cannot read '{}'", file.display()))?;
    Ok((lock, text))
}

fn file(repo: &Repo) -> std::path::PathBuf {
    repo.common_dir().join("config")
}

#[cfg(test)]
mod tests;
