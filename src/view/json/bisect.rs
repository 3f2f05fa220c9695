//! `bisect`.

use super::{JsonForm as _, PathJson, json};
use crate::verbs::bisect::{self, Ending, FirstBad, Point, Tested, Verdict};

json! {
    /// `bisect`.
    pub struct BisectAnswer from answer: &bisect::Answer {
        /// The first commit at which the command fails; null if there is none or it is unknown; `reason` says why.
        first_bad: Option<BisectBad> = match &answer.ending {
            Ending::Found(bad) => Some(bad.to_json()),
            _ => None,
        },
        /// The newest commit that was found good on the way to it.
        good: Option<BisectPoint>,
        /// Every test, in order.
        tested: Vec<BisectTest>,
        /// Full ids of the commits at which the command could not tell (exit code 125).
        skipped: Vec<String> = answer
            .tested
            .iter()
            .filter(|tested| tested.verdict == Verdict::Skip)
            .map(|tested| tested.point.commit.to_string())
            .collect(),
        /// With reason `skipped`: it is one of these, oldest first; the last one is bad for certain.
        suspects: Vec<BisectPoint> = match &answer.ending {
            Ending::Unsure(some) => some.to_json(),
            _ => Vec::new(),
        },
        /// Why there is no `first_bad`: `never-bad`, `already-bad` (the state before all of them fails, too), `skipped`.
        reason: Option<&'static str> = match &answer.ending {
            Ending::Found(_) => None,
            Ending::Unsure(_) => Some("skipped"),
            Ending::NeverBad => Some("never-bad"),
            Ending::AlreadyBad => Some("already-bad"),
        },
        /// With `--keep`: the worktree of the first bad commit.
        kept: Option<String> = answer.kept.as_ref().map(|path| path.display().to_string()),
    }

    /// A commit and its name.
    struct BisectPoint from point: &Point {
        /// Full hex.
        commit: String,
        /// `t-1@4`, or an abbreviated id.
        name: String,
        /// The task that it belongs to.
        task: Option<String>,
        /// n of `<task>@n` on HEAD's history.
        number: Option<usize>,
    }

    /// The first bad commit.
    struct BisectBad from bad: &FirstBad {
        /// Which.
        #[serde(flatten)]
        point: BisectPoint,
        /// The first paragraph of its message on one line.
        subject: String,
        /// `Name <email>`, as the mailmap has it.
        author: String,
        /// When it was written.
        at: String,
        /// Its changes relative to its first parent.
        paths: Vec<PathJson>,
    }

    /// A test.
    struct BisectTest from tested: &Tested {
        /// Of which commit.
        #[serde(flatten)]
        point: BisectPoint,
        /// Whether this is the state before all others.
        base: bool = tested.is_base,
        /// The exit code of the command.
        exit: i32 = tested.ended.exit,
        /// How long it ran.
        seconds: f64 = tested.ended.seconds,
        /// `good`, `bad` or `skip`.
        verdict: &'static str = match tested.verdict {
            Verdict::Good => "good",
            Verdict::Bad => "bad",
            Verdict::Skip => "skip",
        },
    }
}
