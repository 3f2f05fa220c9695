//! `bisect`: the checkpoint that broke something.

mod names;

use std::ffi::OsString;

use super::Caller;
use crate::{
    bisect::{self, Outcome, Range},
    error::{Error, Result, codes},
    git::{ObjectId, rev_parse},
    query::revision::{self, Emptiness},
    store::ledger::View,
    verify::{EndedCommand, Output},
};
use names::Names;

pub use crate::{
    bisect::{Ending, KeepWorktree},
    domain::bisect::TestVerdict,
};
pub use names::{FirstBad, Point};

/// What to search, and how to test.
#[derive(Clone, Debug)]
pub struct Request {
    /// A task, or a range `A..B`; the active task if not given.
    pub what: Option<String>,
    /// Also test commits without a task.
    pub all_commits: bool,
    /// Whether to keep the worktree of the first bad commit.
    pub keep: KeepWorktree,
    /// The command that tests a commit; one line, run by sh.
    pub command: String,
    /// Where the output of the command goes.
    pub output: Output,
}

/// The result of a bisection.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was found.
    pub ending: Ending<Box<FirstBad>, Point>,
    /// The newest commit that was found good on the way to the first bad one.
    pub good: Option<Point>,
    /// Every test, in the order in which it was run.
    pub tested: Vec<Tested>,
    /// How many commits were searched.
    pub candidates: usize,
    /// Whether there is a state before the candidates, which can be tested as well.
    pub has_base: bool,
    /// The worktree that was kept.
    pub kept: Option<std::path::PathBuf>,
}

/// A test of one commit.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The commit.
    pub point: Point,
    /// Whether it is the state before all candidates.
    pub is_base: bool,
    /// Exit code or signal of the command.
    pub ended: EndedCommand,
    /// Good, bad or skipped.
    pub verdict: TestVerdict,
}

/// Find the first commit at which the command fails. `progress` is told before each test what is tested, and about how many tests
/// come after it.
///
/// # Errors
///
/// `bad-revision` for what is not a range, `not-a-range` for a single checkpoint, `no-candidates` if there is nothing to test; those of
/// [`Caller::task_and_checkpoint`] and of [`bisect::bisect`]. No worktree is left then.
pub fn bisect(caller: &Caller, request: &Request, progress: &dyn Fn(&Point, u32)) -> Result<Answer> {
    let view = caller.view()?;
    let (range, names) = plan(caller, &view, request)?;
    let test = bisect::Test {
        command: &request.command,
        output: request.output,
        keep: request.keep,
        name: &|commit| names.of(commit),
        progress: &|commit, more| progress(&names.point(commit), more),
    };
    let outcome = bisect::bisect(view.repo(), &range, &test)?;
    answer(&names, &range, outcome)
}

/// Which commits are meant, and how they are called.
fn plan<'v>(caller: &Caller, view: &'v View<'v>, request: &Request) -> Result<(Range, Names<'v>)> {
    let repo = view.repo();
    let what = request.what.as_deref();
    let head = repo.head()?.commit;
    if let Some(word) = what.filter(|word| word.contains("..")) {
        let (base, tip) = ends(caller, view, word)?;
        let names = Names::new(view, head, None, base)?;
        let range = Range::new(repo, base, tip, |commit| request.all_commits || names.has_task(commit))?;
        return Ok((some(range, word)?, names));
    }
    let (task, which) = caller.task_and_checkpoint(view, what)?;
    let id = &task.id;
    if let Some(which) = which {
        let message = format!("{id}@{which} is a single checkpoint, not a range");
        return Err(
            Error::new(codes::NOT_A_RANGE, message).hint(format!("git agent bisect {id}@start..{id}@{which} -- …"))
        );
    }
    let commits = revision::on(view, head, &task)?;
    let (Some(tip), false) = (head, commits.is_empty()) else {
        return Err(Error::new(codes::NO_CANDIDATES, format!("{id} has no checkpoint on this history"))
            .hint("to search a range: git agent bisect A..B --all-commits -- …"));
    };
    let base = revision::start(view, &task, head)?.commit;
    caller.warn_if_cut(revision::is_cut(view, head, &task)?);
    let names = Names::new(view, head, Some(id), base)?;
    let range = Range::new(repo, base, tip, |commit| request.all_commits || commits.contains(&commit))?;
    Ok((some(range, id.as_str())?, names))
}

/// What `A..B` is: A, if it is not the state before all commits, and B.
fn ends(caller: &Caller, view: &View<'_>, word: &str) -> Result<(Option<ObjectId>, ObjectId)> {
    let words = caller.words(view, Emptiness::NoCommits, &[OsString::from(word)])?;
    let refuse = || {
        Error::new(codes::BAD_REVISION, format!("'{}' is not a range of commits that git knows", word.escape_debug()))
            .hint("A..B: commits in B that are not in A; both can be checkpoints")
    };
    let commit = |id: &ObjectId| view.repo().resolve_commit(&format!("{id}^{{commit}}"))?.ok_or_else(refuse);
    // What git cannot read is not a range.
    let named = rev_parse::revisions(&words).unwrap_or_default();
    let old = named.excluded.iter().map(commit).collect::<Result<Vec<_>>>()?;
    let new = named.included.iter().map(commit).collect::<Result<Vec<_>>>()?;
    match (old.as_slice(), new.as_slice()) {
        ([], [tip]) => Ok((None, *tip)),
        ([base], [tip]) => Ok((Some(*base), *tip)),
        _ => Err(refuse()),
    }
}

fn some(range: Range, what: &str) -> Result<Range> {
    if range.commits.is_empty() {
        let message = format!("there is no checkpoint in '{}' to test", what.escape_debug());
        return Err(Error::new(codes::NO_CANDIDATES, message)
            .hint("--all-commits also tests commits that belong to no task; a range A..B selects others"));
    }
    Ok(range)
}

fn answer(names: &Names<'_>, range: &Range, outcome: Outcome) -> Result<Answer> {
    let tested: Vec<Tested> = outcome
        .tested
        .iter()
        .map(|tested| Tested {
            point: names.point(tested.commit),
            is_base: Some(tested.commit) == range.base && !range.commits.contains(&tested.commit),
            ended: tested.ended,
            verdict: tested.verdict,
        })
        .collect();
    let mut good = None;
    let ending = match outcome.ending {
        Ending::Found(commit) => {
            // Until something was bad, what was good was elsewhere.
            let on_the_way = tested.iter().skip_while(|tested| tested.verdict != TestVerdict::Bad);
            good = on_the_way
                .filter(|tested| tested.verdict == TestVerdict::Good)
                .last()
                .map(|tested| tested.point.clone());
            Ending::Found(Box::new(names.describe(commit)?))
        }
        Ending::Unsure(some) => Ending::Unsure(some.iter().map(|commit| names.point(*commit)).collect()),
        Ending::NeverBad => Ending::NeverBad,
        Ending::AlreadyBad => Ending::AlreadyBad,
    };
    let (candidates, has_base) = (range.commits.len(), range.base.is_some());
    Ok(Answer { ending, good, tested, candidates, has_base, kept: outcome.kept })
}
