//! git's configuration.

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;

use super::repo::Repo;
use crate::error::Result;

/// The keys that match the regular expression `pattern`, with their values: of the configuration, or of the file `blob` (a
/// revision).
///
/// # Errors
///
/// `git-not-runnable`.
pub(super) fn matching(repo: &Repo, blob: Option<&str>, pattern: &str) -> Result<Vec<(BString, BString)>> {
    let git = repo.git().args(["config", "-z"]).args(blob.map(|blob| format!("--blob={blob}")));
    // Exit code 1: there are none.
    let answer = git.args(["--get-regexp", pattern]).output()?.stdout;
    let entry = |entry: &[u8]| {
        let (key, value) = entry.split_once_str("\n").unwrap_or((entry, b""));
        (key.into(), value.into())
    };
    Ok(answer.split_str("\0").filter(|field| !field.is_empty()).map(entry).collect())
}

/// The paths of the submodules that `.gitmodules` in `tree` declares.
///
/// # Errors
///
/// `git-not-runnable`.
pub fn submodules(repo: &Repo, tree: ObjectId) -> Result<Vec<BString>> {
    let found = matching(repo, Some(&format!("{tree}:.gitmodules")), r"^submodule\..*\.path$")?;
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// The configuration of a repository as it was when this was made. A value that cannot be read counts as not set.
pub struct Config<'r> {
    snapshot: gix::config::Snapshot<'r>,
}

impl Repo {
    /// A snapshot of the configuration.
    pub fn config(&self) -> Config<'_> {
        Config { snapshot: self.gix().config_snapshot() }
    }
}

impl Config<'_> {
    /// The last value of `key` as text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.snapshot.string(key).map(|value| value.to_str_lossy().into_owned())
    }

    /// All values of `key`, least specific first.
    pub fn texts(&self, key: &str) -> Vec<BString> {
        let values = self.snapshot.plumbing().strings(key).unwrap_or_default();
        values.into_iter().map(|value| value.to_vec().into()).collect()
    }

    /// All values of `key` that files set, least specific first: those of the command line and of the environment are of this
    /// process alone.
    pub fn texts_of_files(&self, key: &str) -> Vec<BString> {
        use gix::config::Source;
        let of_a_file = |meta: &gix::config::file::Metadata| {
            !matches!(meta.source, Source::Env | Source::Cli | Source::Api | Source::EnvOverride)
        };
        let values = self.snapshot.plumbing().strings_filter(key, of_a_file).unwrap_or_default();
        values.into_iter().map(|value| value.to_vec().into()).collect()
    }

    /// The sections `[section "name"]`, each with what `key` is in it.
    pub fn subsections(&self, section: &str, key: &str) -> Vec<(BString, Option<BString>)> {
        let sections = self.snapshot.plumbing().sections_by_name(section).into_iter().flatten();
        let named = sections.filter_map(|section| {
            let name = section.header().subsection_name()?.to_owned();
            Some((name, section.value(key).map(|value| value.to_vec().into())))
        });
        named.collect()
    }

    /// Whether `key` is set to true.
    pub fn flag(&self, key: &str) -> bool {
        self.snapshot.boolean(key).unwrap_or(false)
    }

    /// Whether `key` is set to false.
    pub fn is_off(&self, key: &str) -> bool {
        self.snapshot.boolean(key) == Some(false)
    }

    /// Whether `key` is set to anything.
    pub fn is_set(&self, key: &str) -> bool {
        self.snapshot.string(key).is_some() || self.snapshot.boolean(key).is_some()
    }

    /// Whether the value of `key`, if there is one, is a boolean.
    pub fn is_flag(&self, key: &str) -> bool {
        self.snapshot.try_boolean(key).is_ok()
    }

    /// The value of `key` as a number, with git's suffixes `k`, `m`, `g`.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.snapshot.integer(key).and_then(|number| u64::try_from(number).ok())
    }
}
