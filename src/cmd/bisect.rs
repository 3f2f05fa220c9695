//! `git agent bisect`: the checkpoint that broke something.

mod names;
mod page;

use std::ffi::OsString;

use super::verify;
use crate::{
    bisect::{self, Ending, Keep, Outcome, Range, Test},
    cmd::context::Ctx,
    domain::bisect::Verdict,
    error::{Error, Result, codes, exit},
    git::{ObjectId, rev_parse},
    query::revision::{self, Emptiness},
    store::ledger::View,
    verify::Output,
    view::json::{BisectAnswer, BisectTest},
};

use names::Names;

/// Find the first checkpoint at which a command fails
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The command runs at the top of a fresh worktree of each tested commit; your worktree is not touched. Its exit code \
classifies the commit: 0 is good, 125 skips it, 1 to 127 otherwise is bad, and 128 or more aborts.

For a task, its checkpoints are tested; for a range A..B, the commits in it that belong to tasks. The newest is tested \
first: if it is good, there is nothing to find. Then the starting point (<task>@start or A): if that is bad, the \
failure is older. The exit code is 0 if there is an answer.")]
pub struct Args {
    /// Task or range of commits (default: the active task)
    #[arg(value_name = "TASK|A..B")]
    what: Option<String>,
    /// Also test commits without a task
    #[arg(long)]
    all_commits: bool,
    /// Keep the worktree of the first bad commit as the command left it
    #[arg(long)]
    keep: bool,
    /// Command, run by sh
    #[arg(last = true, value_name = "CMD", required = true)]
    command: Vec<String>,
}

/// Carry out `git agent bisect` and print the result. Returns the exit code.
pub fn run(ctx: &Ctx, args: Args) -> Result<u8> {
    let view = ctx.view()?;
    let repo = view.repo();
    let (range, names) = plan(ctx, &view, &args)?;
    let command = verify::join(&args.command);
    let progress = |commit: ObjectId, more: u32| {
        let short = names.short(commit);
        let left = if more == 0 { "the last one".to_owned() } else { format!("about {more} more") };
        ctx.out.status(match names.of(commit) {
            name if name == short => format!("Testing {short}: {left}"),
            name => format!("Testing {name} ({short}): {left}"),
        });
    };
    let test = Test {
        command: &command,
        output: if ctx.out.is_json() || ctx.out.is_quiet() { Output::Discard } else { Output::ToStderr },
        keep: if args.keep { Keep::FirstBad } else { Keep::No },
        name: &|commit| names.of(commit),
        progress: &progress,
    };
    let outcome = bisect::bisect(repo, &range, &test)?;
    let answer = describe(&view, &names, &range, &outcome)?;
    if ctx.out.is_json() {
        ctx.out.json(&answer)?;
    } else {
        page::show(ctx, &view, &range, &answer)?;
    }
    Ok(exit::OK)
}

/// Which commits are meant, and how they are called.
fn plan<'v>(ctx: &Ctx, view: &'v View<'v>, args: &Args) -> Result<(Range, Names<'v>)> {
    let repo = view.repo();
    let what = args.what.as_deref();
    let head = repo.head()?.commit;
    if let Some(word) = what.filter(|word| word.contains("..")) {
        let (base, tip) = ends(ctx, view, word)?;
        let names = Names::new(view, head, None, base)?;
        let range = Range::new(repo, base, tip, |commit| args.all_commits || names.has_task(commit))?;
        return Ok((some(range, word)?, names));
    }
    let (task, which) = ctx.task_and_checkpoint(view, what)?;
    let id = &task.id;
    if let Some(which) = which {
        let message = format!("{id}@{which} is one checkpoint, and there is nothing between it and itself");
        return Err(
            Error::new(codes::NOT_A_RANGE, message).hint(format!("git agent bisect {id}@start..{id}@{which} -- …"))
        );
    }
    let commits = revision::on(view, head, &task)?;
    let (Some(tip), false) = (head, commits.is_empty()) else {
        return Err(Error::new(codes::NO_CANDIDATES, format!("{id} has no checkpoint on this history"))
            .hint("a range is searched as well: git agent bisect A..B --all-commits -- …"));
    };
    let base = revision::start(view, &task, head)?.commit;
    ctx.warn_if_cut(revision::is_cut(view, head, &task)?)?;
    let names = Names::new(view, head, Some(id), base)?;
    let range = Range::new(repo, base, tip, |commit| args.all_commits || commits.contains(&commit))?;
    Ok((some(range, id.as_str())?, names))
}

/// What `A..B` is: A, if it is not the state before all commits, and B.
fn ends(ctx: &Ctx, view: &View<'_>, word: &str) -> Result<(Option<ObjectId>, ObjectId)> {
    let words = ctx.words(view, Emptiness::NoCommits, &[OsString::from(word)])?;
    let refuse = || {
        Error::new(codes::BAD_REVISION, format!("'{}' is no range of commits that git knows", word.escape_debug()))
            .hint("A..B: what B has and A has not; both may be checkpoints")
    };
    let commit = |id: &ObjectId| view.repo().resolve_commit(&format!("{id}^{{commit}}"))?.ok_or_else(refuse);
    // What git cannot read is no range.
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
    match range.commits.is_empty() {
        false => Ok(range),
        true => Err(Error::new(
            codes::NO_CANDIDATES,
            format!("there is no checkpoint in '{}' to test", what.escape_debug()),
        )
        .hint("--all-commits tests commits that belong to no task, too; a range A..B chooses others")),
    }
}

/// The outcome for programs; for people it is read from that.
fn describe(view: &View<'_>, names: &Names<'_>, range: &Range, outcome: &Outcome) -> Result<BisectAnswer> {
    let tests = outcome.tested.iter().map(|tested| BisectTest {
        point: names.point(tested.commit),
        base: Some(tested.commit) == range.base && !range.commits.contains(&tested.commit),
        exit: tested.ended.exit,
        seconds: tested.ended.seconds,
        verdict: match tested.verdict {
            Verdict::Good => "good",
            Verdict::Bad => "bad",
            Verdict::Skip => "skip",
        },
    });
    let of = |verdict: Verdict| outcome.tested.iter().filter(move |tested| tested.verdict == verdict);
    let mut answer = BisectAnswer {
        tested: tests.collect(),
        skipped: of(Verdict::Skip).map(|tested| tested.commit.to_string()).collect(),
        kept: outcome.kept.as_ref().map(|path| path.display().to_string()),
        ..BisectAnswer::default()
    };
    match &outcome.ending {
        Ending::Found(commit) => {
            answer.first_bad = Some(names.describe(view.repo(), *commit)?);
            // Until something was bad, what was good was elsewhere.
            let on_the_way = outcome.tested.iter().skip_while(|tested| tested.verdict != Verdict::Bad);
            let good = on_the_way.filter(|tested| tested.verdict == Verdict::Good).last();
            answer.good = good.map(|tested| names.point(tested.commit));
        }
        Ending::Unsure(some) => {
            answer.suspects = some.iter().map(|commit| names.point(*commit)).collect();
            answer.reason = Some("skipped");
        }
        Ending::NeverBad => answer.reason = Some("never-bad"),
        Ending::AlreadyBad => answer.reason = Some("already-bad"),
    }
    Ok(answer)
}
