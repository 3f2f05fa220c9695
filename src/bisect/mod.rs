//! Which checkpoint broke something: checkpoints are tested in worktrees of their own until the first bad one is known.
//!
//! The user's worktree, index, refs and HEAD are not touched: each test has a fresh worktree in a temporary directory, which goes
//! when the test is over ([`worktree`]). What is tested next is [`core::bisect`](crate::domain::bisect)'s business, which commits
//! there are is [`range`]'s.

pub mod range;
mod stop;
pub mod worktree;

pub use range::Range;

use crate::{
    bisect::worktree::{Worktree, Worktrees},
    domain::bisect::{NextTest, Search, TestVerdict},
    error::{Error, Result, codes},
    git::{ObjectId, Repo},
    verify::{EndedCommand, Output, run_apart},
};
use stop::Stop;

/// The exit code that skips a commit.
const CANNOT_TELL: i32 = 125;
/// Exit codes of a shell that could not run the command.
const NOT_RUNNABLE: std::ops::RangeInclusive<i32> = 126..=127;

/// What is done at each commit.
pub struct Test<'a> {
    /// The command that tests a commit, run by sh.
    pub command: &'a str,
    /// Where the output of the command goes.
    pub output: Output,
    /// Whether the worktree of the first bad commit stays.
    pub keep: KeepWorktree,
    /// Returns the name of a commit for messages.
    pub name: &'a dyn Fn(ObjectId) -> String,
    /// Called before each test with the commit and the estimated number of tests after it.
    pub progress: &'a dyn Fn(ObjectId, u32),
}

/// What to do with the worktree of the first bad commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeepWorktree {
    /// Remove it like all others.
    No,
    /// Keep it as the command left it.
    FirstBad,
}

/// A test of one commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    pub commit: ObjectId,
    /// Exit code or signal of the command.
    pub ended: EndedCommand,
    /// Good, bad or skipped.
    pub verdict: TestVerdict,
}

/// The result of a bisection.
#[derive(Debug)]
pub struct Outcome {
    pub ending: Ending<ObjectId, ObjectId>,
    /// All tests, in the order in which they were run.
    pub tested: Vec<Tested>,
    /// The worktree that was kept.
    pub kept: Option<std::path::PathBuf>,
}

/// The conclusion of a bisection. `B` describes the first bad commit, `C` a commit that may be it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending<B, C> {
    /// This is the first bad commit.
    Found(B),
    /// It is one of these, oldest first; all but the last were skipped, the last one is bad.
    Unsure(Vec<C>),
    /// No tested commit is bad.
    NeverBad,
    /// The state before all of them is bad already.
    AlreadyBad,
}

/// Find the first commit of `range` at which `test` fails.
///
/// # Errors
///
/// `command-not-runnable` when the first test shows that there is no such command; `bisect-aborted` when the command ends with
/// 128 or more, `bisect-interrupted` when it is interrupted. No worktree is left then.
pub fn bisect(repo: &Repo, range: &Range, test: &Test<'_>) -> Result<Outcome> {
    worktree::sweep(repo)?;
    let stop = Stop::listen()?;
    let mut run = Run { test, stop: &stop, worktrees: Worktrees::open(repo)?, tested: Vec::new(), bad: None };
    let ending = run.search(range);
    // An error caused by the interrupt is not the cause.
    stop.check()?;
    let ending = ending?;
    let kept = match (&ending, run.bad.take()) {
        (Ending::Found(_), Some(worktree)) => Some(worktree),
        _ => None,
    };
    let kept = run.worktrees.close(kept)?;
    Ok(Outcome { ending, tested: run.tested, kept })
}

struct Run<'a> {
    test: &'a Test<'a>,
    stop: &'a Stop,
    worktrees: Worktrees<'a>,
    tested: Vec<Tested>,
    /// The worktree of the last bad commit, if it is wanted.
    bad: Option<Worktree>,
}

impl Run<'_> {
    fn search(&mut self, range: &Range) -> Result<Ending<ObjectId, ObjectId>> {
        let mut search = Search::new(range.parents.clone());
        let mut base = range.base;
        loop {
            if search.has_bad()
                && let Some(base) = base.take()
                && self.run(base, search.left() + 1)? == TestVerdict::Bad
            {
                return Ok(Ending::AlreadyBad);
            }
            match search.next() {
                NextTest::Test(at) => {
                    let more = u32::from(base.is_some()) + search.left();
                    let verdict = self.run(range.commits[at], more)?;
                    search.report(at, verdict);
                }
                NextTest::Found(at) => return Ok(Ending::Found(range.commits[at])),
                NextTest::Unsure(some) => {
                    return Ok(Ending::Unsure(some.iter().map(|at| range.commits[*at]).collect()));
                }
                NextTest::Nothing => return Ok(Ending::NeverBad),
            }
        }
    }

    fn run(&mut self, commit: ObjectId, more: u32) -> Result<TestVerdict> {
        self.stop.check()?;
        (self.test.progress)(commit, more);
        let worktree = self.worktrees.make(commit)?;
        let ended = run_apart(worktree.path(), self.test.command, self.test.output, self.stop.flag())?;
        self.stop.check()?;
        let verdict = self.verdict(commit, ended)?;
        self.tested.push(Tested { commit, ended, verdict });
        let done = match (verdict, self.test.keep) {
            (TestVerdict::Bad, KeepWorktree::FirstBad) => self.bad.replace(worktree),
            _ => Some(worktree),
        };
        done.map_or(Ok(()), |worktree| self.worktrees.remove(worktree))?;
        Ok(verdict)
    }

    /// The verdict of an exit code, as in `git bisect run`.
    fn verdict(&self, commit: ObjectId, ended: EndedCommand) -> Result<TestVerdict> {
        let name = || (self.test.name)(commit);
        let command = self.test.command.escape_debug();
        match ended.exit {
            0 => Ok(TestVerdict::Good),
            CANNOT_TELL => Ok(TestVerdict::Skip),
            exit if NOT_RUNNABLE.contains(&exit) && self.tested.is_empty() => Err(Error::new(
                codes::COMMAND_NOT_RUNNABLE,
                format!("cannot run '{command}' at {}: the shell ended with exit code {exit}", name()),
            )
            .hint("it runs at the top of a fresh worktree, without ignored and untracked files")),
            1..=127 => Ok(TestVerdict::Bad),
            exit => Err(Error::new(
                codes::BISECT_ABORTED,
                format!("'{command}' ended with exit code {exit} at {}, which aborts the bisection", name()),
            )
            .hint("0 is good, 125 skips the commit, 1 to 127 otherwise is bad, 128 or more aborts")),
        }
    }
}
