//! `bisect`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{PathJson, SCHEMA};
use crate::verbs::bisect::{Answer, Ending, FirstBad, Point, Tested, Verdict};

/// `bisect`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BisectAnswer {
    /// The version of the contract.
    pub schema: u32,
    /// The first commit at which the command fails; null if there is none or it is unknown; `reason` says why.
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

/// A commit and its name.
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
    /// Its changes relative to its first parent.
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

impl BisectPoint {
    fn new(point: &Point) -> Self {
        let Point { commit, name, task, number, short: _ } = point;
        BisectPoint { commit: commit.to_string(), name: name.clone(), task: task.clone(), number: *number }
    }
}

impl BisectBad {
    fn new(bad: &FirstBad) -> Self {
        BisectBad {
            point: BisectPoint::new(&bad.point),
            subject: bad.subject.clone(),
            author: bad.author.clone(),
            at: bad.at.to_string(),
            paths: bad.paths.iter().map(|path| PathJson::new(path.as_ref())).collect(),
        }
    }
}

impl BisectTest {
    fn new(tested: &Tested) -> Self {
        BisectTest {
            point: BisectPoint::new(&tested.point),
            base: tested.is_base,
            exit: tested.ended.exit,
            seconds: tested.ended.seconds,
            verdict: match tested.verdict {
                Verdict::Good => "good",
                Verdict::Bad => "bad",
                Verdict::Skip => "skip",
            },
        }
    }
}

impl BisectAnswer {
    /// The JSON form of `answer`.
    pub fn new(answer: &Answer) -> Self {
        let (first_bad, suspects, reason) = match &answer.ending {
            Ending::Found(bad) => (Some(BisectBad::new(bad)), Vec::new(), None),
            Ending::Unsure(some) => (None, some.iter().map(BisectPoint::new).collect(), Some("skipped")),
            Ending::NeverBad => (None, Vec::new(), Some("never-bad")),
            Ending::AlreadyBad => (None, Vec::new(), Some("already-bad")),
        };
        let skipped = answer.tested.iter().filter(|tested| tested.verdict == Verdict::Skip);
        BisectAnswer {
            schema: SCHEMA,
            first_bad,
            good: answer.good.as_ref().map(BisectPoint::new),
            tested: answer.tested.iter().map(BisectTest::new).collect(),
            skipped: skipped.map(|tested| tested.point.commit.to_string()).collect(),
            suspects,
            reason,
            kept: answer.kept.as_ref().map(|path| path.display().to_string()),
        }
    }
}
