//! Settings: `agent.*` in git's own configuration, documented in `docs/configuration.md`.

use bstr::{BString, ByteSlice as _};

use super::repo::Repo;
use crate::{
    domain::{
        active_time::DEFAULT_GAP,
        claim::{DEFAULT_LEASE, MAX_LEASE},
        retention::Policy,
        time::parse_duration,
        trailer::{Rules, Values},
    },
    error::Result,
    shell::Mode,
};

/// The trailer key when `agent.trailerKey` does not say otherwise.
pub const TRAILER_KEY: &str = "Task-Id";
/// The largest new file a checkpoint takes without `--large`, in bytes: 10 MiB.
pub const MAX_FILE_SIZE: u64 = 10 * 1024 * 1024;

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

/// A view on the configuration. A value that cannot be read counts as not set; `doctor` reports it.
pub struct Settings<'r> {
    config: gix::config::Snapshot<'r>,
}

impl<'r> Settings<'r> {
    pub(super) fn new(repo: &'r gix::Repository) -> Self {
        Settings { config: repo.config_snapshot() }
    }

    /// Any key as text.
    pub fn text(&self, key: &str) -> Option<String> {
        self.config.string(key).map(|value| value.to_str_lossy().into_owned())
    }

    /// All values of a key, least specific first.
    pub fn texts(&self, key: &str) -> Vec<BString> {
        let values = self.config.plumbing().strings(key).unwrap_or_default();
        values.into_iter().map(|value| value.to_vec().into()).collect()
    }

    /// All values of a key that files set, least specific first: those of the command line and of the environment are of this
    /// process alone.
    pub fn texts_of_files(&self, key: &str) -> Vec<BString> {
        use gix::config::Source;
        let of_a_file = |meta: &gix::config::file::Metadata| {
            !matches!(meta.source, Source::Env | Source::Cli | Source::Api | Source::EnvOverride)
        };
        let values = self.config.plumbing().strings_filter(key, of_a_file).unwrap_or_default();
        values.into_iter().map(|value| value.to_vec().into()).collect()
    }

    /// Any key as a yes or no.
    pub fn flag(&self, key: &str) -> bool {
        self.config.boolean(key).unwrap_or(false)
    }

    /// Whether a key is set to anything.
    pub fn is_set(&self, key: &str) -> bool {
        self.config.string(key).is_some() || self.config.boolean(key).is_some()
    }

    /// Whether a key is a yes or no at all.
    pub fn is_flag(&self, key: &str) -> bool {
        self.config.try_boolean(key).is_ok()
    }

    /// Any key as a number, with git's `k`, `m`, `g`.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.config.integer(key).and_then(|number| u64::try_from(number).ok())
    }

    /// `agent.trailerKey`: the first one is written, all are read.
    pub fn trailer_keys(&self) -> Vec<String> {
        let keys: Vec<String> =
            self.texts("agent.trailerKey").iter().map(|key| key.to_str_lossy().into_owned()).collect();
        match keys.is_empty() {
            true => vec![TRAILER_KEY.to_owned()],
            false => keys,
        }
    }

    /// Which trailers name a task: `agent.trailerKey`, `agent.trailerSplit`, `agent.trailerIgnore`.
    pub fn trailer_rules(&self) -> Rules {
        let values = if self.flag("agent.trailerSplit") { Values::CommaSeparated } else { Values::Single };
        Rules::new(self.texts("agent.trailerKey")).with_values(values).ignoring(self.texts("agent.trailerIgnore"))
    }

    /// `agent.lease` in seconds: how long a claim lasts without a sign of life, [`MAX_LEASE`] at most.
    pub fn lease(&self) -> u64 {
        self.text("agent.lease").and_then(|text| parse_duration(&text)).unwrap_or(DEFAULT_LEASE).min(MAX_LEASE)
    }

    /// `agent.idleGap` in seconds: a longer silence on a task is no work.
    pub fn idle_gap(&self) -> u64 {
        self.text("agent.idleGap").and_then(|text| parse_duration(&text)).unwrap_or(DEFAULT_GAP)
    }

    /// `agent.idPrefix`: what generated ids begin with.
    pub fn id_prefix(&self) -> String {
        self.text("agent.idPrefix").unwrap_or_else(|| "t-".to_owned())
    }

    /// `agent.maxFileSize` in bytes: larger new files are not taken into a checkpoint without `--large`.
    pub fn max_file_size(&self) -> u64 {
        self.number("agent.maxFileSize").unwrap_or(MAX_FILE_SIZE)
    }

    /// `agent.verify`: the command that `verify` runs when none is given.
    pub fn verify_command(&self) -> Option<String> {
        self.text("agent.verify").filter(|command| !command.trim().is_empty())
    }

    /// `agent.requireVerify`: refuse to complete a task whose tree was not verified.
    pub fn require_verify(&self) -> bool {
        self.flag("agent.requireVerify")
    }

    /// `agent.keepFor`, `agent.keepOperations`: what `gc` keeps.
    pub fn retention(&self) -> Policy {
        let policy = Policy::default();
        let young = self.text("agent.keepFor").and_then(|text| parse_duration(&text)).unwrap_or(policy.young);
        let operations = self.number("agent.keepOperations").map_or(policy.operations, |number| number as usize);
        // An undo needs the operation that it takes back.
        Policy { young, operations: operations.max(1), ..policy }
    }

    /// `agent.guard`: what happens before a command that destroys something.
    pub fn guard(&self) -> Mode {
        self.text("agent.guard").and_then(|word| Mode::parse(&word)).unwrap_or_default()
    }

    /// `agent.subjectPrefix`: put before the subject of checkpoints.
    pub fn subject_prefix(&self) -> String {
        self.text("agent.subjectPrefix").unwrap_or_default()
    }
}
