//! The settings of git-agent: `agent.*` in git's configuration, documented in `docs/configuration.md`.

use bstr::ByteSlice as _;

use crate::{
    domain::{
        active_time::DEFAULT_GAP,
        claim::{DEFAULT_LEASE, MAX_LEASE},
        retention::Policy,
        time::parse_duration,
        trailer::{Rules, Values},
    },
    git::{Config, Repo},
    shell::GuardMode,
};

/// The trailer key when `agent.trailerKey` does not say otherwise.
pub const TRAILER_KEY: &str = "Task-Id";
/// The largest new file a checkpoint takes without `--large`, in bytes: 10 MiB.
pub const MAX_FILE_SIZE: u64 = 10 * 1024 * 1024;

/// How often the edits of a session are saved, in seconds.
pub const SNAPSHOT_EVERY: u64 = 30;

/// What happens when a session changes files without a task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoTask {
    /// A task is made for it.
    #[default]
    On,
    /// Its agent is told.
    Ask,
    /// Nothing.
    Off,
}

/// The settings of a repository. A value that cannot be read counts as not set; `doctor` reports it.
pub struct Settings<'r>(Config<'r>);

/// `agent.completeDirty`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CompleteDirty {
    /// The answer says what is not committed.
    #[default]
    Warn,
    /// The task is not completed.
    Refuse,
    /// It is committed first.
    Checkpoint,
}

/// `agent.featureDone`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FeatureDone {
    /// It completes itself.
    #[default]
    Auto,
    /// The answer says how to complete it.
    Ask,
}

impl Repo {
    /// The settings of git-agent in this repository.
    pub fn settings(&self) -> Settings<'_> {
        Settings(self.config())
    }
}

impl Settings<'_> {
    /// `agent.trailerKey`: the first one is written, all are read.
    pub fn trailer_keys(&self) -> Vec<String> {
        let keys: Vec<String> =
            self.0.texts("agent.trailerKey").iter().map(|key| key.to_str_lossy().into_owned()).collect();
        if keys.is_empty() { vec![TRAILER_KEY.to_owned()] } else { keys }
    }

    /// Which trailers name a task: `agent.trailerKey`, `agent.trailerSplit`, `agent.trailerIgnore`.
    pub fn trailer_rules(&self) -> Rules {
        let values = if self.0.flag("agent.trailerSplit") { Values::CommaSeparated } else { Values::Single };
        Rules::new(self.0.texts("agent.trailerKey")).with_values(values).ignoring(self.0.texts("agent.trailerIgnore"))
    }

    /// `agent.lease` in seconds: how long a claim lasts without activity, [`MAX_LEASE`] at most.
    pub fn lease(&self) -> u64 {
        self.0.text("agent.lease").and_then(|text| parse_duration(&text)).unwrap_or(DEFAULT_LEASE).min(MAX_LEASE)
    }

    /// `agent.idleGap` in seconds: a longer pause between events of a task is not counted as work.
    pub fn idle_gap(&self) -> u64 {
        self.0.text("agent.idleGap").and_then(|text| parse_duration(&text)).unwrap_or(DEFAULT_GAP)
    }

    /// `agent.idPrefix`: what generated ids begin with.
    pub fn id_prefix(&self) -> String {
        self.0.text("agent.idPrefix").unwrap_or_else(|| "t-".to_owned())
    }

    /// `agent.maxFileSize` in bytes: larger new files are not taken into a checkpoint without `--large`.
    pub fn max_file_size(&self) -> u64 {
        self.0.number("agent.maxFileSize").unwrap_or(MAX_FILE_SIZE)
    }

    /// `agent.verify`: the command that `verify` runs when none is given.
    pub fn verify_command(&self) -> Option<String> {
        self.0.text("agent.verify").filter(|command| !command.trim().is_empty())
    }

    /// `agent.requireVerify`: refuse to complete a task whose tree was not verified.
    pub fn require_verify(&self) -> bool {
        self.0.flag("agent.requireVerify")
    }

    /// `agent.completeDirty`: what happens when a task is completed while something is not committed.
    pub fn complete_dirty(&self) -> CompleteDirty {
        match self.0.text("agent.completeDirty").as_deref() {
            Some("refuse") => CompleteDirty::Refuse,
            Some("checkpoint") => CompleteDirty::Checkpoint,
            _ => CompleteDirty::Warn,
        }
    }

    /// `agent.featureDone`: what happens to a feature when its last part is done.
    pub fn feature_done(&self) -> FeatureDone {
        match self.0.text("agent.featureDone").as_deref() {
            Some("ask") => FeatureDone::Ask,
            _ => FeatureDone::Auto,
        }
    }

    /// `agent.keepFor`, `agent.keepOperations`: what `gc` keeps.
    pub fn retention(&self) -> Policy {
        let policy = Policy::default();
        let young = self.0.text("agent.keepFor").and_then(|text| parse_duration(&text)).unwrap_or(policy.young);
        let operations = self.0.number("agent.keepOperations").map_or(policy.operations, |number| number as usize);
        // There must be one to undo.
        Policy { young, operations: operations.max(1), ..policy }
    }

    /// `agent.guard`: what happens before a command that destroys something.
    pub fn guard(&self) -> GuardMode {
        self.0.text("agent.guard").and_then(|word| GuardMode::parse(&word)).unwrap_or_default()
    }

    /// `agent.snapshotEvery` in seconds: how often the edits of a session of an agent host are saved; `None`: never.
    pub fn snapshot_every(&self) -> Option<u64> {
        match self.0.text("agent.snapshotEvery").as_deref().map(str::trim) {
            Some("off" | "never" | "false" | "no") => None,
            Some("0") => Some(0),
            Some(text) => Some(parse_duration(text).unwrap_or(SNAPSHOT_EVERY)),
            None => Some(SNAPSHOT_EVERY),
        }
    }

    /// `agent.autoTask`: what happens when a session of an agent host changes files without a task.
    pub fn auto_task(&self) -> AutoTask {
        match self.0.text("agent.autoTask").as_deref().map(str::trim) {
            Some("off" | "false" | "no" | "never") => AutoTask::Off,
            Some("ask") => AutoTask::Ask,
            _ => AutoTask::On,
        }
    }

    /// `agent.hookHint`: say that hooks are missing where that matters.
    pub fn hook_hint(&self) -> bool {
        !self.0.is_set("agent.hookHint") || self.0.flag("agent.hookHint")
    }

    /// `agent.subjectPrefix`: put before the subject of checkpoints.
    pub fn subject_prefix(&self) -> String {
        self.0.text("agent.subjectPrefix").unwrap_or_default()
    }
}
