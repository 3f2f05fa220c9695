//! `guard`.

use std::os::unix::ffi::OsStrExt as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::{SCHEMA, TakenJson};
use crate::{
    verbs::guard::{Answer, Risk, Saved},
    view::sanitize,
};

/// `guard`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GuardAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// `safe`: the line destroys nothing; `captured`: what it would destroy was saved in a snapshot; `refused`: it
    /// must not run; `allowed`: there is nothing to lose, or a snapshot holds it already.
    pub verdict: &'static str,
    /// What the line may destroy.
    pub risks: Vec<RiskJson>,
    /// The snapshot of this worktree that holds it.
    pub snapshot: Option<SavedJson>,
    /// All of them, when the line reaches other worktrees or submodules, too.
    pub snapshots: Vec<SavedJson>,
    /// Bundles of all refs, when those that hold snapshots may be rewritten or deleted: `git fetch` reads them. Left out if
    /// there is none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub bundles: Vec<String>,
    /// Why it is refused.
    pub refusal: Option<RefusalJson>,
    /// What is not in a snapshot, and why one could not be taken.
    pub warnings: Vec<String>,
    /// The exit code of the command, if one was run.
    pub exit: Option<i32>,
}

/// A snapshot, and of which worktree it is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SavedJson {
    /// The snapshot.
    #[serde(flatten)]
    pub taken: TakenJson,
    /// The top of the work tree; its repository has the snapshot.
    pub worktree: String,
}

/// A command that destroys something.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RiskJson {
    /// As it is written.
    pub command: String,
    /// The kind of loss: `uncommitted`, `untracked`, `ignored`, `stash`, `history`, `remote`, `repository`, `unknown`.
    pub what: Vec<&'static str>,
    /// Why, a sentence.
    pub why: &'static str,
    /// `changes`, `destroys`, `fatal`.
    pub level: &'static str,
}

/// Why a line must not run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RefusalJson {
    /// A stable kebab-case word.
    pub code: &'static str,
    /// A sentence.
    pub message: String,
    /// What to do instead.
    pub hints: Vec<String>,
}

impl RiskJson {
    fn new(risk: &Risk) -> Self {
        let mut what: Vec<&str> = Vec::new();
        for word in risk.losses.iter().map(|loss| loss.word()) {
            if !what.contains(&word) {
                what.push(word);
            }
        }
        RiskJson { command: sanitize::bytes(risk.command.as_ref()), what, why: risk.why, level: risk.level.as_str() }
    }
}

impl SavedJson {
    fn new(saved: &Saved) -> Self {
        let top = saved.repo.work_dir().unwrap_or(saved.repo.git_dir());
        let top = top.canonicalize().unwrap_or_else(|_| top.to_owned());
        SavedJson {
            taken: TakenJson::new(&saved.taken),
            worktree: sanitize::bytes(top.as_os_str().as_bytes().as_ref()),
        }
    }
}

impl GuardAnswer {
    /// The JSON form of `answer`; `exit` is the exit code of the command, if it was run.
    pub fn new(answer: &Answer, exit: Option<i32>) -> Self {
        let refusal = answer.refusal.as_ref().map(|error| RefusalJson {
            code: error.code().word,
            message: error.to_string(),
            hints: error.hint_lines().to_vec(),
        });
        let snapshots = || answer.saved.iter().map(SavedJson::new);
        GuardAnswer {
            schema: SCHEMA,
            verdict: answer.verdict.as_str(),
            risks: answer.risks.iter().map(RiskJson::new).collect(),
            snapshot: snapshots().next(),
            snapshots: snapshots().collect(),
            bundles: answer.bundles.iter().map(|path| sanitize::bytes(path.as_os_str().as_bytes().as_ref())).collect(),
            refusal,
            warnings: answer.warnings.clone(),
            exit,
        }
    }
}
