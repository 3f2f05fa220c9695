//! `guard`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{SCHEMA, TakenJson};
use crate::{
    core::guard::Risk,
    guard::{Answer, Verdict},
    output::clean,
};

/// `guard`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GuardAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// `safe`: nothing in the line destroys anything; `captured`: what there was to lose is in a snapshot now; `refused`: it
    /// must not run; `allowed`: there is nothing to lose, or a snapshot holds it already.
    pub verdict: &'static str,
    /// What may be destroyed.
    pub risks: Vec<RiskJson>,
    /// The snapshot of this worktree that holds it.
    pub snapshot: Option<TakenJson>,
    /// All of them, when the line reaches other worktrees, too.
    pub snapshots: Vec<TakenJson>,
    /// Why it is refused.
    pub refusal: Option<RefusalJson>,
    /// What is not in a snapshot, and why one could not be taken.
    pub warnings: Vec<String>,
    /// The exit code of the command, if one was run.
    pub exit: Option<i32>,
}

/// A command that destroys something.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RiskJson {
    /// As it is written.
    pub command: String,
    /// What is lost: `uncommitted`, `untracked`, `ignored`, `stash`, `history`, `remote`, `repository`, `unknown`.
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
        RiskJson {
            command: clean::bytes(risk.command.as_ref()),
            what: risk.losses.iter().map(|loss| loss.word()).collect(),
            why: risk.why,
            level: risk.level.word(),
        }
    }
}

impl Verdict {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Safe => "safe",
            Verdict::Captured => "captured",
            Verdict::Refused => "refused",
            Verdict::Allowed => "allowed",
        }
    }
}

impl GuardAnswer {
    /// As JSON.
    pub fn new(answer: &Answer, exit: Option<i32>) -> Self {
        let refusal = answer.refusal.as_ref().map(|error| RefusalJson {
            code: error.code(),
            message: error.to_string(),
            hints: error.hint_lines().to_vec(),
        });
        let snapshots = || answer.saved.iter().map(|saved| TakenJson::new(&saved.taken));
        GuardAnswer {
            schema: SCHEMA,
            verdict: answer.verdict.word(),
            risks: answer.risks.iter().map(RiskJson::new).collect(),
            snapshot: snapshots().next(),
            snapshots: snapshots().collect(),
            refusal,
            warnings: answer.warnings.clone(),
            exit,
        }
    }
}
