//! `bisect`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{PathJson, SCHEMA};

/// `bisect`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BisectAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// The first commit at which the command fails; null when there is none, or it is not known: then `reason` says why.
    pub first_bad: Option<BisectBad>,
    /// The newest commit that was found good on the way to it.
    pub good: Option<BisectPoint>,
    /// Every test, in order.
    pub tested: Vec<BisectTest>,
    /// Full ids of the commits at which the command could not tell (exit code 125).
    pub skipped: Vec<String>,
    /// With reason `skipped`: it is one of these, oldest first; the last one is bad for certain.
    pub suspects: Vec<BisectPoint>,
    /// Why there is no `first_bad`: `never-bad`, `already-bad` (the state before all of them fails, too), `skipped`.
    pub reason: Option<&'static str>,
    /// With `--keep`: the worktree of the first bad commit.
    pub kept: Option<String>,
}

/// A commit and what it is called.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BisectPoint {
    /// Full hex.
    pub commit: String,
    /// `t-1@4`, or an abbreviated id.
    pub name: String,
    /// The task that it belongs to.
    pub task: Option<String>,
    /// n of `<task>@n` on HEAD's history.
    pub number: Option<usize>,
}

/// The first bad commit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BisectBad {
    /// Which.
    #[serde(flatten)]
    pub point: BisectPoint,
    /// The first paragraph of its message on one line.
    pub subject: String,
    /// `Name <email>`, as the mailmap has it.
    pub author: String,
    /// When it was written.
    pub at: String,
    /// What it changes against its first parent.
    pub paths: Vec<PathJson>,
}

/// A test.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BisectTest {
    /// Of which commit.
    #[serde(flatten)]
    pub point: BisectPoint,
    /// Whether this is the state before all others.
    pub base: bool,
    /// The exit code of the command.
    pub exit: i32,
    /// How long it ran.
    pub seconds: f64,
    /// `good`, `bad` or `skip`.
    pub verdict: &'static str,
}

impl Default for BisectAnswer {
    fn default() -> Self {
        BisectAnswer {
            schema: SCHEMA,
            first_bad: None,
            good: None,
            tested: Vec::new(),
            skipped: Vec::new(),
            suspects: Vec::new(),
            reason: None,
            kept: None,
        }
    }
}
