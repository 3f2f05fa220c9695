//! `bisect`.

use super::{JsonForm as _, PathJson, json};
use crate::verbs::bisect::{self, Ending, FirstBad, Point, TestVerdict, Tested};

json! {
    /// The answer of `bisect`.
    pub struct BisectAnswer from answer: &bisect::Answer {
        /// The first commit at which the command fails; null if there is none or it is unknown; `reason` says why.
        first_bad: Option<BisectBad> = match &answer.ending {
            Ending::Found(bad) => Some(bad.to_json()),
            _ => None,
        },
        /// The newest good commit that was tested before it.
        good: Option<BisectPoint>,
        /// All tests, in the order in which they were run.
        tested: Vec<BisectTest>,
        /// Full ids of the commits that the command skipped (exit code 125).
        skipped: Vec<String> = answer
            .tested
            .iter()
            .filter(|tested| tested.verdict == TestVerdict::Skip)
            .map(|tested| tested.point.commit.to_string())
            .collect(),
        /// With reason `skipped`: the candidates, oldest first; the last one is known to be bad.
        suspects: Vec<BisectPoint> = match &answer.ending {
            Ending::Unsure(some) => some.to_json(),
            _ => Vec::new(),
        },
        /// Why there is no `first_bad`: `never-bad`, `already-bad` (the state before the range fails as well), `skipped`.
        reason: Option<&'static str> = match &answer.ending {
            Ending::Found(_) => None,
            Ending::Unsure(_) => Some("skipped"),
            Ending::NeverBad => Some("never-bad"),
            Ending::AlreadyBad => Some("already-bad"),
        },
        /// With `--keep`: the path of the worktree of the first bad commit.
        kept: Option<String> = answer.kept.as_ref().map(|path| path.display().to_string()),
    }

    /// A commit and its name.
    struct BisectPoint from point: &Point {
        /// The full commit id.
        commit: String,
        /// `t-1@4`, or an abbreviated commit id.
        name: String,
        /// The id of its task.
        task: Option<String>,
        /// `n` of `<task>@n` on the history of HEAD.
        number: Option<usize>,
    }

    /// The first bad commit.
    struct BisectBad from bad: &FirstBad {
        /// The commit and its name.
        #[serde(flatten)]
        point: BisectPoint,
        /// The subject: the first paragraph of the message on one line.
        subject: String,
        /// `Name <email>` after applying the mailmap.
        author: String,
        /// The author date.
        at: String,
        /// Its changes relative to its first parent.
        paths: Vec<PathJson>,
    }

    /// A test of one commit.
    struct BisectTest from tested: &Tested {
        /// The tested commit.
        #[serde(flatten)]
        point: BisectPoint,
        /// Whether it is the state before the range.
        base: bool = tested.is_base,
        /// The exit code of the command.
        exit: i32 = tested.ended.exit,
        /// The running time in seconds.
        seconds: f64 = tested.ended.seconds,
        /// `good`, `bad` or `skip`.
        verdict: &'static str = match tested.verdict {
            TestVerdict::Good => "good",
            TestVerdict::Bad => "bad",
            TestVerdict::Skip => "skip",
        },
    }
}
